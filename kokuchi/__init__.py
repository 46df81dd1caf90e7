"""What the centre and the terminals must agree on. This package imports neither end."""

__version__ = "0.1.0"
