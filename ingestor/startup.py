"""What must be there before the first record is taken. The process waits for it, and says for what."""

import threading
from collections.abc import Callable, Sequence

from django.db import connection

from ingestor.backoff import Backoff
from ingestor.errors import SubjectMissing
from ingestor.health import Health
from ingestor.todos.models import DeadLetter, IngestOffset, Todo
from ingestor.triage import Fault, fault_of, reason_of
from schemas.names import SUBJECT
from schemas.registry import SchemaRegistry

Check = Callable[[], object]
"""Returns when a part serves, raises a fault of the world when it does not."""


def wait_until_ready(checks: Sequence[Check], health: Health, backoff: Backoff, stopping: threading.Event) -> bool:
    """Block until every check passes; False when the process is stopping first. What is missing is said all at once.

    Raises:
        Exception: a check failed for a reason that waiting does not mend.
    """
    while not stopping.is_set():
        missing = [reason for check in checks if (reason := _missing(check))]
        if not missing:
            health.goes_on()
            return True
        health.waits_for("; ".join(missing))
        stopping.wait(backoff.next_delay_seconds())
    return False


def tables_exist() -> None:
    """Check that the database serves and has our tables."""
    connection.close_if_unusable_or_obsolete()
    try:
        for model in (Todo, DeadLetter, IngestOffset):
            model.objects.exists()
    finally:
        connection.close()  # the passes run in a thread of their own, with a connection of their own


def subject_exists(registry: SchemaRegistry) -> None:
    """Check that the registry serves and knows our events. One that lost its schemas would make dead letters of all.

    Raises:
        SubjectMissing: nothing was registered.
    """
    if not registry.versions(SUBJECT):
        raise SubjectMissing(
            f"the registry (SCHEMA_REGISTRY_URL) has no subject {SUBJECT}; run: python -m schemas register"
        )


def _missing(check: Check) -> str:
    try:
        check()
    except Exception as error:
        if fault_of(error) is not Fault.WORLD:
            raise
        return reason_of(error)
    return ""
