"""What the centre knows, in SQLite: alerts, whom they were sent to, what came back, terminals and accounts."""

from broadcaster.ledger.ledger import Ledger

__all__ = ["Ledger"]
