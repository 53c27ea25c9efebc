"""A topic and its consumers in memory. They pass the suite that the real consumer passes on a real broker
(tests/integration/ingestor/test_consumer.py).
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from confluent_kafka import TIMESTAMP_CREATE_TIME, Message

from ingestor.consumer import NOTHING, Claim, Fetched
from ingestor.todos.batch import Move
from schemas.names import TOPIC
from schemas.position import LogPosition

TOPIC_ID = UUID("00000000-0000-4000-8000-000000000001")
CREATED_AT_MILLISECONDS = 1_760_000_000_000


class FakeLog:
    """A topic: partitions of records, each with an offset."""

    def __init__(self, partitions: int = 2) -> None:
        self.partitions: dict[int, list[Message]] = {number: [] for number in range(partitions)}
        self.group_offsets: dict[int, int] = {}
        self.topic_id = TOPIC_ID

    def append(self, value: bytes | None, partition: int = 0, key: bytes | None = b"key") -> Message:
        """Add a record at the end of a partition."""
        records = self.partitions[partition]
        record = Message(
            topic=TOPIC,
            partition=partition,
            offset=len(records),
            key=key,
            value=value,
            headers=[("ce_specversion", b"1.0"), ("odd", b"\xff")],
            timestamp=(TIMESTAMP_CREATE_TIME, CREATED_AT_MILLISECONDS),
        )
        records.append(record)
        return record

    def make_again(self) -> None:
        """Delete the topic and make another one of the same name."""
        self.partitions = {number: [] for number in self.partitions}
        self.topic_id = UUID(int=self.topic_id.int + 1)


class FakeConsumer:
    """Reads a `FakeLog` from where `claim` says. Does not wait: an empty log is a poll's timeout that has passed."""

    def __init__(self, log: FakeLog, claim: Claim, batch_max_records: int = 100) -> None:
        self._log = log
        self._claim = claim
        self._batch_max_records = batch_max_records
        self._assigned: set[int] = set()
        self.positions: dict[int, LogPosition] = {}
        self.idled_seconds: list[float] = []

    def assign(self, *partitions: int) -> None:
        """A rebalance gave it these partitions."""
        self._assigned.update(partitions)

    def revoke(self, *partitions: int) -> None:
        """A rebalance took these partitions away."""
        self._assigned.difference_update(partitions)
        for number in partitions:
            self.positions.pop(number, None)

    def take(self, timeout_seconds: float) -> Fetched:
        """See `LogConsumer.take`."""
        assert timeout_seconds > 0
        if any(position.topic_id != self._log.topic_id for position in self.positions.values()):
            self.hold()
        if unclaimed := self._assigned - self.positions.keys():
            self.positions.update(self._claim(unclaimed))
        records: list[Message] = []
        moves: list[Move] = []
        for number, position in sorted(self.positions.items()):
            room = self._batch_max_records - len(records)
            found = self._log.partitions[number][position.offset :][:room]
            if found:
                records += found
                moves.append(Move(position, (found[-1].offset() or 0) + 1))
        return Fetched(records, moves) if records else NOTHING

    def idle(self, seconds: float) -> None:
        """See `LogConsumer.idle`."""
        self.idled_seconds.append(seconds)

    def hold(self) -> None:
        """See `LogConsumer.hold`."""
        self.positions.clear()

    def advance(self, moves: Sequence[Move]) -> None:
        """See `LogConsumer.advance`."""
        for move in moves:
            self.positions[move.expected.partition] = move.reached
            self._log.group_offsets[move.expected.partition] = move.next_offset

    def close(self) -> None:
        """See `LogConsumer.close`."""
        self.revoke(*self._assigned)


def positions_at(topic_id: UUID, offsets: Mapping[int, int]) -> dict[int, LogPosition]:
    """Positions of partitions, by their numbers."""
    return {number: LogPosition(topic_id, number, offset) for number, offset in offsets.items()}
