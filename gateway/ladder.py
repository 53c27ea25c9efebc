"""Producers with different patience, so that none tries for longer than the call it works for.

librdkafka has one message timeout a producer, and looks for messages past theirs once a second: finer rungs would not
be kept. See docs/decisions/0006-message-timeout.md.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from gateway.producer import EventLoopProducer
from runtime import kafka

RUNGS_SECONDS: Final = (1, 4, 16)


class ProducerLadder:
    """One producer for each patience. Make it on the event loop that sends.

    Raises:
        InvalidSetting: librdkafka refuses an option.
    """

    def __init__(self, options: kafka.Options, on_fatal: Callable[[str], None]) -> None:
        self._producers = {
            seconds: EventLoopProducer({**options, "message.timeout.ms": seconds * 1000}, on_fatal)
            for seconds in RUNGS_SECONDS
        }

    @property
    def have_ids(self) -> bool:
        """Whether every producer has its id from the brokers."""
        return all(producer.has_id for producer in self._producers.values())

    def within(self, seconds_left: float) -> EventLoopProducer:
        """The most patient producer that gives up within the time; the least patient one when none does."""
        fitting = [seconds for seconds in RUNGS_SECONDS if seconds <= seconds_left]
        return self._producers[max(fitting, default=RUNGS_SECONDS[0])]

    async def close(self, timeout_seconds: float) -> int:
        """Wait for the records that the brokers have not answered; returns how many are left after the time."""
        return sum(await asyncio.gather(*(producer.close(timeout_seconds) for producer in self._producers.values())))
