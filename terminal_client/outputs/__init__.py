"""The devices, one module each, and a recording fake of each behind the same interface."""
