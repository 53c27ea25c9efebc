"""Many records at once: handed to a producer together, and answered by one future instead of one each."""

import asyncio
from collections.abc import Sequence
from typing import Final, TypeAlias

from confluent_kafka import KafkaError, Message

from gateway.producer import DeliveryFailed, EventLoopProducer, Headers

Record: TypeAlias = tuple[str, bytes, Headers]
"""A record's key, value and headers."""
Outcome: TypeAlias = Message | KafkaError | None
"""The record where it lies in the log, why it does not, or None: the brokers have not answered."""

_SLICE: Final = 100
"""Records handed over before other calls have their turn: a thousand would hold the event loop for 10 ms."""


class BatchSend:
    """One attempt to send some records."""

    def __init__(self, size: int) -> None:
        self.outcomes: list[Outcome] = [None] * size
        self._open = size
        self._settled = asyncio.get_running_loop().create_future()

    async def send(self, producer: EventLoopProducer, topic: str, records: Sequence[Record]) -> None:
        """Return when each record has its outcome. Cancelling it recalls nothing."""
        for place, (key, value, headers) in enumerate(records):
            if place and place % _SLICE == 0:
                await asyncio.sleep(0)
            slot = _Slot(self, place)
            try:
                producer.send_to(slot, topic, key, value, headers)
            except DeliveryFailed as failure:
                slot.set_exception(failure)
        await self._settled

    def settle(self, place: int, outcome: Outcome) -> None:
        """Take the outcome of one record."""
        self.outcomes[place] = outcome
        self._open -= 1
        if not self._open and not self._settled.done():
            self._settled.set_result(None)


class _Slot:
    """A record's place among those sent with it; see `producer.Report`."""

    __slots__ = ("_place", "_send")

    def __init__(self, send: BatchSend, place: int) -> None:
        self._send = send
        self._place = place

    def done(self) -> bool:
        return False

    def set_result(self, result: Message, /) -> None:
        self._send.settle(self._place, result)

    def set_exception(self, exception: BaseException, /) -> None:
        if not isinstance(exception, DeliveryFailed):
            raise TypeError("a producer reports DeliveryFailed") from exception
        self._send.settle(self._place, exception.error)
