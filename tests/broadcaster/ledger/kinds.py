"""Which tests are about one kind of database alone."""

import pytest

only_in_a_file = pytest.mark.parametrize("place", ["sqlite"], indirect=True)
only_on_a_server = pytest.mark.parametrize("place", ["postgresql"], indirect=True)
