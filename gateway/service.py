"""The methods of `todo.v1.TodoService`: validate, publish, answer."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp

from gateway import headers, identity, statuses
from gateway.callers import CALLER, Context
from gateway.errors import BatchIncomplete, EventRefused, GatewayError, InvalidRequest, OutcomeUnknown
from gateway.producer import Headers
from gateway.publisher import Published, Publisher
from gateway.stream import TodoStream
from gateway.validation import Rules
from schemas.events import TodoCreated
from schemas.position import LogPosition
from todo.v1 import todo_service_pb2 as pb

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
        self._stopping = asyncio.Event()

    def end_streams(self) -> None:
        """Read no further in any stream; each ends once what was read is answered."""
        self._stopping.set()

    async def CreateTodo(  # noqa: N802 named by the .proto
        self, request: pb.CreateTodoRequest, context: Context
    ) -> pb.CreateTodoResponse:
        """Answer once the todo's event is durable (AIP-133, AIP-155).

        Raises:
            InvalidRequest: with every violation; nothing was published.
            BrokersUnavailable, Overloaded, EventRefused, OutcomeUnknown: see `Publisher.publish`.
        """
        if violations := self._rules.violations(request):
            raise InvalidRequest(violations)
        event = _event(request, CALLER.get(), self._clock())
        position = await self._publisher.publish(
            event, headers.of(event, _shared_headers(context)), self._seconds_left(context)
        )
        return pb.CreateTodoResponse(
            todo=_resource(event, _timestamp(event.create_time)), consistency_token=position.to_token()
        )

    async def BatchCreateTodos(  # noqa: N802 named by the .proto
        self, request: pb.BatchCreateTodosRequest, context: Context
    ) -> pb.BatchCreateTodosResponse:
        """Answer once the events of all todos are durable (AIP-233).

        Raises:
            InvalidRequest: with every violation in the whole batch; nothing was published.
            BatchIncomplete: some events are durable and others are not known to be.
            BrokersUnavailable, Overloaded, EventRefused, OutcomeUnknown: no event is known to be durable.
        """
        if violations := self._rules.batch_violations(request):
            raise InvalidRequest(violations)
        now, caller, shared = self._clock(), CALLER.get(), _shared_headers(context)
        events = [_event(one, caller, now) for one in request.requests]
        published = await self._publisher.publish_all(
            [(event, headers.of(event, shared)) for event in events], self._seconds_left(context)
        )
        positions = _all_durable(published)
        timestamp = _timestamp(now)
        return pb.BatchCreateTodosResponse(
            todos=[_resource(event, timestamp) for event in events],
            consistency_tokens=[position.to_token() for position in positions],
        )

    async def StreamCreateTodos(  # noqa: N802 named by the .proto
        self, requests: AsyncIterator[pb.StreamCreateTodosRequest], context: Context
    ) -> None:
        """Answer each request by its number, with what CreateTodo would answer or fail with.

        Raises:
            GatewayStopping: after `end_streams`.
        """
        shared = _shared_headers(context)
        stream = TodoStream(lambda lot: self._create_each(lot, shared, self._seconds_left(context)), context.write)
        await stream.serve(requests, self._stopping)

    async def _create_each(
        self, lot: Sequence[pb.StreamCreateTodosRequest], shared: Headers, seconds_left: float
    ) -> list[pb.StreamCreateTodosResponse]:
        answers, numbers, events = [], [], []
        now, caller = self._clock(), CALLER.get()
        for one in lot:
            if violations := self._rules.violations(one.request):
                answers.append(_failed(one.number, InvalidRequest(violations)))
            else:
                numbers.append(one.number)
                events.append(_event(one.request, caller, now))
        timestamp = _timestamp(now)
        try:
            published = await self._publisher.publish_all(
                [(event, headers.of(event, shared)) for event in events], seconds_left
            )
        except GatewayError as error:
            published = [error] * len(events)
        for number, event, place in zip(numbers, events, published, strict=True):
            if isinstance(place, GatewayError):
                answers.append(_failed(number, place))
            else:
                created = pb.CreateTodoResponse(todo=_resource(event, timestamp), consistency_token=place.to_token())
                answers.append(pb.StreamCreateTodosResponse(number=number, created=created))
        return answers

    def _seconds_left(self, context: Context) -> float:
        left: float | None = context.time_remaining()
        return self._publish_timeout_seconds if left is None else min(left, self._publish_timeout_seconds)


def _failed(number: int, error: GatewayError) -> pb.StreamCreateTodosResponse:
    return pb.StreamCreateTodosResponse(number=number, status=statuses.status_of(error))


def _shared_headers(context: Context) -> Headers:
    return headers.of_call(context.invocation_metadata() or ())


def _event(request: pb.CreateTodoRequest, caller: str, now: datetime) -> TodoCreated:
    return TodoCreated(
        id=identity.todo_id(caller, request.request_id),
        title=request.todo.title,
        description=request.todo.description,
        owner=caller,
        create_time=now,
    )


def _all_durable(published: Sequence[Published]) -> list[LogPosition]:
    """The positions of all.

    Raises:
        GatewayError: one is missing; of several causes the one that leaves most to wonder.
    """
    positions = [one for one in published if isinstance(one, LogPosition)]
    if len(positions) == len(published):
        return positions
    failed = {place: one for place, one in enumerate(published) if isinstance(one, GatewayError)}
    cause = min(failed.values(), key=_certainty)
    if not positions:
        raise cause
    raise BatchIncomplete(list(failed), of=len(published), cause=cause)


def _certainty(error: GatewayError) -> int:
    return 0 if isinstance(error, OutcomeUnknown) else 1 if isinstance(error, EventRefused) else 2


def _resource(event: TodoCreated, create_time: Timestamp) -> pb.Todo:
    return pb.Todo(
        id=str(event.id),
        title=event.title,
        description=event.description,
        owner=event.owner,
        create_time=create_time,
    )


def _timestamp(time: datetime) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(time)
    return stamp
