"""Which change of its keys a terminal takes from whom."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kokuchi.wire import Refusal, SigningKey, WireError, open_settings, seal
from kokuchi.wire.signature import KeyRing
from kokuchi.wire.trust import may_succeed
from tests.wire import golden_messages as golden

OLD, NEW, NEXT = "a1", "b2", "c3"

few = st.lists(st.sampled_from([f"k{number}" for number in range(6)]), unique=True)


@pytest.mark.parametrize(
    ("held", "signer", "told", "taken"),
    [
        ((OLD,), OLD, (OLD, NEXT), True),
        ((OLD, NEW), NEW, (OLD, NEW, NEXT), True),
        ((OLD, NEW), NEW, (NEW, NEXT), True),
        ((OLD, NEW), NEW, (OLD, NEXT), True),
        ((OLD, NEW), NEW, (NEXT,), True),
        ((OLD, NEW), OLD, (NEW,), True),
        ((OLD, NEW), OLD, (OLD, NEW), True),
        ((OLD, NEW), OLD, (OLD,), False),
        ((OLD, NEW), OLD, (OLD, NEW, NEXT), False),
        ((OLD, NEW), OLD, (NEW, OLD), False),
        ((OLD, NEW), NEW, (NEXT, OLD, NEW), False),
        ((OLD, NEW), NEW, (OLD, NEXT, NEW), False),
        ((OLD, NEW), NEW, (), False),
        ((OLD, NEW), NEXT, (OLD, NEW), False),
    ],
)
def test_a_key_adds_behind_the_newest_only_and_takes_away_no_newer_one(
    held: Sequence[str], signer: str, told: Sequence[str], *, taken: bool
) -> None:
    assert may_succeed(held, signer, told) is taken


@given(held=few.filter(bool), told=few, data=st.data())
def test_of_any_message_every_newer_key_stays_in_its_order_and_something_is_left(
    held: list[str], told: list[str], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(held) - 1))
    if may_succeed(held, held[place], told):
        newer = held[place + 1 :]
        assert told
        assert [kid for kid in told if kid in newer] == newer
        assert not newer or set(told) <= set(held)


@given(held=few.filter(lambda kids: len(kids) > 1), told=st.lists(few, max_size=6), data=st.data())
def test_whatever_thieves_of_older_keys_sign_one_after_the_other_the_newest_key_stays_the_newest(
    held: list[str], told: list[list[str]], data: st.DataObject
) -> None:
    trusted = held
    stolen = set(held[:-1])
    for message in told:
        signers = [kid for kid in trusted if kid in stolen or kid not in held]
        if signers and may_succeed(trusted, data.draw(st.sampled_from(signers)), message):
            trusted = message
    assert trusted[-1] == held[-1]
    assert set(trusted) <= set(held)


def test_signed_settings_that_break_the_rule_are_refused_by_name() -> None:
    newer = SigningKey.generate()
    ring = KeyRing.of(golden.TEST_KEY.private.public_key(), newer.private.public_key())
    with pytest.raises(WireError, match=f"must not take away {newer.kid}") as caught:
        open_settings(seal(golden.SETTINGS, golden.TEST_KEY), ring, golden.TOWN)
    assert caught.value.refusal is Refusal.KEYS_REFUSED


@pytest.mark.parametrize("field", ["public_keys", "authorities"])
def test_what_cannot_be_read_as_a_key_or_a_certificate_is_invalid(field: str) -> None:
    spoilt = golden.SETTINGS.model_copy(update={field: ("-----BEGIN NOTHING-----",)})
    ring = KeyRing.of(golden.TEST_KEY.private.public_key())
    with pytest.raises(WireError, match=field) as caught:
        open_settings(seal(spoilt, golden.TEST_KEY), ring, golden.TOWN)
    assert caught.value.refusal is Refusal.INVALID
