"""The town's signing keys on the disk: made, changed, lost, stolen, and a power cut in between."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from broadcaster.domain.audit import Deed, Wanted
from broadcaster.domain.signing import Keychain, KeyState
from broadcaster.ledger import Ledger
from broadcaster.provisioning.keys import KeyFiles, KeyRefused, SigningKeyChange
from kokuchi.wire import SigningKey
from tests.broadcaster.examples import fill_roster

NOW = datetime(2026, 11, 28, tzinfo=UTC)


class Centre:
    def __init__(self, folder: Path) -> None:
        self.files = KeyFiles(folder / "signing.pem", folder / "next-signing.pem")
        self.ledger = Ledger(folder / "ledger.sqlite")
        self.change = SigningKeyChange(self.files, self.ledger, NOW)

    @property
    def states(self) -> list[KeyState]:
        return [key.state for key in self.ledger.signing_keys.all()]

    def deeds(self, deed: Deed) -> list[str]:
        return [entry.subject for entry in self.ledger.audit.wanted(Wanted(deed=deed), 100)]


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    centre = Centre(tmp_path)
    yield centre
    centre.ledger.close()


@pytest.fixture
def before(centre: Centre) -> Keychain:
    """The keys of a centre that is set up."""
    centre.change.make_missing()
    return centre.files.load()


def kid(key: SigningKey | None) -> str:
    assert key is not None
    return key.kid


def test_a_town_gets_a_current_key_and_a_next_one_once(centre: Centre) -> None:
    assert centre.change.make_missing() == [centre.files.current, centre.files.next]
    assert centre.states == [KeyState.CURRENT, KeyState.NEXT]
    assert centre.change.make_missing() == []
    assert {path.stat().st_mode & 0o777 for path in (centre.files.current, centre.files.next)} == {0o600}


def test_a_town_of_an_earlier_version_keeps_its_key_and_gets_a_next_one(centre: Centre) -> None:
    centre.files.current.write_bytes(SigningKey.generate().to_pem())
    assert centre.change.make_missing() == [centre.files.next]
    assert centre.states == [KeyState.CURRENT, KeyState.NEXT]


def test_the_next_key_takes_its_turn_and_the_former_one_is_kept(centre: Centre, before: Keychain) -> None:
    after = centre.change.rotate()
    assert after.current.kid == kid(before.next)
    assert [key.kid for key in after.former] == [before.current.kid]
    assert centre.states == [KeyState.FORMER, KeyState.CURRENT, KeyState.NEXT]
    assert centre.deeds(Deed.SIGNING_KEY_CHANGED) == [after.current.kid, before.current.kid]
    assert centre.deeds(Deed.SIGNING_KEY_MADE) == [kid(after.next), kid(before.next)]


def test_a_current_key_that_was_stolen_is_revoked_and_the_next_one_signs(centre: Centre, before: Keychain) -> None:
    after = centre.change.revoke(before.current.kid)
    assert after.current.kid == kid(before.next)
    assert centre.states == [KeyState.REVOKED, KeyState.CURRENT, KeyState.NEXT]
    assert centre.deeds(Deed.SIGNING_KEY_REVOKED) == [before.current.kid]
    with pytest.raises(KeyRefused, match="revoked already"):
        centre.change.revoke(before.current.kid)


def test_a_next_key_that_was_stolen_is_replaced_and_itself_tells_who_trusts_it(
    centre: Centre, before: Keychain
) -> None:
    after = centre.change.revoke(kid(before.next))
    assert after.current.kid == before.current.kid
    assert centre.states == [KeyState.CURRENT, KeyState.REVOKED, KeyState.NEXT]
    held, told = [before.current.kid, kid(before.next)], [after.current.kid, kid(after.next)]
    assert after.signer_for(held, told).kid == kid(before.next)


def test_a_former_key_can_be_revoked_before_its_time(centre: Centre, before: Keychain) -> None:
    centre.change.rotate()
    after = centre.change.revoke(before.current.kid)
    assert centre.states == [KeyState.REVOKED, KeyState.CURRENT, KeyState.NEXT]
    assert after.current.kid == kid(before.next)


def test_a_key_that_nobody_knows_cannot_be_revoked(centre: Centre, before: Keychain) -> None:
    assert before.next
    with pytest.raises(KeyRefused, match="keys show"):
        centre.change.revoke("0123456789abcdef")


def test_with_the_current_key_lost_the_next_one_signs(centre: Centre, before: Keychain) -> None:
    centre.files.current.unlink()
    with pytest.raises(KeyRefused, match=f"lost: it was key {before.current.kid}"):
        centre.change.make_missing()
    assert centre.change.rotate().current.kid == kid(before.next)
    assert centre.states == [KeyState.FORMER, KeyState.CURRENT, KeyState.NEXT]


def test_a_lost_next_key_is_not_replaced_by_one_that_no_terminal_would_believe(
    centre: Centre, before: Keychain
) -> None:
    kept = centre.files.next.read_bytes()
    centre.files.next.unlink()
    for act in (centre.change.make_missing, centre.change.rotate):
        with pytest.raises(KeyRefused, match="backup"):
            act()
    assert centre.change.adopt().current.kid == before.current.kid
    assert centre.states == [KeyState.CURRENT, KeyState.NEXT], "terminals trust it, and a backup may have it"
    centre.files.next.write_bytes(kept)
    assert centre.change.make_missing() == []


def test_a_power_cut_after_the_next_key_has_moved_costs_nothing(centre: Centre, before: Keychain) -> None:
    centre.files.keep_former(before.current)
    centre.files.next.replace(centre.files.current)
    assert centre.change.make_missing() == [centre.files.next]
    assert centre.states == [KeyState.FORMER, KeyState.CURRENT, KeyState.NEXT]
    assert centre.files.load().current.kid == kid(before.next)


def test_a_revoked_key_that_comes_back_out_of_an_old_backup_is_not_used(centre: Centre, before: Keychain) -> None:
    centre.change.revoke(before.current.kid)
    centre.files.current.write_bytes(before.current.to_pem())
    with pytest.raises(KeyRefused, match="was revoked"):
        centre.change.adopt()


def test_whoever_has_lost_both_keys_starts_over(centre: Centre, before: Keychain) -> None:
    centre.files.current.unlink()
    centre.files.next.unlink()
    after = centre.change.start_over()
    assert {after.current.kid, kid(after.next)}.isdisjoint({before.current.kid, kid(before.next)})
    assert centre.states == [KeyState.REVOKED, KeyState.REVOKED, KeyState.CURRENT, KeyState.NEXT]


def test_with_both_keys_stolen_the_newest_of_them_tells_terminals_of_the_new_ones(
    centre: Centre, before: Keychain
) -> None:
    after = centre.change.start_over()
    held, told = [before.current.kid, kid(before.next)], [after.current.kid, kid(after.next)]
    assert after.signer_for(held, told).kid == kid(before.next)


def test_other_keys_that_cannot_be_read_keep_nobody_from_being_warned(centre: Centre, before: Keychain) -> None:
    after = centre.change.rotate()
    (centre.files.current.parent / f"former-{before.current.kid}.pem").write_text("spoilt")
    centre.files.next.write_text("spoilt")
    chain = centre.change.adopt()
    assert (chain.current.kid, chain.next, chain.former) == (after.current.kid, None, ())
    assert centre.states == [KeyState.FORMER, KeyState.CURRENT, KeyState.NEXT]


def test_terminals_that_are_not_known_to_trust_the_next_key_are_named(centre: Centre, before: Keychain) -> None:
    fill_roster(centre.ledger)
    centre.ledger.terminal_settings.grant(["t-1"], [before.current.kid, kid(before.next)])
    centre.ledger.terminal_settings.grant(["t-2"], [before.current.kid])
    assert centre.change.unready() == ["t-2", "t-3"]
