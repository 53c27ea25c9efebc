"""CreateTodo: validate, publish, answer."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import grpc

from gateway import headers, identity
from gateway.errors import InvalidRequest
from gateway.publisher import Publisher
from gateway.validation import Rules
from schemas.events import TodoCreated
from todo.v1 import todo_service_pb2 as pb

_NO_CALLER: Final = ""
Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The time, aware, in UTC."""
    return datetime.now(UTC)


class TodoService:
    """The methods of `todo.v1.TodoService`. They raise GatewayErrors, which `interceptor` turns into statuses."""

    def __init__(
        self, publisher: Publisher, rules: Rules, *, publish_timeout_seconds: float, clock: Clock = utc_now
    ) -> None:
        self._publisher = publisher
        self._rules = rules
        self._publish_timeout_seconds = publish_timeout_seconds
        self._clock = clock

    async def CreateTodo(  # noqa: N802 named by the .proto
        self,
        request: pb.CreateTodoRequest,
        context: "grpc.aio.ServicerContext[pb.CreateTodoRequest, pb.CreateTodoResponse]",
    ) -> pb.CreateTodoResponse:
        """Answer once the todo's event is durable (AIP-133, AIP-155).

        Raises:
            InvalidRequest: with every violation; nothing was published.
            BrokersUnavailable, Overloaded, EventRefused, OutcomeUnknown: see `Publisher.publish`.
        """
        if violations := self._rules.violations(request):
            raise InvalidRequest(violations)
        event = TodoCreated(
            id=identity.todo_id(_NO_CALLER, request.request_id),
            title=request.todo.title,
            description=request.todo.description,
            owner=_NO_CALLER,
            create_time=self._clock(),
        )
        position = await self._publisher.publish(
            event, headers.of(event, context.invocation_metadata() or ()), self._seconds_left(context)
        )
        return pb.CreateTodoResponse(todo=_resource(event), consistency_token=position.to_token())

    def _seconds_left(self, context: "grpc.aio.ServicerContext[pb.CreateTodoRequest, pb.CreateTodoResponse]") -> float:
        left: float | None = context.time_remaining()
        return self._publish_timeout_seconds if left is None else min(left, self._publish_timeout_seconds)


def _resource(event: TodoCreated) -> pb.Todo:
    todo = pb.Todo(id=str(event.id), title=event.title, description=event.description, owner=event.owner)
    todo.create_time.FromDatetime(event.create_time)
    return todo
