"""docs/errors.md is what the code answers, and the service config is what docs/errors.md says."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict

from gateway import errors, statuses
from gateway.config import GatewaySettings
from gateway.validation import FieldViolation
from google.rpc import code_pb2, error_details_pb2, status_pb2

HOUSE = Path(__file__).parents[3]
DOCUMENT = (HOUSE / "docs" / "errors.md").read_text(encoding="utf-8")
SERVICE_CONFIG = json.loads((HOUSE / "protos" / "todo" / "v1" / "service_config.json").read_text(encoding="utf-8"))
ROW = re.compile(r"^\| ([A-Z_]+) \| `([A-Z_]+)` \| (?:(\d+) s )?\|", re.MULTILINE)
EXAMPLE = re.compile(r"^### ([A-Z_]+)$.*?^```json\n(.*?)^```", re.MULTILINE | re.DOTALL)

SAMPLES: list[errors.GatewayError] = [
    errors.MalformedRequest("the request is not a message of this method: broken protobuf, or text that is not UTF-8"),
    errors.InvalidRequest(
        [
            FieldViolation("todo.title", "string.max_len", "must be at most 200 characters"),
            FieldViolation("request_id", "request_id.printable_ascii", "must be printable ASCII characters only"),
        ]
    ),
    errors.CredentialsMissing("a token is needed: authorization: Bearer <token>"),
    errors.CredentialsRefused("the token has expired"),
    errors.KeysUnavailable("the issuer's keys are not known yet"),
    errors.GatewayStarting("the gateway is starting and is not ready yet"),
    errors.GatewayStopping("the gateway stops; send what has no answer to another one"),
    errors.BrokersUnavailable("the brokers did not take the event: Local: Broker transport failure"),
    errors.Overloaded("the gateway works on as many calls as it can"),
    errors.OutcomeUnknown("the brokers have not answered in time; a retry with its request_id is safe"),
    errors.DeadlineGone("the call's deadline passed before it was worked on; nothing was stored"),
    errors.BatchIncomplete(
        [2, 17], of=100, cause=errors.BrokersUnavailable("the brokers did not take the event: Local: Timed out")
    ),
    errors.EventRefused("the brokers refuse the event: Broker: Topic authorization failed"),
]


def answers() -> list[statuses.Answer]:
    return [*statuses.ANSWERS.values(), statuses.UNFORESEEN]


def subclasses(error: type[errors.GatewayError]) -> set[type[errors.GatewayError]]:
    return {error}.union(*map(subclasses, error.__subclasses__()))


def as_json(status: status_pb2.Status) -> dict[str, Any]:
    return MessageToDict(status, preserving_proto_field_name=True)


def test_every_error_has_its_answer() -> None:
    assert subclasses(errors.GatewayError) - {errors.GatewayError} == statuses.ANSWERS.keys()


def test_every_reason_is_given_out_once() -> None:
    assert len({answer.reason for answer in answers()}) == len(answers())


def test_the_table_is_what_the_code_answers() -> None:
    table = [(status, reason, int(delay) if delay else None) for status, reason, delay in ROW.findall(DOCUMENT)]
    assert table == [(code_pb2.Code.Name(one.code), one.reason, one.retry_after_seconds) for one in answers()]


def test_each_example_is_what_the_code_sends() -> None:
    said = {reason: json.loads(example) for reason, example in EXAMPLE.findall(DOCUMENT)}
    sent = {statuses.ANSWERS[type(error)].reason: as_json(statuses.status_of(error)) for error in SAMPLES}
    sent[statuses.UNFORESEEN.reason] = as_json(statuses.status_of_unforeseen())
    assert said == sent


@pytest.mark.parametrize("error", SAMPLES, ids=lambda error: type(error).__name__)
def test_details_begin_with_the_reason_and_its_domain(error: errors.GatewayError) -> None:
    info = error_details_pb2.ErrorInfo()
    assert statuses.status_of(error).details[0].Unpack(info)
    assert (info.domain, info.reason) == ("todo.v1", statuses.ANSWERS[type(error)].reason)


DROPPED_BY_THE_SERVER = "CANCELLED"
"""What gRPC answers for calls that a stopping server has accepted from the network and not yet begun."""


def test_the_service_config_retries_what_carries_retry_info_and_what_was_dropped() -> None:
    (method,) = SERVICE_CONFIG["methodConfig"]
    retried = [answer for answer in answers() if answer.retry_after_seconds is not None]
    codes = {code_pb2.Code.Name(one.code) for one in retried} | {DROPPED_BY_THE_SERVER}
    assert set(method["retryPolicy"]["retryableStatusCodes"]) == codes
    delays = {f"{one.retry_after_seconds}s" for one in retried}
    assert delays == {method["retryPolicy"]["initialBackoff"]}


def test_the_service_config_knows_the_gateways_limits() -> None:
    (method,) = SERVICE_CONFIG["methodConfig"]
    defaults = GatewaySettings.model_fields
    assert method["maxRequestMessageBytes"] == defaults["max_message_bytes"].default
    assert method["timeout"] == f"{defaults['publish_timeout_seconds'].default:.0f}s"


def test_violations_that_no_trailer_could_carry_are_counted() -> None:
    violations = [FieldViolation(f"requests[{n}].todo.title", "r", "must be short") for n in range(1000)]
    status = statuses.status_of(errors.InvalidRequest(violations))
    assert len(status.SerializeToString()) < 6_000
    info, bad_request = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
    assert status.details[0].Unpack(info)
    assert status.details[1].Unpack(bad_request)
    assert len(bad_request.field_violations) + int(info.metadata["violationsNotShown"]) == 1000


def test_a_batch_of_which_every_second_todo_is_missing_fits_into_a_trailer() -> None:
    error = errors.BatchIncomplete(range(0, 1000, 2), of=1000, cause=errors.BrokersUnavailable("away"))
    assert len(statuses.status_of(error).SerializeToString()) < 6_000
