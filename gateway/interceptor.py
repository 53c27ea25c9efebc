"""What stands around every call: what keeps it from being worked on, and errors, become statuses."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Final, NamedTuple, TypeAlias

import grpc
import structlog
from google.protobuf.message import DecodeError, Message

from gateway import statuses
from gateway.admission import Admission, weight
from gateway.callers import CALLER, Authenticate
from gateway.errors import DeadlineGone, GatewayError, MalformedRequest, Overloaded

_log = structlog.get_logger(__name__)

Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any] | None"
Behaviour: TypeAlias = Callable[[Any, Any], Awaitable[Any]]

_OURS: Final = "/todo.v1."


class Received(NamedTuple):
    """A request, or why its bytes are none, and how many they are."""

    request: Message | MalformedRequest
    size: int

    def message(self) -> Message:
        """The request.

        Raises:
            MalformedRequest: its bytes are none.
        """
        if isinstance(self.request, MalformedRequest):
            raise self.request
        return self.request


class StatusInterceptor(grpc.aio.ServerInterceptor):
    """Ends calls that find no place, and calls that fail, with the status of their error.

    grpc.aio by itself answers UNKNOWN, with the text of Python's exception, both to bytes that do not parse and to
    errors of a handler. Methods of ours only; health and reflection keep their own ways, and always have a place.
    """

    def __init__(self, admission: Admission, streams: Admission, authenticate: Authenticate | None = None) -> None:
        self._admission = admission
        self._streams = streams
        self._authenticate = authenticate

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Handler]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler:
        """Wrap a method's deserializer and behaviour."""
        handler = await continuation(handler_call_details)
        if handler is None or not handler_call_details.method.startswith(_OURS):
            return handler
        method, deserialize = handler_call_details.method, _tolerant(handler.request_deserializer)
        if handler.unary_unary is not None:
            if self._admission.is_full:
                return _REFUSAL
            return grpc.unary_unary_rpc_method_handler(
                self._answering(self._unary(handler.unary_unary), method), deserialize, handler.response_serializer
            )
        if handler.stream_stream is not None:
            if self._streams.is_full:
                return _REFUSAL
            return grpc.stream_stream_rpc_method_handler(
                self._answering(self._stream(handler.stream_stream), method), deserialize, handler.response_serializer
            )
        return handler

    def _unary(self, behaviour: Behaviour) -> Behaviour:
        async def answer(received: Received, context: Any) -> Any:  # noqa: ANN401 any method's types
            if context.time_remaining() == 0:
                raise DeadlineGone("the call's deadline passed before it was worked on; nothing was stored")
            with self._admission.place(weight(received.request, received.size)):
                return await behaviour(received.message(), context)

        return answer

    def _stream(self, behaviour: Callable[[Any, Any], Any]) -> Behaviour:
        async def answer(received: AsyncIterator[Received], context: Any) -> None:  # noqa: ANN401 any method's types
            with self._streams.place(0):
                await behaviour((one.message() async for one in received), context)

        return answer

    def _answering(self, behaviour: Behaviour, method: str) -> Behaviour:
        async def answer(received: Any, context: Any) -> Any:  # noqa: ANN401 any method's types
            try:
                if self._authenticate is not None:
                    CALLER.set(await self._authenticate(context))
                return await behaviour(received, context)
            except GatewayError as error:
                await statuses.abort(context, statuses.status_of(error))
            except grpc.aio.AbortError:
                raise
            except Exception:
                _log.exception("call failed", method=method)
                await statuses.abort(context, statuses.status_of_unforeseen())

        return answer


def _tolerant(deserializer: Callable[[bytes], Message] | None) -> Callable[[bytes], Received]:
    def deserialize(data: bytes) -> Received:
        try:
            return Received(deserializer(data), len(data))  # type: ignore[misc]  # generated code always has one
        except DecodeError:
            said = "the request is not a message of this method: broken protobuf, or text that is not UTF-8"
            return Received(MalformedRequest(said), len(data))

    return deserialize


async def _refuse(_: object, context: Any) -> None:  # noqa: ANN401 any method's types
    await statuses.abort(context, _NO_PLACE)


_NO_PLACE: Final = statuses.status_of(Overloaded("the gateway works on as many calls as it can"))
_REFUSAL: Final[Handler] = grpc.stream_stream_rpc_method_handler(_refuse)
"""A handler of streams is begun before a message is read, so a refused call's message never takes memory."""
