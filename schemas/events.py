"""The events that travel through the log."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class TodoCreated:
    """A todo was accepted: one record in the log, and one row in the table.

    `create_time` is aware, in UTC, with microseconds. `owner` is the authenticated caller, empty without one.
    """

    id: UUID
    title: str
    description: str
    owner: str
    create_time: datetime
