"""The three tables in memory. They pass the suite that PostgreSQL passes (tests/integration/ingestor/test_store.py)."""

from collections.abc import Collection
from dataclasses import dataclass, field
from uuid import UUID

from ingestor.errors import Superseded
from ingestor.todos.batch import Batch, Delivery, Refusal, Stored
from ingestor.todos.isolation import BadShareLimit
from schemas.events import TodoCreated
from schemas.position import LogPosition


@dataclass
class FakeTables:
    """What the tables hold. Several stores can share them, as several instances share a database."""

    todos: dict[UUID, TodoCreated] = field(default_factory=dict)
    dead_letters: dict[tuple[UUID, int, int], Refusal] = field(default_factory=dict)
    offsets: dict[int, LogPosition] = field(default_factory=dict)


class FakeStore:
    """Stores batches in memory, whole or not at all; can be told to fail as a database does."""

    def __init__(self, tables: FakeTables | None = None, limit: BadShareLimit | None = None) -> None:
        self.tables = tables or FakeTables()
        self.failure: Exception | None = None
        self._limit = limit or BadShareLimit()

    def claim(self, topic_id: UUID, partitions: Collection[int]) -> dict[int, LogPosition]:
        """See `Offsets.claim`."""
        self._fail_if_told()
        for number in partitions:
            stored = self.tables.offsets.get(number)
            if stored is None or stored.topic_id != topic_id:
                self.tables.offsets[number] = LogPosition(topic_id, number, 0)
        return {number: self.tables.offsets[number] for number in partitions}

    def save(self, batch: Batch) -> Stored:
        """See `TodoStore.save`."""
        self._fail_if_told()
        if any(self.tables.offsets[move.expected.partition] != move.expected for move in batch.moves):
            raise Superseded("a position was moved by another instance")
        unstorable = [delivery for delivery in batch.deliveries if not _fits(delivery.event)]
        self._limit.check(len(batch.refusals) + len(unstorable), batch.size)
        accepted = [delivery for delivery in batch.deliveries if delivery not in unstorable]
        before = len(self.tables.todos)
        for delivery in accepted:
            self.tables.todos.setdefault(delivery.event.id, delivery.event)
        rows = len(self.tables.todos) - before
        refusals = [
            *batch.refusals,
            *(Refusal.unstorable(delivery.record, ValueError()) for delivery in unstorable),
            *(Refusal.differing(delivery.record, ["title"]) for delivery in accepted if self._differs(delivery)),
        ]
        topic_ids = {move.expected.partition: move.expected.topic_id for move in batch.moves}
        for refusal in refusals:
            partition, offset = refusal.record.partition() or 0, refusal.record.offset() or 0
            self.tables.dead_letters.setdefault((topic_ids[partition], partition, offset), refusal)
        self.tables.offsets.update((move.expected.partition, move.reached) for move in batch.moves)
        return Stored(rows, len(accepted) - rows, refusals)

    def reconnect(self) -> None:
        """See `TodoStore.reconnect`."""

    def _differs(self, delivery: Delivery) -> bool:
        stored, event = self.tables.todos[delivery.event.id], delivery.event
        return (stored.title, stored.description, stored.owner) != (event.title, event.description, event.owner)

    def _fail_if_told(self) -> None:
        if self.failure is not None:
            raise self.failure


def _fits(event: TodoCreated) -> bool:
    texts = (event.title, event.description, event.owner)
    return 1 <= len(event.title) <= 200 and len(event.description) <= 4000 and "\0" not in "".join(texts)
