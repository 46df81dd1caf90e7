"""The two kinds of databases, where a test has to tell them apart."""

import pytest

only_in_a_file = pytest.mark.parametrize("place", ["sqlite"], indirect=True)
