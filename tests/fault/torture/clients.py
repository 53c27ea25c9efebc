"""Clients that call CreateTodo at a steady pace, and repeat a call that fails until it is answered OK."""

import threading
import time
from collections.abc import Sequence
from random import Random
from typing import Final
from uuid import UUID

import grpc

from tests.fault.torture import chance
from tests.fault.torture.ledger import Ledger, Request
from todo.v1 import todo_service_pb2 as pb
from todo.v1 import todo_service_pb2_grpc as pb_grpc

CLIENTS: Final = 12
CALLS_PER_SECOND: Final = 40.0
DEADLINES_SECONDS: Final = (1.5, 5.0, 15.0)
"""One for each patience of the gateway's producers."""
GIVE_UP_SECONDS: Final = 180.0
_SHARE_REPEATED: Final = 0.03
"""Of calls that are made once more after OK, as by a client that lost the answer."""
_PAUSE_SECONDS: Final = 0.5
_CHANNEL: Final = (
    ("grpc.enable_http_proxy", 0),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1000),
)


class Clients:
    """A crowd of clients, each in a thread of its own."""

    def __init__(self, gateways: Sequence[str], ledger: Ledger, seed: int) -> None:
        self._ledger = ledger
        self._seed = seed
        self._channels = [grpc.insecure_channel(address, options=_CHANNEL) for address in gateways]
        self._stubs = [pb_grpc.TodoServiceStub(channel) for channel in self._channels]
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(n,), daemon=True) for n in range(CLIENTS)]

    def start(self) -> None:
        """Begin to call."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Begin nothing new, and wait until every call that was begun is answered OK or given up."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()
        for channel in self._channels:
            channel.close()

    def _run(self, number: int) -> None:
        random = chance.from_seed(self._seed, f"client {number}")
        serial = 0
        while not self._stopping.wait(random.uniform(0.5, 1.5) * CLIENTS / CALLS_PER_SECOND):
            serial += 1
            request_id = f"{self._seed}-{number}-{serial}"
            request = Request(request_id, f"todo {request_id}", "x" * random.randrange(200))
            self._ledger.asks(request)
            if self._create(request, random) and random.random() < _SHARE_REPEATED:
                self._create(request, random)

    def _create(self, request: Request, random: Random) -> bool:
        """Call one gateway, then the other, until one says OK; False when none does for a long time."""
        message = pb.CreateTodoRequest(
            todo=pb.Todo(title=request.title, description=request.description), request_id=request.request_id
        )
        deadline = time.monotonic() + GIVE_UP_SECONDS
        gateway = random.randrange(len(self._stubs))
        while time.monotonic() < deadline:
            try:
                reply = self._stubs[gateway].CreateTodo(message, timeout=random.choice(DEADLINES_SECONDS))
            except grpc.RpcError as error:
                self._ledger.failed(error.code().name)
                gateway = (gateway + 1) % len(self._stubs)
                time.sleep(_PAUSE_SECONDS)
            else:
                self._ledger.answered(request, UUID(reply.todo.id))
                return True
        return False
