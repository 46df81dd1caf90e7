"""Who did something, as colleagues know them."""

from broadcaster.domain.audit import CLOCK, SHELL
from broadcaster.domain.tokens import ACTOR_PREFIX
from broadcaster.web.site import Site


def author_name(site: Site, name: str) -> str:
    """Return the name to show for the name of an account."""
    account = site.ledger.accounts.get(name)
    if account:
        return account.display_name
    if name.startswith(ACTOR_PREFIX):
        return f"{name.removeprefix(ACTOR_PREFIX)}（外部連携）"
    if name == CLOCK:
        return "予約（自動）"
    return "保守の担当者" if name == SHELL else name
