"""Which gRPC status an error is. The only place that knows.

https://google.aip.dev/193; https://github.com/googleapis/googleapis/blob/master/google/rpc/error_details.proto
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import grpc
from google.protobuf import any_pb2
from google.protobuf.message import Message

from gateway.errors import (
    BatchIncomplete,
    BrokersUnavailable,
    CredentialsMissing,
    CredentialsRefused,
    DeadlineGone,
    EventRefused,
    GatewayError,
    GatewayStarting,
    GatewayStopping,
    InvalidRequest,
    KeysUnavailable,
    MalformedRequest,
    OutcomeUnknown,
    Overloaded,
)
from gateway.validation import FieldViolation
from google.rpc import code_pb2, error_details_pb2, status_pb2
from todo.v1 import todo_service_pb2 as pb

DOMAIN: Final = "todo.v1"
"""Of every ErrorInfo: with it the reasons are names that no other service gives out."""
_MOST_DETAIL_BYTES: Final = 4096
"""Clients refuse trailers of more than 8 kB (grpc.max_metadata_size), and these travel in base64."""
_DETAILS_KEY: Final = "grpc-status-details-bin"


@dataclass(frozen=True, slots=True)
class Answer:
    """How an error is told: its status, its reason, and after how many seconds the same call may succeed, if ever.

    Reasons are stable: programs out there compare them. docs/errors.md says what each means to a caller.
    """

    code: int
    reason: str
    retry_after_seconds: int | None = None


ANSWERS: Final[dict[type[GatewayError], Answer]] = {
    MalformedRequest: Answer(code_pb2.INVALID_ARGUMENT, "MALFORMED_REQUEST"),
    InvalidRequest: Answer(code_pb2.INVALID_ARGUMENT, "INVALID_REQUEST"),
    CredentialsMissing: Answer(code_pb2.UNAUTHENTICATED, "CREDENTIALS_MISSING"),
    CredentialsRefused: Answer(code_pb2.UNAUTHENTICATED, "CREDENTIALS_REFUSED"),
    KeysUnavailable: Answer(code_pb2.UNAVAILABLE, "KEYS_UNAVAILABLE", retry_after_seconds=1),
    GatewayStarting: Answer(code_pb2.UNAVAILABLE, "GATEWAY_STARTING", retry_after_seconds=1),
    GatewayStopping: Answer(code_pb2.UNAVAILABLE, "GATEWAY_STOPPING", retry_after_seconds=1),
    BrokersUnavailable: Answer(code_pb2.UNAVAILABLE, "BROKERS_UNAVAILABLE", retry_after_seconds=1),
    Overloaded: Answer(code_pb2.RESOURCE_EXHAUSTED, "OVERLOADED", retry_after_seconds=1),
    OutcomeUnknown: Answer(code_pb2.DEADLINE_EXCEEDED, "OUTCOME_UNKNOWN"),
    DeadlineGone: Answer(code_pb2.DEADLINE_EXCEEDED, "DEADLINE_GONE"),
    BatchIncomplete: Answer(code_pb2.ABORTED, "BATCH_INCOMPLETE"),
    EventRefused: Answer(code_pb2.INTERNAL, "EVENT_REFUSED"),
}
UNFORESEEN: Final = Answer(code_pb2.INTERNAL, "INTERNAL_ERROR")


def status_of(error: GatewayError) -> status_pb2.Status:
    """The status of an error: ErrorInfo always, BadRequest for violations, RetryInfo where a retry can help.

    Of violations that no trailer could carry, the first are told and the others counted (`violationsNotShown`).
    """
    answer = ANSWERS[type(error)]
    if isinstance(error, InvalidRequest):
        bad_request = _bad_request(error.violations)
        hidden = len(error.violations) - len(bad_request.field_violations)
        status = _status(answer, str(error), {"violationsNotShown": str(hidden)} if hidden else {})
        _attach(status, bad_request)
    else:
        status = _status(answer, str(error))
    if isinstance(error, BatchIncomplete):
        _attach(status, pb.BatchCreateTodosFailure(unconfirmed=error.unconfirmed))
    if answer.retry_after_seconds is not None:
        retry = error_details_pb2.RetryInfo()
        retry.retry_delay.seconds = answer.retry_after_seconds
        _attach(status, retry)
    return status


def status_of_unforeseen() -> status_pb2.Status:
    """For an error that nobody foresaw: the caller learns nothing of the gateway's inside."""
    return _status(UNFORESEEN, "an error inside the gateway; its log says more")


async def abort(context: "grpc.aio.ServicerContext[Message, Message]", status: status_pb2.Status) -> None:
    """End the call with the status and its details. Never returns: grpc.aio raises to end the handler."""
    code = next(code for code in grpc.StatusCode if code.value[0] == status.code)
    await context.abort(code, status.message, ((_DETAILS_KEY, status.SerializeToString()),))


def _status(answer: Answer, message: str, metadata: Mapping[str, str] = MappingProxyType({})) -> status_pb2.Status:
    status = status_pb2.Status(code=answer.code, message=message)
    _attach(status, error_details_pb2.ErrorInfo(reason=answer.reason, domain=DOMAIN, metadata=metadata))
    return status


def _bad_request(violations: Sequence[FieldViolation]) -> error_details_pb2.BadRequest:
    shown = error_details_pb2.BadRequest()
    left = _MOST_DETAIL_BYTES
    for violation in violations:
        one = error_details_pb2.BadRequest.FieldViolation(field=violation.field, description=violation.description)
        left -= one.ByteSize()
        if left < 0:
            break
        shown.field_violations.append(one)
    return shown


def _attach(status: status_pb2.Status, detail: Message) -> None:
    packed = any_pb2.Any()
    packed.Pack(detail)
    status.details.append(packed)
