"""Up to where each partition is stored: read when a partition is taken, moved in the transaction that stores."""

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

import structlog
from django.db import connection

from ingestor.errors import Superseded
from ingestor.todos.batch import Move
from ingestor.todos.models import IngestOffset
from schemas.position import LogPosition

_BEGIN: Final = """
    INSERT INTO ingest_offset (topic, partition, topic_id, next_offset)
    SELECT %s, partition, %s, 0 FROM UNNEST(%s::int[]) AS partition
    ON CONFLICT (topic, partition) DO UPDATE SET topic_id = EXCLUDED.topic_id, next_offset = 0
    WHERE ingest_offset.topic_id <> EXCLUDED.topic_id"""
_MOVE: Final = """
    UPDATE ingest_offset AS stored SET next_offset = step.next_offset
    FROM UNNEST(%s::int[], %s::uuid[], %s::bigint[], %s::bigint[])
        AS step (partition, topic_id, expected_offset, next_offset)
    WHERE stored.topic = %s AND stored.partition = step.partition
        AND stored.topic_id = step.topic_id AND stored.next_offset = step.expected_offset"""


class Offsets:
    """The positions of one topic's partitions."""

    def __init__(self, topic: str) -> None:
        self._topic = topic
        self._log = structlog.stdlib.get_logger(__name__)

    def claim(self, topic_id: UUID, partitions: Collection[int]) -> dict[int, LogPosition]:
        """Where to read each partition from. A partition without a position begins at 0.

        A position that belongs to an earlier topic of the same name is of no use: it begins at 0 too, which is logged.
        """
        stored = self._read(partitions)
        remade = sorted(number for number, at in stored.items() if at.topic_id != topic_id)
        if remade:
            self._log.warning("topic was made again: reading it from its beginning", partitions=remade)
        if remade or len(stored) < len(partitions):
            with connection.cursor() as cursor:
                cursor.execute(_BEGIN, [self._topic, topic_id, sorted(partitions)])
            stored = self._read(partitions)
        return stored

    def move(self, moves: Sequence[Move]) -> None:
        """Take the steps, all of them or none, in one statement. Call it in a transaction.

        Raises:
            Superseded: a position is not where its step expects it, so somebody else has stored these records.
        """
        expected = [move.expected for move in moves]
        columns: list[list[int] | list[UUID]] = [
            [position.partition for position in expected],
            [position.topic_id for position in expected],
            [position.offset for position in expected],
            [move.next_offset for move in moves],
        ]
        with connection.cursor() as cursor:
            cursor.execute(_MOVE, [*columns, self._topic])
            moved = cursor.rowcount
        if moved != len(moves):
            raise Superseded(f"{len(moves) - moved} of {len(moves)} positions were moved by another instance")

    def _read(self, partitions: Collection[int]) -> dict[int, LogPosition]:
        rows = IngestOffset.objects.filter(topic=self._topic, partition__in=partitions)
        return {
            partition: LogPosition(topic_id, partition, next_offset)
            for partition, topic_id, next_offset in rows.values_list("partition", "topic_id", "next_offset")
        }
