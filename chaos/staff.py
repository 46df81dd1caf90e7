"""Staff who write alerts into the ledger as the pages do."""

from datetime import UTC, datetime, timedelta

from broadcaster.domain.audience import addressees
from broadcaster.domain.draft import Draft, compose, correct, withdraw
from broadcaster.domain.town import Town
from broadcaster.ledger import Ledger
from broadcaster.ledger.alerts import Accepted
from chaos.events import Broadcast, Correct, Send, Withdraw
from chaos.text import body_of, headline_for, identifier_of
from kokuchi.wire import Alert, Audience, Topics
from terminal_client.household import Key


class Staff:
    """Carries out what a schedule says of broadcasts. May be used from any thread."""

    def __init__(self, ledger: Ledger, town: Town) -> None:
        self._ledger = ledger
        self._town = town
        self._roster = ledger.terminals.all()

    def carry_out(self, broadcast: Broadcast) -> None:
        """Commit an alert, its Update or its Cancel."""
        match broadcast:
            case Send():
                alert = self._composed(broadcast)
                self._accept(alert, addressees(alert.audience, self._roster))
            case Correct(_, number):
                before = self._find(number)
                name = Key(before.alert.identifier, before.alert.revision + 1)
                after = correct(before.alert, headline_for(name), body_of(name), self._town, datetime.now(UTC))
                self._accept(after, None)
            case Withdraw(_, number):
                self._accept(withdraw(self._find(number).alert, datetime.now(UTC)), None)

    def _composed(self, send: Send) -> Alert:
        key = Key(identifier_of(send.number), 1)
        draft = Draft(
            category=send.category,
            headline=headline_for(key),
            body=body_of(key),
            audience=Audience(kind=send.audience, members=send.members),
            severity=send.severity,
            drill=send.drill,
        )
        now = datetime.now(UTC)
        alert = compose(draft, self._town, self._roster, now, identifier=key.alert)
        if send.valid_seconds is None:
            return alert
        return alert.model_copy(update={"expires": now + timedelta(seconds=send.valid_seconds)})

    def _find(self, number: int) -> Accepted:
        accepted = self._ledger.alerts.get(identifier_of(number))
        if accepted is None:
            raise LookupError(f"alert {number} was never accepted")
        return accepted

    def _accept(self, alert: Alert, recipients: list[str] | None) -> None:
        self._ledger.alerts.accept(alert, Topics(self._town.id).of_audience(alert.audience), recipients, "chaos")
