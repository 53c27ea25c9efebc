"""`python -m bench.empty`: the gateway's server with a CreateTodo that does nothing. The least that a call can cost."""

import asyncio
import signal

import structlog
import uvloop

from gateway.config import GatewaySettings
from gateway.publisher import LatePublisher
from gateway.server import GatewayServer
from gateway.service import TodoService
from gateway.validation import Rules
from runtime import logs
from todo.v1 import todo_service_pb2 as pb

_log = structlog.get_logger(__name__)


class EmptyTodoService(TodoService):
    """Answers every call with the same message, which is as long as a real one."""

    def __init__(self) -> None:
        super().__init__(LatePublisher(), Rules(), publish_timeout_seconds=1)
        self._answer = pb.CreateTodoResponse(
            todo=pb.Todo(id="0" * 36, title="t" * 40, description="d" * 200), consistency_token="0" * 40
        )

    async def CreateTodo(  # noqa: N802 named by the .proto
        self, request: pb.CreateTodoRequest, context: object
    ) -> pb.CreateTodoResponse:
        """Answer at once."""
        return self._answer


async def serve() -> None:
    """Serve on a free port of loopback, which is logged, until SIGTERM."""
    ending = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ending.set)
    server = GatewayServer(GatewaySettings(host="127.0.0.1", port=0), EmptyTodoService())
    port = await server.start()
    await server.serving()
    _log.info("serving", port=port)
    await ending.wait()
    await server.drain(0, 1)


if __name__ == "__main__":
    logs.configure(logs.LogFormat.JSON)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve())
