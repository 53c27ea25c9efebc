"""What stands around every call: bytes that are no message, and errors, become statuses."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import grpc
import structlog
from google.protobuf.message import DecodeError

from gateway import statuses
from gateway.errors import GatewayError, MalformedRequest

_log = structlog.get_logger(__name__)

Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any] | None"
Behaviour: TypeAlias = Callable[[Any, Any], Awaitable[Any]]


class StatusInterceptor(grpc.aio.ServerInterceptor):
    """Ends calls that fail with the status of their error.

    grpc.aio by itself answers UNKNOWN, with the text of Python's exception, both to bytes that do not parse and to
    errors of a handler. Unary methods of ours only; health and reflection keep their own ways.
    """

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Handler]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler:
        """Wrap a unary method's deserializer and behaviour."""
        handler = await continuation(handler_call_details)
        if handler is None or handler.unary_unary is None or handler.request_deserializer is None:
            return handler
        return grpc.unary_unary_rpc_method_handler(
            _answering(handler.unary_unary, handler_call_details.method),
            request_deserializer=_tolerant(handler.request_deserializer),
            response_serializer=handler.response_serializer,
        )


def _tolerant(deserializer: Callable[[bytes], Any]) -> Callable[[bytes], Any]:
    def deserialize(data: bytes) -> Any:  # noqa: ANN401 any message, or the error in its place
        try:
            return deserializer(data)
        except DecodeError:
            return MalformedRequest(
                "the request is not a message of this method: broken protobuf, or text that is not UTF-8"
            )

    return deserialize


def _answering(behaviour: Behaviour, method: str) -> Behaviour:
    async def answer(request: Any, context: Any) -> Any:  # noqa: ANN401 any method's types
        try:
            if isinstance(request, GatewayError):
                raise request
            return await behaviour(request, context)
        except GatewayError as error:
            await statuses.abort(context, statuses.status_of(error))
        except grpc.aio.AbortError:
            raise
        except Exception:
            _log.exception("call failed", method=method)
            await statuses.abort(context, statuses.status_of_unforeseen())

    return answer
