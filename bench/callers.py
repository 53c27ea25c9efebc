"""A stock grpc client with many callers, each calling again when it is answered, and backing off as RetryInfo says."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import grpc

from google.rpc import error_details_pb2, status_pb2

_CONNECTIONS: Final = 8
_DEADLINE_SECONDS: Final = 30.0


@dataclass
class Answers:
    """What came of it: answers by status, over how many seconds."""

    seconds: float
    by_status: Counter[str] = field(default_factory=Counter)

    @property
    def ok_per_second(self) -> float:
        """Calls answered OK, a second."""
        return self.by_status["OK"] / self.seconds

    @property
    def failed(self) -> int:
        """Calls answered otherwise."""
        return self.by_status.total() - self.by_status["OK"]


class Callers:
    """So many callers of one method with one message. The channels are made by `run`, with these options."""

    def __init__(
        self, method: str, message: bytes, *, callers: int, options: Sequence[tuple[str, str | int]] = ()
    ) -> None:
        self._method = method
        self._message = message
        self._callers = callers
        self._options = [("grpc.use_local_subchannel_pool", 1), *options]

    async def run(self, target: str, *, seconds: float = 0, until: asyncio.Event | None = None) -> Answers:
        """Call for so many seconds, or until the event."""
        channels = [
            grpc.aio.insecure_channel(target, options=self._options) for _ in range(min(_CONNECTIONS, self._callers))
        ]
        begun = time.perf_counter()
        answers = Answers(seconds)
        is_over = until.is_set if until else lambda: time.perf_counter() - begun > seconds
        async with asyncio.TaskGroup() as group:
            for number in range(self._callers):
                call: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes]
                call = channels[number % len(channels)].unary_unary(self._method)
                group.create_task(self._keep_calling(call, is_over, answers))
        answers.seconds = time.perf_counter() - begun
        for channel in channels:
            await channel.close()
        return answers

    async def _keep_calling(
        self, call: "grpc.aio.UnaryUnaryMultiCallable[bytes, bytes]", is_over: Callable[[], bool], answers: Answers
    ) -> None:
        while not is_over():
            try:
                await call(self._message, timeout=_DEADLINE_SECONDS)
            except grpc.aio.AioRpcError as error:
                answers.by_status[error.code().name] += 1
                await asyncio.sleep(_retry_after(error))
            else:
                answers.by_status["OK"] += 1


def _retry_after(error: grpc.aio.AioRpcError) -> float:
    """The seconds that the status's RetryInfo asks for, 0 without one."""
    packed = dict(error.trailing_metadata()).get("grpc-status-details-bin", b"")
    retry = error_details_pb2.RetryInfo()
    for detail in status_pb2.Status.FromString(packed if isinstance(packed, bytes) else b"").details:
        if detail.Unpack(retry):
            return retry.retry_delay.ToTimedelta().total_seconds()
    return 0.0
