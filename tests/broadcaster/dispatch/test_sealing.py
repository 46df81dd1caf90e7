"""Alerts are signed once, and always as the ledger holds them (promise 10)."""

from datetime import UTC, datetime, timedelta

import pytest

from broadcaster.dispatch import sealing
from broadcaster.dispatch.sealing import Sealer
from broadcaster.dispatch.signer import Signer
from broadcaster.domain.retention import Retention
from broadcaster.domain.signing import Keychain
from broadcaster.ledger import Ledger
from broadcaster.ledger.pruning import Pruning
from kokuchi.wire import Alert, KeyRing, SigningKey, open_alert, seal
from tests.broadcaster.dispatch.town import KEY, RING
from tests.broadcaster.examples import TOWN, accept, alert
from tests.waiting import until


@pytest.fixture
def signed(monkeypatch: pytest.MonkeyPatch) -> list[Alert]:
    """Return what is signed, as it grows."""
    signed: list[Alert] = []

    def noting(alert: Alert, key: SigningKey) -> bytes:
        token = seal(alert, key)
        signed.append(alert)
        return token

    monkeypatch.setattr(sealing, "seal", noting)
    return signed


async def test_what_was_signed_while_the_disk_took_it_is_not_signed_again(ledger: Ledger, signed: list[Alert]) -> None:
    sealer = Sealer(ledger, Signer(lambda: Keychain(KEY)))
    new = alert(sent=datetime.now(UTC).replace(microsecond=0))
    sealer.expect(new)
    await until(lambda: signed)

    row = accept(ledger, new).row
    assert open_alert(sealer.by_row(row).token, RING, TOWN.id) == new
    assert sealer.by_row(row) is sealer.by_row(row)
    assert len(signed) == 1


@pytest.mark.parametrize("other", [{"headline": "ほかの文"}, {"revision": 2}, {"identifier": "a-2"}])
async def test_what_was_not_accepted_as_it_was_expected_is_never_sent(
    ledger: Ledger, signed: list[Alert], other: dict[str, object]
) -> None:
    sealer = Sealer(ledger, Signer(lambda: Keychain(KEY)))
    sealer.expect(alert().model_copy(update=other))
    await until(lambda: signed)

    row = accept(ledger, alert()).row
    assert open_alert(sealer.by_row(row).token, RING, TOWN.id) == alert()


async def test_what_was_expected_before_the_key_changed_is_signed_with_the_new_one(
    ledger: Ledger, signed: list[Alert]
) -> None:
    chains = [Keychain(KEY), Keychain(SigningKey.generate())]
    signer = Signer(lambda: chains.pop(0))
    sealer = Sealer(ledger, signer)
    sealer.expect(alert())
    await until(lambda: signed)

    signer.renew()
    sealer.forget()
    row = accept(ledger, alert()).row
    ring = KeyRing.of(signer.key.private.public_key())
    assert open_alert(sealer.by_row(row).token, ring, TOWN.id) == alert()


def test_a_row_that_another_alert_has_had_before_is_signed_anew(ledger: Ledger) -> None:
    """A file gives the number of a row again once the newest alert was pruned, and a centre runs for months."""
    sealer = Sealer(ledger, Signer(lambda: Keychain(KEY)))
    now = datetime.now(UTC)
    before = accept(ledger, alert("a-1", sent=now - timedelta(days=40))).row
    assert sealer.by_row(before).alert.identifier == "a-1"
    Pruning(ledger.connections, pause=lambda: None).prune(Retention(alerts=30), now)
    row = accept(ledger, alert("a-2")).row
    assert row == before
    assert open_alert(sealer.by_row(row).token, RING, TOWN.id) == alert("a-2")


def test_a_row_that_is_not_there_is_an_error(ledger: Ledger) -> None:
    with pytest.raises(LookupError, match="alert row 7 is not in the ledger"):
        Sealer(ledger, Signer(lambda: Keychain(KEY))).by_row(7)
