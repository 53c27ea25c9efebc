"""How a process that must not hang talks to PostgreSQL."""

import select
from collections.abc import Callable
from typing import Any, Final

import psycopg2
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg2.extensions import POLL_OK, POLL_READ, POLL_WRITE, set_wait_callback

ABANDONED_TRANSACTION_SECONDS: Final = 5
"""How long the server keeps the locks of a client that has stopped in the middle of a transaction."""
LOCK_TIMEOUT_SECONDS: Final = 10


def never_hang(timeout_seconds: float) -> None:
    """Bound every wait for the database, in this process, from the next connection on.

    The server ends what takes too long; it also ends a transaction whose client has stopped, so that the locks of a
    frozen instance do not stop the one that has taken its partitions over. A server that is itself frozen ends
    nothing, so the client gives up a little later.
    """
    options: dict[str, Any] = connections.settings[DEFAULT_DB_ALIAS].setdefault("OPTIONS", {})
    limits = {
        "statement_timeout": timeout_seconds,
        "lock_timeout": LOCK_TIMEOUT_SECONDS,
        "idle_in_transaction_session_timeout": ABANDONED_TRANSACTION_SECONDS,
    }
    given = [options["options"]] if "options" in options else []
    options["options"] = " ".join([*(f"-c {name}={round(limit * 1000)}" for name, limit in limits.items()), *given])
    set_wait_callback(_waiting_at_most(timeout_seconds + 1))


def _waiting_at_most(seconds: float) -> Callable[[psycopg2.extensions.connection], None]:
    def wait(connection: psycopg2.extensions.connection) -> None:
        poller = select.poll()
        while (state := connection.poll()) != POLL_OK:
            poller.register(connection.fileno(), {POLL_READ: select.POLLIN, POLL_WRITE: select.POLLOUT}[state])
            if not poller.poll(seconds * 1000):
                raise psycopg2.OperationalError(f"no answer within {seconds:g} s")

    return wait
