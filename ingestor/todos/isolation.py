"""Finding the rows that the table refuses, without trying each one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from ingestor.errors import LooksLikeBadDeploy
from ingestor.todos.batch import Delivery, Refusal
from ingestor.todos.models import Todo
from ingestor.triage import Fault, fault_of


@dataclass(frozen=True, slots=True)
class BadShareLimit:
    """How much of a batch may be bad before it looks like a bad deploy. Batches below `min_records` never do."""

    share: float = 0.5
    min_records: int = 100

    def check(self, bad: int, total: int) -> None:
        """Let a batch pass that has so many bad records.

        Raises:
            LooksLikeBadDeploy: too many of them are.
        """
        if total >= self.min_records and bad > self.share * total:
            raise LooksLikeBadDeploy(
                f"more than {self.share:.0%} of a batch of {total} records are bad: this looks like a bad deploy, so "
                "nothing of the batch was written; to store it all the same, set INGESTOR_BAD_SHARE_LIMIT=1"
            )


class Isolation:
    """Inserts one batch, in halves where it must: k bad rows among n cost O(k log n) statements under savepoints."""

    def __init__(self, limit: BadShareLimit, *, bad: int, total: int) -> None:
        self._limit = limit
        self._bad = bad
        self._total = total
        self.rows = 0
        """How many rows are new; those whose id was in the table are not."""
        self.accepted: list[Delivery] = []
        self.refusals: list[Refusal] = []

    def insert(self, deliveries: Sequence[Delivery]) -> None:
        """Insert all that the table takes. One statement when it takes all. Call it in a transaction.

        Raises:
            LooksLikeBadDeploy: it refuses too many.
        """
        try:
            with transaction.atomic():
                rows = _insert(deliveries)
        except Exception as error:
            if fault_of(error) is not Fault.RECORD:
                raise
            if len(deliveries) == 1:
                self._refuse(Refusal.unstorable(deliveries[0].record, error))
                return
        else:
            self.rows += rows
            self.accepted += deliveries
            return
        middle = len(deliveries) // 2
        self.insert(deliveries[:middle])
        self.insert(deliveries[middle:])

    def _refuse(self, refusal: Refusal) -> None:
        self.refusals.append(refusal)
        self._limit.check(self._bad + len(self.refusals), self._total)


def _insert(deliveries: Sequence[Delivery]) -> int:
    """Insert in one statement, and give the count of new rows, which bulk_create keeps to itself."""
    rows = [  # values by position: Django takes half as long again by name
        Todo(event.id, event.title, event.description, event.owner, event.create_time)
        for event in (delivery.event for delivery in deliveries)
    ]
    counted = _RowCount()
    with connection.execute_wrapper(counted):
        Todo.objects.bulk_create(rows, ignore_conflicts=True)
    return counted.rows


class _RowCount:
    """Sums the row counts of the statements that run under it."""

    def __init__(self) -> None:
        self.rows = 0

    def __call__(
        self, execute: Callable[..., object], sql: str, params: object, many: bool, context: dict[str, Any]
    ) -> object:
        result = execute(sql, params, many, context)
        self.rows += context["cursor"].rowcount
        return result
