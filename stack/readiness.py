"""Asking our own services, from outside, whether they serve."""

from typing import Final

from confluent_kafka import KafkaException

from stack.admin import admin_client
from stack.ports import LOOPBACK, accepts

GROUP: Final = "todo"
TIMEOUT_SECONDS: Final = 2.0


def gateway_serves(port: int) -> bool:
    """Whether the gateway's health service says SERVING. Blocks for at most three seconds."""
    if not accepts(port):
        return False
    # Imported here: the stack by itself needs no gRPC.
    import grpc  # noqa: PLC0415
    from grpc_health.v1 import health_pb2, health_pb2_grpc  # noqa: PLC0415

    # A proxy is for other hosts.
    with grpc.insecure_channel(f"{LOOPBACK}:{port}", options=[("grpc.enable_http_proxy", 0)]) as channel:
        try:
            check = health_pb2_grpc.HealthStub(channel).Check  # type: ignore[attr-defined]  # set in its __init__
            answer = check(health_pb2.HealthCheckRequest(), timeout=TIMEOUT_SECONDS)
        except grpc.RpcError:
            return False
        return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)


def group_has_members(bootstrap_servers: str) -> bool:
    """Whether somebody consumes in the group `todo`. Blocks for at most two seconds."""
    admin = admin_client(bootstrap_servers)
    try:
        described = admin.describe_consumer_groups([GROUP], request_timeout=TIMEOUT_SECONDS)[GROUP].result()
    except KafkaException:
        return False
    return bool(described.members)
