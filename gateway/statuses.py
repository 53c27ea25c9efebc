"""Which gRPC status an error is. The only place that knows.

https://google.aip.dev/193; https://github.com/googleapis/googleapis/blob/master/google/rpc/error_details.proto
"""

from typing import Final

import grpc
from google.protobuf import any_pb2
from google.protobuf.message import Message
from google.rpc import code_pb2, error_details_pb2, status_pb2

from gateway.errors import (
    BrokersUnavailable,
    EventRefused,
    GatewayError,
    InvalidRequest,
    MalformedRequest,
    OutcomeUnknown,
    Overloaded,
)

_CODES: Final[dict[type[GatewayError], int]] = {
    MalformedRequest: code_pb2.INVALID_ARGUMENT,
    InvalidRequest: code_pb2.INVALID_ARGUMENT,
    BrokersUnavailable: code_pb2.UNAVAILABLE,
    Overloaded: code_pb2.RESOURCE_EXHAUSTED,
    OutcomeUnknown: code_pb2.DEADLINE_EXCEEDED,
    EventRefused: code_pb2.INTERNAL,
}
_RETRY_AFTER_SECONDS: Final[dict[type[GatewayError], int]] = {BrokersUnavailable: 1, Overloaded: 1}
_DETAILS_KEY: Final = "grpc-status-details-bin"

INTERNAL: Final = status_pb2.Status(code=code_pb2.INTERNAL, message="an error inside the gateway; its log says more")
"""For an error that nobody foresaw: the caller learns nothing of the gateway's inside."""


def status_of(error: GatewayError) -> status_pb2.Status:
    """The status of an error, with BadRequest for every violation and RetryInfo where a retry can help."""
    status = status_pb2.Status(code=_CODES[type(error)], message=str(error))
    if isinstance(error, InvalidRequest):
        bad_request = error_details_pb2.BadRequest()
        for violation in error.violations:
            bad_request.field_violations.add(field=violation.field, description=violation.description)
        _attach(status, bad_request)
    if seconds := _RETRY_AFTER_SECONDS.get(type(error)):
        retry = error_details_pb2.RetryInfo()
        retry.retry_delay.seconds = seconds
        _attach(status, retry)
    return status


async def abort(context: "grpc.aio.ServicerContext[Message, Message]", status: status_pb2.Status) -> None:
    """End the call with the status and its details. Never returns: grpc.aio raises to end the handler."""
    code = next(code for code in grpc.StatusCode if code.value[0] == status.code)
    await context.abort(code, status.message, ((_DETAILS_KEY, status.SerializeToString()),))


def _attach(status: status_pb2.Status, detail: Message) -> None:
    packed = any_pb2.Any()
    packed.Pack(detail)
    status.details.append(packed)
