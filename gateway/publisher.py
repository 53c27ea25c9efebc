"""Events into the log: durable when `publish` returns, and never before."""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Final, Protocol, TypeAlias
from uuid import UUID

from confluent_kafka import KafkaError, Message

from gateway.batch import BatchSend
from gateway.errors import (
    BrokersUnavailable,
    EventRefused,
    GatewayError,
    GatewayStarting,
    OutcomeUnknown,
    Overloaded,
)
from gateway.ladder import ProducerLadder
from gateway.producer import DeliveryFailed, Headers
from schemas.codec import EventEncoder
from schemas.events import TodoCreated
from schemas.names import TOPIC
from schemas.position import LogPosition

_REFUSED: Final = frozenset(
    {
        KafkaError.MSG_SIZE_TOO_LARGE,
        KafkaError.INVALID_RECORD,
        KafkaError.TOPIC_AUTHORIZATION_FAILED,
        KafkaError.CLUSTER_AUTHORIZATION_FAILED,
        KafkaError.POLICY_VIOLATION,
    }
)


EventWithHeaders: TypeAlias = tuple[TodoCreated, Headers]
Published: TypeAlias = LogPosition | GatewayError
_UNANSWERED: Final = "the brokers have not answered in time; a retry with its request_id is safe"


class Publisher(Protocol):
    """Puts events into the log."""

    async def publish(self, event: TodoCreated, headers: Headers, timeout_seconds: float) -> LogPosition:
        """Return once the event is durable, with its place in the log.

        Raises:
            Overloaded: too many events wait already; this one was not taken.
            BrokersUnavailable: the producer gave the event up.
            EventRefused: the brokers will never take it.
            OutcomeUnknown: `timeout_seconds` have passed and the brokers have not answered.
        """

    async def publish_all(self, events: Sequence[EventWithHeaders], timeout_seconds: float) -> list[Published]:
        """Return once each event is durable or will not become so, with its place in the log or why it has none.

        Raises:
            GatewayStarting: no event was taken.
        """


class KafkaPublisher:
    """Publishes through producers that wait for all in-sync replicas, for as long as the call may last."""

    def __init__(self, ladder: ProducerLadder, encoder: EventEncoder, topic_id: UUID) -> None:
        self._ladder = ladder
        self._encoder = encoder
        self._topic_id = topic_id

    async def publish(self, event: TodoCreated, headers: Headers, timeout_seconds: float) -> LogPosition:
        """See `Publisher.publish`."""
        value = self._encoder.encode(event)
        deadline = asyncio.get_running_loop().time() + timeout_seconds
        try:
            async with asyncio.timeout_at(deadline):
                message = await self._send_until(deadline, str(event.id), value, headers)
        except TimeoutError as error:
            raise OutcomeUnknown(_UNANSWERED) from error
        except DeliveryFailed as failure:
            raise _as_told_to_callers(failure.error) from failure
        return self._position(message)

    async def publish_all(self, events: Sequence[EventWithHeaders], timeout_seconds: float) -> list[Published]:
        """See `Publisher.publish_all`. What a producer gives up early is sent again, as `publish` does."""
        clock = asyncio.get_running_loop().time
        deadline = clock() + timeout_seconds
        records = [(str(event.id), self._encoder.encode(event), headers) for event, headers in events]
        published: list[Published] = [OutcomeUnknown(_UNANSWERED)] * len(records)
        places = list(range(len(records)))
        while places and (left := deadline - clock()) > 0:
            send = BatchSend(len(places))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(deadline):
                    await send.send(self._ladder.within(left), TOPIC, [records[place] for place in places])
            again = []
            for place, outcome in zip(places, send.outcomes, strict=True):
                if isinstance(outcome, Message):
                    published[place] = self._position(outcome)
                elif outcome is not None and outcome.code() == KafkaError._MSG_TIMED_OUT:  # noqa: SLF001 its public name
                    again.append(place)
                elif outcome is not None:
                    published[place] = _as_told_to_callers(outcome)
            places = again
        return published

    def _position(self, message: Message) -> LogPosition:
        return LogPosition(self._topic_id, message.partition() or 0, message.offset() or 0)

    async def _send_until(self, deadline: float, key: str, value: bytes, headers: Headers) -> Message:
        """Send again what a producer gave up early; should both records arrive, their key makes them one row."""
        clock = asyncio.get_running_loop().time
        while True:
            try:
                return await self._ladder.within(deadline - clock()).send(TOPIC, key, value, headers)
            except DeliveryFailed as failure:
                if failure.error.code() != KafkaError._MSG_TIMED_OUT:  # noqa: SLF001 the client's public name
                    raise


class LatePublisher:
    """A publisher that refuses every event until the real one is there."""

    def __init__(self) -> None:
        self._publisher: Publisher | None = None

    def open(self, publisher: Publisher) -> None:
        """From now on hand every event to this publisher."""
        self._publisher = publisher

    async def publish(self, event: TodoCreated, headers: Headers, timeout_seconds: float) -> LogPosition:
        """See `Publisher.publish`."""
        return await self._opened().publish(event, headers, timeout_seconds)

    async def publish_all(self, events: Sequence[EventWithHeaders], timeout_seconds: float) -> list[Published]:
        """See `Publisher.publish_all`."""
        return await self._opened().publish_all(events, timeout_seconds)

    def _opened(self) -> Publisher:
        if self._publisher is None:
            raise GatewayStarting("the gateway is starting and is not ready yet")
        return self._publisher


def _as_told_to_callers(error: KafkaError) -> GatewayError:
    if error.code() == KafkaError._QUEUE_FULL:  # noqa: SLF001 the client's public name
        return Overloaded("too many events wait for the brokers")
    if error.code() in _REFUSED:
        return EventRefused(f"the brokers refuse the event: {error.str()}")
    return BrokersUnavailable(f"the brokers did not take the event: {error.str()}")
