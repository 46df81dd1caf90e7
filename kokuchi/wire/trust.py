"""Which change of its trusted keys a terminal accepts from whom. Pure.

Keys are named by their `kid`, the oldest first. What a terminal takes must never let a thief of an older key win
against a newer one, not even in two steps: so a message

- keeps every key that is newer than the one that signed it,
- keeps the order of those that stay,
- adds keys only behind all others, and only if the newest key has signed it: else an older key could add one of its
  own, and that one could take away what the older one could not.

It may leave out the key that signed it, and older ones.
"""

from collections.abc import Sequence

from kokuchi.wire.errors import Refusal, WireError


def check_succession(held: Sequence[str], signer: str, told: Sequence[str]) -> None:
    """Raise WireError unless a message signed by `signer`, one of the keys that are held, may make them those `told`.

    No key is in either of them twice.
    """
    if not told:
        raise WireError(Refusal.KEYS_REFUSED, "the message would leave no key")
    newer = held[held.index(signer) + 1 :]
    if missing := [kid for kid in newer if kid not in told]:
        raise WireError(Refusal.KEYS_REFUSED, f"a message signed by key {signer} must not take away {missing[0]}")
    staying = [kid for kid in held if kid in told]
    if list(told[: len(staying)]) != staying:
        raise WireError(Refusal.KEYS_REFUSED, "the keys that stay must stand first, in the order in which they came")
    if newer and len(told) > len(staying):
        raise WireError(
            Refusal.KEYS_REFUSED, f"only the newest key may add another one, and {signer} that signed is an older one"
        )


def may_succeed(held: Sequence[str], signer: str, told: Sequence[str]) -> bool:
    """Tell whether a terminal that holds these keys takes such a message."""
    if signer not in held:
        return False
    try:
        check_succession(held, signer, told)
    except WireError:
        return False
    return True
