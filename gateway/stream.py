"""One stream of todos: read while there is room, publish together what has come, answer each by its number."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Final, TypeAlias

from gateway.errors import GatewayStopping
from todo.v1 import todo_service_pb2 as pb

MOST_AT_ONCE: Final = 200
"""Requests that are published together."""
_WAITING_REQUESTS: Final = 2 * MOST_AT_ONCE
_WAITING_BYTES: Final = 1_048_576
"""What may wait to be published. When as much does, the stream is not read, and HTTP/2 holds its client back."""
_PUBLISHING: Final = 2
"""How many lots are on their way to the brokers at once, so that one's delay is not everybody's."""

Create: TypeAlias = Callable[[Sequence[pb.StreamCreateTodosRequest]], Awaitable[Sequence[pb.StreamCreateTodosResponse]]]
Write: TypeAlias = Callable[[pb.StreamCreateTodosResponse], Awaitable[None]]


class TodoStream:
    """Serves one call. `create` answers some requests; `write` sends an answer and waits while the client reads none.

    In memory are at most the requests that wait, those of two lots, and their answers.
    """

    def __init__(self, create: Create, write: Write) -> None:
        self._create = create
        self._write = write
        self._writing = asyncio.Lock()
        self._waiting: deque[pb.StreamCreateTodosRequest] = deque()
        self._bytes = 0
        self._ended = False
        self._changed = asyncio.Condition()

    async def serve(self, requests: AsyncIterator[pb.StreamCreateTodosRequest], stopping: asyncio.Event) -> None:
        """Return when every request that the client sent is answered.

        Raises:
            GatewayStopping: `stopping` was set; every request that was read is answered.
        """
        reading = asyncio.ensure_future(self._read(requests))
        guard = asyncio.ensure_future(_cancel_when(stopping, reading))
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(_PUBLISHING):
                    group.create_task(self._publish())
                group.create_task(self._end_after(reading))
        except BaseExceptionGroup as failures:
            raise failures.exceptions[0] from failures
        finally:
            guard.cancel()
            reading.cancel()
        if stopping.is_set():
            raise GatewayStopping("the gateway stops; send what has no answer to another one")

    async def _read(self, requests: AsyncIterator[pb.StreamCreateTodosRequest]) -> None:
        async for request in requests:
            async with self._changed:
                await self._changed.wait_for(self._has_room)
                self._waiting.append(request)
                self._bytes += request.ByteSize()
                self._changed.notify()

    def _has_room(self) -> bool:
        return len(self._waiting) < _WAITING_REQUESTS and self._bytes < _WAITING_BYTES

    async def _end_after(self, reading: "asyncio.Future[None]") -> None:
        await asyncio.wait([reading])
        async with self._changed:
            self._ended = True
            self._changed.notify_all()
        if not reading.cancelled():
            reading.result()

    async def _publish(self) -> None:
        while lot := await self._next_lot():
            for answer in await self._create(lot):
                async with self._writing:
                    await self._write(answer)

    async def _next_lot(self) -> list[pb.StreamCreateTodosRequest]:
        async with self._changed:
            await self._changed.wait_for(lambda: self._waiting or self._ended)
            lot = [self._waiting.popleft() for _ in range(min(MOST_AT_ONCE, len(self._waiting)))]
            self._bytes -= sum(request.ByteSize() for request in lot)
            self._changed.notify_all()
        return lot


async def _cancel_when(stopping: asyncio.Event, reading: "asyncio.Future[None]") -> None:
    await stopping.wait()
    reading.cancel()
