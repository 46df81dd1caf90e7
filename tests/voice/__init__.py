"""Tests of the voice, with the real engines. `alerts` makes the alerts that they speak."""
