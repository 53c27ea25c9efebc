"""The idempotent producer, seen from the event loop: delivery reports without a wake-up for each."""

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Final, Protocol

from confluent_kafka import KafkaError, Message, Producer

from runtime import kafka

Headers = list[tuple[str, str | bytes | None]]

_POLL_SECONDS: Final = 0.1
_SPACING_SECONDS: Final = 0.002
"""Waking the loop for every report costs half the throughput; one wake-up each 2 ms under load costs a quarter, and a
lone call never waits for it (`make bench` measures both)."""
_STATISTICS_MS: Final = 500

_log = logging.getLogger("kafka")


class DeliveryFailed(Exception):
    """The producer gave the record up, or never took it. `error` says why."""

    def __init__(self, error: KafkaError) -> None:
        super().__init__(error.str())
        self.error = error


class Report(Protocol):
    """Where a record's delivery report goes, on the event loop."""

    def done(self) -> bool:
        """Whether nobody waits for it any more."""

    def set_result(self, result: Message, /) -> None:
        """The brokers have the record, as this message says."""

    def set_exception(self, exception: BaseException, /) -> None:
        """It failed, as the DeliveryFailed says."""


class EventLoopProducer:
    """One librdkafka producer and the thread that serves its callbacks. Make it on the event loop that sends.

    Args:
        options: librdkafka's.
        on_fatal: called on the event loop when the producer can send nothing any more (KIP-360); the process must end.

    Raises:
        InvalidSetting: librdkafka refuses an option.
    """

    def __init__(self, options: kafka.Options, on_fatal: Callable[[str], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._on_fatal = on_fatal
        self._waiting = 0
        self._arrived: deque[tuple[Report, KafkaError | None, Message]] = deque()
        self._has_id = threading.Event()
        self._closing = threading.Event()
        with kafka.naming_variables(options):
            self._producer = Producer(
                {
                    **options,
                    "statistics.interval.ms": _STATISTICS_MS,
                    "stats_cb": self._on_statistics,
                    "error_cb": self._on_error,
                },
                logger=_log,
            )
        self._thread = threading.Thread(target=self._serve, name="delivery-reports", daemon=True)
        self._thread.start()

    @property
    def has_id(self) -> bool:
        """Whether the brokers have given the producer its id, without which the first record would wait for it."""
        return self._has_id.is_set()

    def send(self, topic: str, key: str, value: bytes, headers: Headers) -> "asyncio.Future[Message]":
        """Hand a record over; the future ends with the brokers' acknowledgement. Cancelling it recalls nothing.

        Raises:
            DeliveryFailed: at once when the queue is full or the producer is broken; later through the future.
        """
        report: asyncio.Future[Message] = self._loop.create_future()
        self.send_to(report, topic, key, value, headers)
        return report

    def send_to(self, report: Report, topic: str, key: str, value: bytes, headers: Headers) -> None:
        """As `send`, with the report going to a place of the caller's."""
        try:
            self._producer.produce(
                topic, key=key, value=value, headers=headers, on_delivery=partial(self._take, report)
            )
        except BufferError as error:
            raise DeliveryFailed(KafkaError(KafkaError._QUEUE_FULL)) from error  # noqa: SLF001 the client's public name
        self._waiting += 1

    async def close(self, timeout_seconds: float) -> int:
        """Wait for the records that the brokers have not answered; returns how many are left after the time."""
        left = await asyncio.to_thread(self._producer.flush, timeout_seconds)
        self._closing.set()
        await asyncio.to_thread(self._thread.join)
        return left

    def _take(self, report: Report, error: KafkaError | None, message: Message) -> None:
        self._arrived.append((report, error, message))

    def _serve(self) -> None:
        while not self._closing.is_set():
            self._producer.poll(_POLL_SECONDS)
            if self._arrived:
                several = self._waiting >= 2  # noqa: PLR2004 what several means
                self._loop.call_soon_threadsafe(self._settle)
                if several:
                    time.sleep(_SPACING_SECONDS)
        self._loop.call_soon_threadsafe(self._settle)

    def _settle(self) -> None:
        while self._arrived:
            report, error, message = self._arrived.popleft()
            self._waiting -= 1
            if report.done():  # the call was cancelled, or its deadline passed
                continue
            if error is None:
                report.set_result(message)
            else:
                report.set_exception(DeliveryFailed(error))

    def _on_statistics(self, statistics: str) -> None:
        if not self.has_id and '"idemp_state":"Assigned"' in statistics.replace(" ", ""):
            self._has_id.set()

    def _on_error(self, error: KafkaError) -> None:
        _log.warning("%s", error.str())
        if error.fatal():
            self._loop.call_soon_threadsafe(self._on_fatal, error.str())
