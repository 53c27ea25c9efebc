"""What one transaction stores."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from confluent_kafka import Message

from ingestor import triage
from ingestor.todos.models import Stage
from schemas.errors import UndecodableEvent
from schemas.events import TodoCreated
from schemas.position import LogPosition


@dataclass(slots=True)
class Delivery:
    """An event, and the record that brought it."""

    record: Message
    event: TodoCreated


@dataclass(frozen=True, slots=True)
class Refusal:
    """A record that cannot become a row, and why. `reason` never holds what the record holds."""

    record: Message
    stage: Stage
    error_class: str
    reason: str
    sqlstate: str = ""

    @classmethod
    def undecodable(cls, record: Message, error: UndecodableEvent) -> Self:
        """The value is no event."""
        return cls(record, Stage.DECODE, type(error).__name__, str(error))

    @classmethod
    def unstorable(cls, record: Message, error: Exception) -> Self:
        """The table refuses what the event contains."""
        condition, rule = triage.condition_of(error), triage.rule_of(error)
        reason = f"the table refuses it: {condition}" + (f" of {rule}" if rule else "")
        return cls(record, Stage.STORE, condition, reason, triage.sqlstate_of(error))

    @classmethod
    def differing(cls, record: Message, fields: Iterable[str]) -> Self:
        """A row with the event's id is there, and it was made from another payload."""
        reason = f"payload differs from the stored todo's in: {', '.join(fields)}"
        return cls(record, Stage.IDENTITY, "PayloadDiffers", reason)


@dataclass(frozen=True, slots=True)
class Move:
    """One partition's step: where the table must say that it stands, and where it stands afterwards."""

    expected: LogPosition
    next_offset: int

    @property
    def reached(self) -> LogPosition:
        """The position after the step."""
        return LogPosition(self.expected.topic_id, self.expected.partition, self.next_offset)


@dataclass(frozen=True, slots=True)
class Batch:
    """Decoded records in the log's order, those that could not be decoded, and the steps that they make."""

    deliveries: Sequence[Delivery]
    refusals: Sequence[Refusal]
    moves: Sequence[Move]

    @property
    def size(self) -> int:
        """How many records there are."""
        return len(self.deliveries) + len(self.refusals)


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a batch: new rows, events whose row was there, and records that were refused."""

    rows: int
    repeats: int
    refusals: Sequence[Refusal]
