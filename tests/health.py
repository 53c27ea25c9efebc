"""The standard health service, asked."""

from collections.abc import Iterator
from typing import cast

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc


def is_serving(channel: grpc.Channel, service: str = "") -> bool:
    """What Check answers."""
    check = health_pb2_grpc.HealthStub(channel).Check  # type: ignore[attr-defined]  # set in its __init__
    answer = check(health_pb2.HealthCheckRequest(service=service), timeout=30)
    return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)


def changes(channel: grpc.Channel) -> Iterator[bool]:
    """Whether the server serves, now and at each change, for a minute."""
    watch = health_pb2_grpc.HealthStub(channel).Watch  # type: ignore[attr-defined]  # set in its __init__
    answers = cast("Iterator[health_pb2.HealthCheckResponse]", watch(health_pb2.HealthCheckRequest(), timeout=60))
    for answer in answers:
        yield answer.status == health_pb2.HealthCheckResponse.SERVING
