"""What a container engine learns of a gateway."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from gateway import healthcheck


@pytest.fixture
def servicer() -> health.HealthServicer:
    return health.HealthServicer()


@pytest.fixture
def port(servicer: health.HealthServicer) -> Iterator[int]:
    with ThreadPoolExecutor(1) as pool:
        server = grpc.server(pool)
        health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        yield port
        server.stop(grace=None).wait()


def test_a_serving_gateway_is_healthy(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_PORT", str(port))
    assert healthcheck.main() == 0


def test_a_gateway_that_is_not_ready_is_unhealthy(
    port: int, servicer: health.HealthServicer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATEWAY_PORT", str(port))
    servicer.set(health.OVERALL_HEALTH, health_pb2.HealthCheckResponse.NOT_SERVING)
    assert healthcheck.main() == 1


def test_a_port_that_nobody_listens_on_is_unhealthy_and_says_why(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GATEWAY_PORT", "1")
    assert healthcheck.main() == 1
    assert "nobody answers at 127.0.0.1:1" in capsys.readouterr().out


def test_a_wrong_setting_is_told_apart_from_an_unhealthy_gateway(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GATEWAY_PORT", "many")
    assert healthcheck.main() == 2
    assert "GATEWAY_PORT" in capsys.readouterr().out
