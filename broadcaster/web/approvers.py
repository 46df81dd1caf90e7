"""Who can let go out what an account submits, so that nobody waits for somebody whom there is not."""

from broadcaster.domain.roles import Act, may
from broadcaster.domain.tokens import Scope, TokenState
from broadcaster.web.site import Site

_MOST_NAMED = 5


def approvers_in_words(site: Site, submitter: str) -> str:
    """Return who can approve of what `submitter`, an account's name, has submitted; or that nobody can."""
    names = [
        f"{person.account.display_name}さん"
        for person in site.ledger.accounts.people()
        if person.account.name != submitter
        and person.has_password
        and not person.account.suspended
        and may(person.account.role, Act.APPROVE)
    ]
    names += [
        f"{token.name}（外部連携）"
        for token in site.ledger.tokens.all()
        if Scope.ALERTS_APPROVE in token.scopes and token.state(site.clock()) is TokenState.STANDING
    ]
    if not names:
        return "いま、承認できる人がほかにいません。承認者のアカウントを作るように、管理者に頼んでください。"
    more = f"、ほか{len(names) - _MOST_NAMED}人" if len(names) > _MOST_NAMED else ""
    return f"承認できるのは、{'、'.join(names[:_MOST_NAMED])}{more}です。"
