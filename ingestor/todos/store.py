"""One batch, one transaction: rows, dead letters and positions move together or not at all."""

from django.db import connection, transaction

from ingestor.todos import dead_letters
from ingestor.todos.batch import Batch, Stored
from ingestor.todos.conflicts import payload_conflicts
from ingestor.todos.isolation import BadShareLimit, Isolation
from ingestor.todos.offsets import Offsets


class TodoStore:
    """Stores batches in PostgreSQL. Blocks; uses the calling thread's connection."""

    def __init__(self, offsets: Offsets, limit: BadShareLimit) -> None:
        self._offsets = offsets
        self._limit = limit

    def save(self, batch: Batch) -> Stored:
        """Store the batch whole, or, when anything is raised, nothing of it. Begins and ends its own transaction.

        Redelivery is harmless: an event whose todo is stored adds no second row.

        Raises:
            Superseded: another instance has stored some of these records.
            LooksLikeBadDeploy: too much of the batch is bad.
            django.db.Error: see `ingestor.triage` for what is to blame.
        """
        self._limit.check(len(batch.refusals), batch.size)
        connection.close_if_unusable_or_obsolete()
        with transaction.atomic():
            self._offsets.move(batch.moves)  # first: a zombie is found out before it has written anything
            isolation = Isolation(self._limit, bad=len(batch.refusals), total=batch.size)
            if batch.deliveries:
                isolation.insert(batch.deliveries)
            repeats = len(isolation.accepted) - isolation.rows
            refusals = [*batch.refusals, *isolation.refusals]
            if repeats:
                refusals += payload_conflicts(isolation.accepted)
            if refusals:
                dead_letters.keep(refusals, {move.expected.partition: move.expected.topic_id for move in batch.moves})
        return Stored(isolation.rows, repeats, refusals)

    def reconnect(self) -> None:
        """Give the connection up; the next statement makes a new one.

        One that still answers can lead to a server that is no longer the primary, and would be read-only for ever.
        """
        connection.close()
