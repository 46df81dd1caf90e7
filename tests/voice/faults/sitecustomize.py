"""A machine on which no temporary file can be made. Python imports this at its start if it is on its path."""

import tempfile

tempfile.tempdir = "/nowhere"
