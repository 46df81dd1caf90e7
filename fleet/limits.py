"""How many connections one process may have."""

import resource


def allow_many_connections() -> None:
    """Allow this process as many as the machine does: a terminal is one here and at the broker, which inherits it."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
