"""Record or world? Every failure is the fault of one or of the other, and this is where it is decided.

docs/failures.md has the same as a table. What stands in neither list stops the process: to guess would lose a good
record or wait for ever.
"""

from enum import Enum, auto
from typing import Final

import psycopg2
from django.db import Error, InterfaceError, OperationalError
from psycopg2 import errorcodes

from ingestor.errors import WorldFault
from schemas.errors import RegistryUnavailable, UndecodableEvent


class Fault(Enum):
    """What is to blame for a failure."""

    RECORD = auto()
    """The record itself, however often it is tried: it becomes a dead letter."""
    WORLD = auto()
    """Something that waiting can mend: no record is to blame."""
    UNKNOWN = auto()
    """Nobody has thought of it: stop."""


_RECORD_CLASSES: Final = frozenset(
    {errorcodes.CLASS_DATA_EXCEPTION, errorcodes.CLASS_INTEGRITY_CONSTRAINT_VIOLATION}  # 22, 23
)
_WORLD_CLASSES: Final = frozenset(
    {
        errorcodes.CLASS_CONNECTION_EXCEPTION,  # 08
        errorcodes.CLASS_INVALID_AUTHORIZATION_SPECIFICATION,  # 28
        errorcodes.CLASS_INVALID_CATALOG_NAME,  # 3D: the database does not exist
        errorcodes.CLASS_TRANSACTION_ROLLBACK,  # 40: deadlock, serialization failure
        errorcodes.CLASS_INSUFFICIENT_RESOURCES,  # 53: connections, disk, memory
        errorcodes.CLASS_OBJECT_NOT_IN_PREREQUISITE_STATE,  # 55: lock timeout
        errorcodes.CLASS_OPERATOR_INTERVENTION,  # 57: shutdown, starting up, cancelled
        errorcodes.CLASS_SYSTEM_ERROR,  # 58: input and output
    }
)
_WORLD_STATES: Final = frozenset(
    {
        errorcodes.READ_ONLY_SQL_TRANSACTION,
        errorcodes.IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
        errorcodes.INSUFFICIENT_PRIVILEGE,
    }
)
_NOT_MIGRATED: Final = frozenset({errorcodes.UNDEFINED_TABLE, errorcodes.UNDEFINED_COLUMN})
_NUL_REFUSED: Final = "NUL (0x00)"


def fault_of(error: BaseException) -> Fault:
    """What is to blame for an error of a pass."""
    if isinstance(error, UndecodableEvent) or _is_refused_nul(error):
        return Fault.RECORD
    if isinstance(error, WorldFault | RegistryUnavailable):
        return Fault.WORLD
    if isinstance(error, Error):
        return _fault_of_database(error)
    return Fault.UNKNOWN


def sqlstate_of(error: BaseException) -> str:
    """The SQLSTATE that PostgreSQL gave, empty without one (https://www.postgresql.org/docs/18/errcodes-appendix.html)."""
    cause = error.__cause__
    return (cause.pgcode or "") if isinstance(cause, psycopg2.Error) else ""


def reason_of(error: BaseException) -> str:
    """One line about a fault of the world, and what to run where somebody must act."""
    text = " ".join(str(error).split())
    if not isinstance(error, Error):
        return text
    hint = "; run: python -m ingestor migrate" if sqlstate_of(error) in _NOT_MIGRATED else ""
    return f"the database (DATABASE_URL) does not serve: {text}{hint}"


def condition_of(error: BaseException) -> str:
    """What the table refused about a record, in names only: PostgreSQL's own message can quote the value."""
    cause = error.__cause__
    if not isinstance(cause, psycopg2.Error):
        return "NulInText" if _is_refused_nul(error) else type(error).__name__
    return type(cause).__name__


def rule_of(error: BaseException) -> str:
    """The constraint or column that refused a record, empty when PostgreSQL names none."""
    cause = error.__cause__
    if not isinstance(cause, psycopg2.Error):
        return ""
    return cause.diag.constraint_name or cause.diag.column_name or ""


def _fault_of_database(error: Error) -> Fault:
    state = sqlstate_of(error)
    if state[:2] in _RECORD_CLASSES:
        return Fault.RECORD
    if state[:2] in _WORLD_CLASSES or state in _WORLD_STATES or state in _NOT_MIGRATED:
        return Fault.WORLD
    if not state and isinstance(error, OperationalError | InterfaceError):
        return Fault.WORLD  # no server to give a state: the connection was lost, or never made
    return Fault.UNKNOWN


def _is_refused_nul(error: BaseException) -> bool:
    """Whether psycopg2 refused a text on the client: PostgreSQL's texts cannot hold NUL."""
    return isinstance(error, ValueError) and _NUL_REFUSED in str(error)
