"""Which signing keys the town has had. The private ones are files; the ledger knows their names and what they are."""

from datetime import datetime

from broadcaster.domain.audit import Deed, Entry
from broadcaster.domain.signing import Keychain, KeyState, KnownKey
from broadcaster.ledger.audit import record
from kokuchi.storage import Database, Storage
from kokuchi.wire.fields import iso

_DEEDS = {
    KeyState.NEXT: Deed.SIGNING_KEY_MADE,
    KeyState.CURRENT: Deed.SIGNING_KEY_CHANGED,
    KeyState.REVOKED: Deed.SIGNING_KEY_REVOKED,
}


class SigningKeys:
    """Every key, in the order in which they were made."""

    def __init__(self, connections: Storage) -> None:
        self._connections = connections

    def all(self) -> list[KnownKey]:
        """Return every key, the oldest first."""
        return _all(self._connections.read())

    def states(self) -> dict[str, KeyState]:
        """Return what each key is."""
        return {key.kid: key.state for key in self.all()}

    def settle(self, chain: Keychain, by: str, now: datetime, revoked: str | None = None) -> None:
        """Let the keys be what the files say, and record what is new.

        What else was current or next is a former one now, or the one that is `revoked`. A next key of which there is no
        file stays: terminals trust it.
        """
        standing = {chain.current: KeyState.CURRENT} | ({chain.next: KeyState.NEXT} if chain.next else {})
        with self._connections.write() as db:
            known = {key.kid: key.state for key in _all(db)}
            replaced = {KeyState.CURRENT, KeyState.NEXT} if chain.next else {KeyState.CURRENT}
            wanted = {kid: KeyState.FORMER for kid, state in known.items() if state in replaced}
            wanted |= {key.kid: state for key, state in standing.items()}
            if revoked:
                wanted[revoked] = KeyState.REVOKED
            for key in standing:
                if key.kid not in known:
                    db.execute(
                        "INSERT INTO signing_keys (kid, public_pem, state, made_at, state_at)"
                        " VALUES (?, ?, 'former', ?, ?)",
                        [key.kid, key.public_pem().decode(), iso(now), iso(now)],
                    )
            for kid, state in wanted.items():
                if known.get(kid) is state:
                    continue
                db.execute("UPDATE signing_keys SET state = ?, state_at = ? WHERE kid = ?", [state, iso(now), kid])
                if deed := _DEEDS.get(state):
                    record(db, Entry(by, deed, kid, now))


def _all(db: Database) -> list[KnownKey]:
    return [
        KnownKey(
            row["kid"],
            row["public_pem"],
            KeyState(row["state"]),
            datetime.fromisoformat(row["made_at"]),
            datetime.fromisoformat(row["state_at"]),
        )
        for row in db.execute("SELECT * FROM signing_keys ORDER BY id")
    ]
