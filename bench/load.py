"""A client that keeps a number of calls open, always as many, and notes how long each takes."""

import asyncio
import struct
import time
from dataclasses import dataclass
from typing import Final, cast

import uvloop

from bench import http2

_CONNECTIONS: Final = 8
_PATIENCE_SECONDS: Final = 30


class LoadFailed(Exception):
    """The server did not answer every call OK, so its speed means nothing."""


@dataclass(frozen=True)
class Load:
    """What came of a load: how long each answered call took, and over what time they were answered."""

    durations_ms: list[float]
    seconds: float

    @property
    def calls_per_second(self) -> float:
        """Answered calls a second."""
        return len(self.durations_ms) / self.seconds

    def percentile_ms(self, percent: float) -> float:
        """The duration that so many percent of the calls did not exceed."""
        ordered = sorted(self.durations_ms)
        return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def run(port: int, path: str, message: bytes, *, concurrency: int, seconds: float) -> Load:
    """Call a unary method of the server on this port for so many seconds. The message has at most 16 kB.

    The calls are spread over at most 8 connections; a lone caller has one.

    Raises:
        LoadFailed: a call was not answered OK, or a connection broke.
    """
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_run(port, path, message, concurrency, seconds))


async def _run(port: int, path: str, message: bytes, concurrency: int, seconds: float) -> Load:
    loop = asyncio.get_running_loop()
    width = min(_CONNECTIONS, concurrency)
    call = _Call(http2.request_headers(path, f"127.0.0.1:{port}"), http2.grpc_message(message))
    connections: list[_Connection] = []
    try:
        for _ in range(width):
            _, connection = await loop.create_connection(
                lambda: _Connection(call, concurrency // width, seconds), "127.0.0.1", port
            )
            connections.append(connection)
        async with asyncio.timeout(seconds + _PATIENCE_SECONDS):
            await asyncio.gather(*(connection.finished for connection in connections))
    except TimeoutError as error:
        raise LoadFailed(f"a call was not answered within {_PATIENCE_SECONDS} s") from error
    finally:
        for connection in connections:
            await connection.close()
    return Load([duration for connection in connections for duration in connection.durations_ms], seconds)


@dataclass(frozen=True)
class _Call:
    headers: bytes
    body: bytes

    def frames(self, stream: int) -> bytes:
        headers = http2.frame(http2.HEADERS, http2.END_HEADERS, stream, self.headers)
        return headers + http2.frame(http2.DATA, http2.END_STREAM, stream, self.body)


class _Connection(asyncio.Protocol):
    """One connection, with so many calls open at once until the time is over."""

    def __init__(self, call: _Call, streams: int, seconds: float) -> None:
        self.durations_ms: list[float] = []
        self.finished: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._closed = asyncio.Event()
        self._call = call
        self._waiting = streams
        self._seconds = seconds
        self._end = 0.0
        self._next_stream = 1
        self._window = http2.DEFAULT_WINDOW
        self._begun: dict[int, float] = {}
        self._answered: set[int] = set()
        self._received = bytearray()
        self._to_send = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._to_send += http2.opening()
        self._end = time.perf_counter() + self._seconds
        self._begin_calls()
        self._flush()

    def data_received(self, data: bytes) -> None:
        self._received += data
        for kind, flags, stream, payload in http2.take_frames(self._received):
            self._take(kind, flags, stream, payload)
        self._begin_calls()
        self._flush()

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(f"the server closed the connection: {exc or 'without a word'}")
        self._closed.set()

    async def close(self) -> None:
        """Close the connection, and forget the calls that are open."""
        self.finished.cancel()
        self._transport.abort()
        await self._closed.wait()

    def _take(self, kind: int, flags: int, stream: int, payload: bytes) -> None:
        if kind == http2.DATA:
            self._answered.add(stream)
        elif kind == http2.HEADERS and flags & http2.END_STREAM:
            self._settle(stream)
        elif kind == http2.WINDOW_UPDATE and stream == 0:
            self._window += struct.unpack(">I", payload)[0]
        elif kind in (http2.SETTINGS, http2.PING) and not flags & http2.ACK:
            self._to_send += http2.frame(kind, http2.ACK, 0, payload if kind == http2.PING else b"")
        elif kind in (http2.RST_STREAM, http2.GOAWAY):
            self._fail("the server broke off a call")

    def _settle(self, stream: int) -> None:
        now = time.perf_counter()
        begun = self._begun.pop(stream)
        if stream not in self._answered:  # a status other than OK comes without a message
            self._fail("a call was not answered OK")
            return
        self._answered.remove(stream)
        if now <= self._end:
            self.durations_ms.append((now - begun) * 1000)
            self._waiting += 1
        elif not self._begun and not self.finished.done():
            self.finished.set_result(None)

    def _begin_calls(self) -> None:
        now = time.perf_counter()
        while self._waiting and self._window >= len(self._call.body):
            self._waiting -= 1
            self._window -= len(self._call.body)
            self._begun[self._next_stream] = now
            self._to_send += self._call.frames(self._next_stream)
            self._next_stream += 2

    def _flush(self) -> None:
        if self._to_send:
            self._transport.write(bytes(self._to_send))
            self._to_send.clear()

    def _fail(self, reason: str) -> None:
        if not self.finished.done():
            self.finished.set_exception(LoadFailed(reason))
