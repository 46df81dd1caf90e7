"""Tests of the contract on the wire. `strategies` and `golden_messages` serve other tests too."""
