"""What stands around a call, seen from a handler."""

from typing import Any

import grpc
import pytest

from gateway.admission import Admission
from gateway.interceptor import StatusInterceptor
from google.rpc import error_details_pb2, status_pb2
from todo.v1 import todo_service_pb2 as pb

METHOD = "/todo.v1.TodoService/CreateTodo"


class Call:
    """A call's context that keeps the status it was ended with."""

    def __init__(self, seconds_left: float | None = None) -> None:
        self._seconds_left = seconds_left
        self.reason = ""

    def time_remaining(self) -> float | None:
        return self._seconds_left

    async def abort(self, _: grpc.StatusCode, __: str, trailers: tuple[tuple[str, bytes]]) -> None:
        info = error_details_pb2.ErrorInfo()
        status_pb2.Status.FromString(trailers[0][1]).details[0].Unpack(info)
        self.reason = info.reason
        raise grpc.aio.AbortError


class Details(grpc.HandlerCallDetails):
    method = METHOD
    invocation_metadata = ()


async def handled(interceptor: StatusInterceptor, call: Call, data: bytes = b"") -> list[Any]:
    """The requests that a handler behind the interceptor was given."""
    given: list[Any] = []

    async def behaviour(request: Any, _: Any) -> None:  # noqa: ANN401
        given.append(request)

    async def continuation(_: grpc.HandlerCallDetails) -> Any:  # noqa: ANN401
        return grpc.unary_unary_rpc_method_handler(behaviour, pb.CreateTodoRequest.FromString)

    handler: Any = await interceptor.intercept_service(continuation, Details())
    try:
        if handler.unary_unary is None:
            await handler.stream_stream(None, call)
        else:
            await handler.unary_unary(handler.request_deserializer(data), call)
    except grpc.aio.AbortError:
        pass
    return given


@pytest.fixture
def admission() -> Admission:
    return Admission(max_calls=1, max_bytes=1_000_000)


async def test_a_call_in_time_is_handled(admission: Admission) -> None:
    assert await handled(StatusInterceptor(admission, admission), Call(seconds_left=1.0)) == [pb.CreateTodoRequest()]


async def test_a_call_whose_deadline_is_gone_is_not_worked_on(admission: Admission) -> None:
    call = Call(seconds_left=0.0)
    assert await handled(StatusInterceptor(admission, admission), call) == []
    assert call.reason == "DEADLINE_GONE"


async def test_a_call_without_a_place_is_refused_before_its_message_is_read(admission: Admission) -> None:
    call = Call()
    with admission.place(1):
        assert await handled(StatusInterceptor(admission, admission), call, b"\xff") == []
    assert call.reason == "OVERLOADED"


async def test_bytes_that_are_no_message_take_no_place(admission: Admission) -> None:
    call = Call()
    assert await handled(StatusInterceptor(admission, admission), call, b"\xff") == []
    assert call.reason == "MALFORMED_REQUEST"
    assert not admission.is_full
