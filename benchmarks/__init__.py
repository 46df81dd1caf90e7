"""Measures of the voice, for people and for CI: `make bench-voice`."""
