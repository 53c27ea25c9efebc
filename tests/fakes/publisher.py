"""A log in memory. It passes the suite that the real publisher passes (tests/integration/gateway/test_publisher.py)."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from gateway.errors import BrokersUnavailable, GatewayError, OutcomeUnknown
from gateway.producer import Headers
from gateway.publisher import EventWithHeaders, Published
from schemas.events import TodoCreated
from schemas.position import LogPosition

TOPIC_ID = UUID("00000000-0000-4000-8000-000000000001")


class FakePublisher:
    """Keeps what it is given, in order; can be told to fail, or never to answer."""

    def __init__(self) -> None:
        self.published: list[tuple[TodoCreated, Headers]] = []
        self.failure: GatewayError | None = None
        self.refused: dict[str, GatewayError] = {}
        self.answers = True

    async def publish(self, event: TodoCreated, headers: Headers, timeout_seconds: float) -> LogPosition:
        """See `Publisher.publish`."""
        if self.failure is not None:
            raise self.failure
        if not self.answers:
            try:
                await asyncio.wait_for(asyncio.Event().wait(), timeout_seconds)
            except TimeoutError as error:
                raise OutcomeUnknown("the brokers have not answered in time") from error
        self.published.append((event, headers))
        return LogPosition(TOPIC_ID, 0, len(self.published) - 1)

    async def publish_all(self, events: Sequence[EventWithHeaders], timeout_seconds: float) -> list[Published]:
        """See `Publisher.publish_all`. Those in `refused` have no place in the log."""
        published: list[Published] = []
        for event, headers in events:
            try:
                if event.title in self.refused:
                    raise self.refused[event.title]
                published.append(await self.publish(event, headers, timeout_seconds))
            except GatewayError as error:
                published.append(error)
        return published

    def break_down(self) -> None:
        """From now on be as brokers that are away."""
        self.failure = BrokersUnavailable("the brokers are away")
