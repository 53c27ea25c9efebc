"""What the clients asked for, and what they were answered."""

import threading
import time
from collections import Counter
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Request:
    """One todo that a client wants, however often it has to call for it."""

    request_id: str
    title: str
    description: str


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """A call was answered OK."""

    request: Request
    todo_id: UUID
    at: float


class Ledger:
    """Keeps the calls. Any thread may write."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.requests: dict[str, Request] = {}
        self.acknowledged: dict[str, Acknowledgement] = {}
        self.contradictions: list[str] = []
        """Request ids that were answered with two different ids."""
        self.statuses: Counter[str] = Counter()
        """How often each status was answered."""
        self._latest: Acknowledgement | None = None

    @property
    def calls(self) -> int:
        return self.statuses.total()

    @property
    def latest(self) -> Acknowledgement | None:
        """The acknowledgement that came last."""
        return self._latest

    def asks(self, request: Request) -> None:
        """A client is about to call."""
        with self._lock:
            self.requests[request.request_id] = request

    def failed(self, status: str) -> None:
        """A call was answered with an error."""
        with self._lock:
            self.statuses[status] += 1

    def answered(self, request: Request, todo_id: UUID) -> None:
        """A call was answered OK."""
        with self._lock:
            self.statuses["OK"] += 1
            known = self.acknowledged.get(request.request_id)
            if known is None:
                self._latest = Acknowledgement(request, todo_id, time.time())
                self.acknowledged[request.request_id] = self._latest
            elif known.todo_id != todo_id:
                self.contradictions.append(request.request_id)
