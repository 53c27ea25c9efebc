"""One pass: take a batch, decode it, store it, tell the group. What goes wrong is the fault of record or world."""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final, Protocol

import structlog

from ingestor.backoff import Backoff
from ingestor.consumer import Fetched
from ingestor.decoding import decoded
from ingestor.errors import Superseded
from ingestor.health import Health
from ingestor.report import Report
from ingestor.todos.batch import Batch, Move, Stored
from ingestor.triage import Fault, fault_of, reason_of
from schemas.codec import EventDecoder

PROBE_SECONDS: Final = 2.0
"""How long the first poll after a fault may take: when it brings nothing, then nothing is the matter any more."""


class Source(Protocol):
    """Where records come from; see `ingestor.consumer.LogConsumer`."""

    def take(self, timeout_seconds: float) -> Fetched:
        """The next records, or none after a while."""

    def idle(self, seconds: float) -> None:
        """Take nothing for a time."""

    def hold(self) -> None:
        """Forget the positions; the next `take` begins where the store stands."""

    def advance(self, moves: Sequence[Move]) -> None:
        """The steps are stored."""


class Store(Protocol):
    """Where rows go; see `ingestor.todos.store.TodoStore`."""

    def save(self, batch: Batch) -> Stored:
        """Store the batch whole or not at all."""

    def reconnect(self) -> None:
        """Have a new connection next time."""


class Pipeline:
    """Carries records from a source into a store, each once.

    There is one way to recover, whatever failed: forget the batch, keep the partitions, and read again from where the
    table says that they stand. So a repair, a restart and a rebalance are the same to it, and nothing piles up.
    """

    def __init__(
        self,
        source: Source,
        decoder: EventDecoder,
        store: Store,
        *,
        health: Health,
        backoff: Backoff,
        report: Report,
        poll_timeout_seconds: float,
    ) -> None:
        self._source = source
        self._decoder = decoder
        self._store = store
        self._health = health
        self._backoff = backoff
        self._report = report
        self._poll_timeout_seconds = poll_timeout_seconds
        self._log = structlog.stdlib.get_logger(__name__)

    def run_pass(self) -> None:
        """Do one pass. Blocks for as long as the poll's timeout when there is nothing to do.

        A fault of the world is waited out for a while, in which the source is kept alive, and is no error.

        Raises:
            LooksLikeBadDeploy, ConsumerUnusable: the process must stop.
            Exception: nobody knows whose fault it is, so the process must stop.
        """
        try:
            self._store_next()
        except Superseded as error:
            self._log.info("batch given up", reason=str(error))
            self._retreat()
        except Exception as error:
            if fault_of(error) is not Fault.WORLD:
                raise
            self._health.waits_for(reason_of(error))
            self._store.reconnect()
            self._retreat()
        else:
            self._backoff.reset()
            self._health.goes_on()

    def _store_next(self) -> None:
        longest = self._poll_timeout_seconds
        fetched = self._source.take(longest if self._health.serves else min(longest, PROBE_SECONDS))
        if not fetched.records:
            return
        with _garbage_kept():
            stored = self._store.save(decoded(fetched, self._decoder))
        self._source.advance(fetched.moves)
        self._report.stored(stored)

    def _retreat(self) -> None:
        self._source.hold()
        self._source.idle(self._backoff.next_delay_seconds())


@contextmanager
def _garbage_kept() -> Iterator[None]:
    """Collect no garbage meanwhile: a batch makes many objects and no cycles, and the collector walks all of them.

    It takes a tenth of the ingestor's own time.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
