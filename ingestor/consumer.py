"""Records from the topic's partitions that this instance holds, each from where the table says that it stands."""

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import structlog
from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, Message, TopicPartition

from ingestor.errors import BrokersUnavailable, ConsumerUnusable
from ingestor.todos.batch import Move
from ingestor.topic import Topic
from schemas.position import LogPosition

SLICE_SECONDS: Final = 0.25
"""How long a poll blocks: what a signal to stop has to wait for."""
VERIFY_SECONDS: Final = 10.0
"""How often the topic's id is looked at: a topic that is made again goes on under the same name, unnoticed."""
SWEEP_SECONDS: Final = 0.02
"""How long records that follow the first one are waited for; a lone record is held back no longer."""

Claim = Callable[[Collection[int]], Mapping[int, LogPosition]]
"""Gives the positions from which partitions are to be read."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """Records in the log's order within each partition, and the steps that storing them makes."""

    records: Sequence[Message]
    moves: Sequence[Move]


NOTHING: Final = Fetched((), ())


class LogConsumer:
    """A member of the consumer group. For one thread, which must call `take` or `idle` every few minutes.

    Positions come from `claim` alone, never from the group's offsets in Kafka. A partition without one is held, but
    paused: after `hold`, and when `claim` failed as the partition was assigned.
    """

    def __init__(
        self,
        client: Consumer,
        topic: Topic,
        claim: Claim,
        *,
        stopping: threading.Event,
        clock: Callable[[], float],
        batch_max_records: int,
    ) -> None:
        self._client = client
        self._topic = topic
        self._verify_at = clock()
        self._has_heard = False
        self._claim = claim
        self._stopping = stopping
        self._clock = clock
        self._batch_max_records = batch_max_records
        self._assigned: set[int] = set()
        self._positions: dict[int, LogPosition] = {}
        self._doubted: dict[int, tuple[int, int]] = {}
        self._log = structlog.stdlib.get_logger(__name__)

    @property
    def positions(self) -> Mapping[int, LogPosition]:
        """The next record of each partition that is being read."""
        return self._positions

    def join(self) -> None:
        """Become a member of the group; partitions come while `take` or `idle` is called."""
        self._client.subscribe([self._topic.name], on_assign=self._on_assign, on_revoke=self._on_revoke)

    def take(self, timeout_seconds: float) -> Fetched:
        """The next records, at most a batch of them. Blocks until the first one is there, then for 20 ms.

        Gives nothing when `timeout_seconds` have passed without one, or the process is stopping.

        Raises:
            TopicMissing, BrokersUnavailable: there is nothing to read from now.
            ConsumerUnusable: the client met a fatal error.
            Exception: whatever `claim` raises.
        """
        if self._clock() >= self._verify_at and self._is_another_topic():
            self.hold()
        self._reposition()
        first = self._poll(timeout_seconds)
        if first is None:
            return NOTHING
        more = self._client.consume(self._batch_max_records - 1, SWEEP_SECONDS) if self._batch_max_records > 1 else []
        return self._fetched([first, *more])

    def idle(self, seconds: float) -> None:
        """Stay a member of the group and take nothing, for a time or until the process is stopping."""
        deadline = self._clock() + seconds
        while (left := deadline - self._clock()) > 0 and not self._stopping.is_set():
            if self._check(self._client.poll(min(left, SLICE_SECONDS))) is not None:
                self.hold()  # of a partition that was assigned meanwhile: what is dropped here must be read again

    def hold(self) -> None:
        """Stop reading: forget the positions, keep the partitions. The next `take` claims the positions again."""
        self._client.pause(self._partitions(self._assigned))
        self._positions.clear()

    def advance(self, moves: Sequence[Move]) -> None:
        """The records up to here are stored. Tells the group too, for tools that show its lag; that may fail."""
        for move in moves:
            self._positions[move.expected.partition] = move.reached
        offsets = [TopicPartition(self._topic.name, move.expected.partition, move.next_offset) for move in moves]
        try:
            self._client.commit(offsets=offsets, asynchronous=True)
        except KafkaException as error:
            log_commit(error.args[0], offsets)

    def close(self) -> None:
        """Leave the group at once, so that others take the partitions without waiting for a timeout."""
        self._client.close()

    def _reposition(self) -> None:
        unclaimed = self._assigned - self._positions.keys()
        if not unclaimed:
            return
        claimed = self._claim(unclaimed)
        try:
            for position in claimed.values():
                self._client.seek(TopicPartition(self._topic.name, position.partition, position.offset))
            self._client.resume(self._partitions(claimed))
        except KafkaException as error:
            raise BrokersUnavailable(f"the partitions cannot be read yet: {error.args[0].str()}") from error
        self._positions.update(claimed)

    def _poll(self, seconds: float) -> Message | None:
        deadline = self._clock() + seconds
        while (left := deadline - self._clock()) > 0 and not self._stopping.is_set():
            message = self._check(self._client.poll(min(left, SLICE_SECONDS)))
            if message is not None:
                return message
            if self._assigned - self._positions.keys():
                return None  # a new partition's position could not be claimed: the next call tries again
        return None

    def _fetched(self, messages: Sequence[Message]) -> Fetched:
        spans: dict[int, tuple[int, int]] = {}
        records = []
        for message in messages:
            if self._check(message) is None:  # a record without a value is false, and is a record
                continue
            partition, offset = message.partition(), message.offset()
            if partition is None or offset is None or partition not in self._positions:
                continue
            records.append(message)
            spans[partition] = (spans[partition][0] if partition in spans else offset, offset)
        self._has_heard = bool(records) or self._has_heard
        if self._begins_elsewhere(spans):
            self.hold()
            return NOTHING
        return Fetched(records, [Move(self._positions[number], last + 1) for number, (_, last) in spans.items()])

    def _begins_elsewhere(self, spans: Mapping[int, tuple[int, int]]) -> bool:
        """Whether a partition goes on at another offset than asked for, so that it must be read again.

        The log was cut, or is another topic's. It is believed when reading again from the position gives the same
        record: to store a jump that was this client's own fault would lose what lies between.
        """
        jumps = {
            number: (expected, first)
            for number, (first, _) in spans.items()
            if first != (expected := self._positions[number].offset)
        }
        doubtful = {number: jump for number, jump in jumps.items() if self._doubted.get(number) != jump}
        for number in spans:
            self._doubted.pop(number, None)
        self._doubted.update(doubtful)
        if jumps:
            told = {number: f"{expected} to {first}" for number, (expected, first) in jumps.items()}
            self._log.warning("the log does not go on where it was left", jumps=told, read_again=bool(doubtful))
        return bool(doubtful) or (bool(jumps) and self._topic_was_made_again())

    def _is_another_topic(self) -> bool:
        """The regular look. Brokers that deliver records need not answer it: one of them may just be away."""
        has_heard, self._has_heard = self._has_heard, False
        try:
            return self._topic_was_made_again()
        except BrokersUnavailable:
            if not has_heard:
                raise
            self._verify_at = self._clock() + VERIFY_SECONDS
            return False

    def _topic_was_made_again(self) -> bool:
        topic_id = self._topic.id()
        self._verify_at = self._clock() + VERIFY_SECONDS
        return any(position.topic_id != topic_id for position in self._positions.values())

    def _check(self, message: Message | None) -> Message | None:
        """The message if it is a record. Events are logged; the client mends their causes itself."""
        error = message.error() if message is not None else None
        if error is None:
            return message
        if error.fatal():
            raise ConsumerUnusable(f"the Kafka client cannot go on: {error.str()}")
        self._log.warning("the brokers report", reason=error.str())
        return None

    def _partitions(self, numbers: Collection[int]) -> list[TopicPartition]:
        return [TopicPartition(self._topic.name, number) for number in numbers]

    def _on_assign(self, client: Consumer, partitions: list[TopicPartition]) -> None:
        numbers = {partition.partition for partition in partitions}
        self._assigned |= numbers
        try:
            claimed = self._claim(numbers)
        except Exception as error:
            # An exception must not cross librdkafka. `take` claims again, and raises it where it is handled.
            self._log.debug("positions could not be claimed yet", error_class=type(error).__name__)
            claimed = {}
        for partition in partitions:
            position = claimed.get(partition.partition)
            partition.offset = OFFSET_BEGINNING if position is None else position.offset
        client.incremental_assign(partitions)
        client.pause(self._partitions(numbers - claimed.keys()))
        self._positions.update(claimed)
        self._log.info("partitions assigned", added=sorted(numbers), held=sorted(self._assigned))

    def _on_revoke(self, client: Consumer, partitions: list[TopicPartition]) -> None:
        numbers = {partition.partition for partition in partitions}
        self._assigned -= numbers
        for number in numbers:
            self._positions.pop(number, None)
        client.incremental_unassign(partitions)
        self._log.info("partitions revoked", removed=sorted(numbers), held=sorted(self._assigned))


def log_commit(error: KafkaError | None, partitions: Sequence[TopicPartition]) -> None:
    """Say that the group's offsets could not be committed. Nothing is lost: the table's positions are the truth."""
    if error is not None:
        numbers = [partition.partition for partition in partitions]
        structlog.stdlib.get_logger(__name__).info(
            "group offsets not committed", reason=error.str(), partitions=numbers
        )
