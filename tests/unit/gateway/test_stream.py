"""A stream of todos: answered by number, bounded in memory, ended in order."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import TypeAlias

import pytest

from gateway.errors import GatewayStopping, MalformedRequest
from gateway.stream import MOST_AT_ONCE, TodoStream
from todo.v1 import todo_service_pb2 as pb

Request: TypeAlias = pb.StreamCreateTodosRequest
Response: TypeAlias = pb.StreamCreateTodosResponse


class Client:
    """Sends numbered requests as fast as it may, and notes how many were taken and which answers came."""

    def __init__(self, count: int, size: int = 0) -> None:
        self.taken = 0
        self.answered: list[int] = []
        self.reads = True
        self._count = count
        self._size = size

    async def requests(self) -> AsyncIterator[Request]:
        while self.taken < self._count:
            self.taken += 1
            yield Request(number=self.taken, request={"todo": {"title": "x" * self._size}})

    async def write(self, answer: Response) -> None:
        if not self.reads:
            await asyncio.Event().wait()
        self.answered.append(answer.number)


class Log:
    """Answers what it is given once it is open."""

    def __init__(self, *, is_open: bool = True) -> None:
        self.open = asyncio.Event()
        self.lots: list[int] = []
        if is_open:
            self.open.set()

    async def create(self, lot: Sequence[Request]) -> list[Response]:
        self.lots.append(len(lot))
        await self.open.wait()
        return [Response(number=one.number) for one in lot]


async def until_idle() -> None:
    """Let every task go on until none can."""
    for _ in range(10_000):
        await asyncio.sleep(0)


async def test_each_request_is_answered_once_by_its_number() -> None:
    client, log = Client(5_000), Log()
    await TodoStream(log.create, client.write).serve(client.requests(), asyncio.Event())
    assert sorted(client.answered) == list(range(1, 5_001))
    assert max(log.lots) <= MOST_AT_ONCE


async def test_an_empty_stream_ends_well() -> None:
    client, log = Client(0), Log()
    await TodoStream(log.create, client.write).serve(client.requests(), asyncio.Event())
    assert log.lots == []


@pytest.mark.parametrize(("size", "most_taken"), [(0, 900), (100_000, 40)])
async def test_a_slow_log_holds_the_client_back(size: int, most_taken: int) -> None:
    client, log = Client(5_000, size), Log(is_open=False)
    serving = asyncio.ensure_future(TodoStream(log.create, client.write).serve(client.requests(), asyncio.Event()))
    await until_idle()
    assert 0 < client.taken < most_taken
    log.open.set()
    await serving
    assert len(client.answered) == 5_000


async def test_a_client_that_reads_no_answers_is_not_read_either() -> None:
    client, log = Client(5_000), Log()
    client.reads = False
    serving = asyncio.ensure_future(TodoStream(log.create, client.write).serve(client.requests(), asyncio.Event()))
    await until_idle()
    assert client.taken < 900
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving


async def test_a_gateway_that_stops_answers_what_it_has_read() -> None:
    client, log, stopping = Client(5_000), Log(is_open=False), asyncio.Event()
    serving = asyncio.ensure_future(TodoStream(log.create, client.write).serve(client.requests(), stopping))
    await until_idle()
    stopping.set()
    await until_idle()
    taken = client.taken
    log.open.set()
    with pytest.raises(GatewayStopping):
        await serving
    assert client.taken == taken < 900
    assert sorted(client.answered) in (list(range(1, taken + 1)), list(range(1, taken)))  # one may be at the door


async def test_bytes_that_are_no_message_end_the_stream() -> None:
    async def broken() -> AsyncIterator[Request]:
        yield Request(number=1)
        raise MalformedRequest("junk")

    client, log = Client(0), Log()
    with pytest.raises(MalformedRequest):
        await TodoStream(log.create, client.write).serve(broken(), asyncio.Event())
