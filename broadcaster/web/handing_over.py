"""The page with a link that one person hands to another, this once."""

from fastapi import Request
from fastapi.responses import Response

from broadcaster.ledger.accounts import Account
from broadcaster.ledger.links import NewLink
from broadcaster.web.pages import page
from broadcaster.web.site import site_of
from broadcaster.web.words import moment


def hand_over(request: Request, account: Account, link: NewLink, *, is_new: bool) -> Response:
    """Show the link with which an account's owner chooses a password; nobody can ask for it again."""
    until = moment(link.expires_at, site_of(request).town.time_zone)
    address = f"{request.url.scheme}://{request.url.netloc}/password/{link.token}"
    return page(request, "password_link.html", person=account, address=address, until=until, is_new=is_new)
