"""The key that signs, which may become another one while the centre runs."""

from collections.abc import Callable, Sequence

from broadcaster.domain.signing import Keychain
from kokuchi.wire import SigningKey


class Signer:
    """The centre's keys, read again with `load` when the ledger says that they have changed; raises KeyFileError."""

    def __init__(self, load: Callable[[], Keychain]) -> None:
        self._load = load
        self._chain = load()

    @property
    def key(self) -> SigningKey:
        """What signs now."""
        return self._chain.current

    def renew(self) -> None:
        """Read the keys again, or raise KeyFileError and go on with those that were read before."""
        self._chain = self._load()

    def key_for(self, held: Sequence[str] | None, told: Sequence[str]) -> SigningKey:
        """Return what signs the settings of a terminal that holds these keys."""
        return self._chain.signer_for(held, told)

    def by_name(self, kid: str) -> SigningKey | None:
        """Return the key of this name, if the centre has it."""
        chain = self._chain
        keys = [chain.current, *([chain.next] if chain.next else []), *chain.former]
        return next((key for key in keys if key.kid == kid), None)
