"""How much the gateway works on at once. What is more is refused at once, so that what was begun is finished."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from gateway.errors import Overloaded
from todo.v1 import todo_service_pb2 as pb

_BYTES_OF_A_TODO: Final = 2048
"""What a todo in flight weighs beside its text: its event, its record, its delivery report."""


class Admission:
    """The calls that are worked on, counted and weighed. For one event loop; holds no locks."""

    def __init__(self, max_calls: int, max_bytes: int) -> None:
        self._max_calls = max_calls
        self._max_bytes = max_bytes
        self._calls = 0
        self._bytes = 0

    @property
    def is_full(self) -> bool:
        """Whether there is no place, however light the call."""
        return self._calls >= self._max_calls or self._bytes >= self._max_bytes

    @contextmanager
    def place(self, weight: int) -> Iterator[None]:
        """A place for a call while the block runs, however it ends. A call that is alone has one, however heavy.

        Raises:
            Overloaded: there is none.
        """
        if self.is_full or (self._calls and self._bytes + weight > self._max_bytes):
            raise Overloaded("the gateway works on as many calls as it can")
        self._calls += 1
        self._bytes += weight
        try:
            yield
        finally:
            self._calls -= 1
            self._bytes -= weight


def weight(request: object, size: int) -> int:
    """The bytes that a request of this size on the wire occupies while it is worked on, by a generous estimate."""
    todos = len(request.requests) if isinstance(request, pb.BatchCreateTodosRequest) else 1
    return size + todos * _BYTES_OF_A_TODO
