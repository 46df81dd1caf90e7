import pytest

from broadcaster.domain.draft import Draft
from tests.broadcaster.examples import EVERYONE


@pytest.fixture
def draft() -> Draft:
    """A draft with which nothing is wrong."""
    return Draft("scam", "不審な電話に注意", "町内で不審な電話がありました。", EVERYONE)
