"""Between the ledger and the link: alerts go out, reports come in, and sync makes both certain."""

from broadcaster.dispatch.dispatcher import Dispatcher

__all__ = ["Dispatcher"]
