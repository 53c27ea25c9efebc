"""Connections that live long, and gateways that come and go under them."""

import socket
import threading
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest

from bench import http2
from stack import Stack
from stack.ports import free_ports
from tests import health, processes
from tests.processes import ServiceProcess
from tests.reflection import ReflectionClient, as_call
from tests.waiting import until

SERVICE_CONFIG = Path(__file__).parents[3] / "protos" / "todo" / "v1" / "service_config.json"
CREATE_TODO = "/todo.v1.TodoService/CreateTodo"
CALLERS = 8
CALLS_BETWEEN_RESTARTS = 50


@pytest.fixture(scope="module")
def environment(stack: Stack) -> dict[str, str]:
    return stack.addresses.environment()


@pytest.fixture(scope="module")
def client(environment: dict[str, str]) -> Iterator[ReflectionClient]:
    with processes.gateway(environment) as (_, address):
        client = ReflectionClient(address)
        yield client
        client.close()


class Load:
    """Callers that call one after the other until told to stop; every failure is kept."""

    def __init__(self, client: ReflectionClient) -> None:
        self.answered = 0
        self.failures: list[str] = []
        self._client = client
        self._stop = threading.Event()

    def stop(self) -> None:
        self._stop.set()

    def run(self, caller: int) -> None:
        number = 0
        while not self._stop.is_set():
            number += 1
            try:
                self._client.create_todo({"title": "x"}, request_id=f"{caller}-{number}", timeout=None)
            except grpc.RpcError as error:
                self.failures.append(f"{as_call(error).code()}: {as_call(error).details()}")
            self.answered += 1

    def goes_on(self) -> None:
        """Return after some more calls."""
        seen = self.answered
        until(lambda: self.answered > seen + CALLS_BETWEEN_RESTARTS)


def started(environment: dict[str, str], port: int) -> ServiceProcess:
    process = ServiceProcess(["gateway"], {**environment, "GATEWAY_PORT": str(port)})
    process.logged("serving")
    return process


def test_a_rolling_restart_under_load_fails_no_call_of_a_stock_client(environment: dict[str, str]) -> None:
    ports = free_ports(2)
    gateways = [started({**environment, "GATEWAY_DRAIN_DELAY_SECONDS": "0.5"}, port) for port in ports]
    addresses = ",".join(f"127.0.0.1:{port}" for port in ports)
    client = ReflectionClient(
        f"ipv4:{addresses}", options=[("grpc.service_config", SERVICE_CONFIG.read_text(encoding="utf-8"))]
    )
    client.create_todo({"title": "first"}, timeout=None)  # callers at once would ask for the descriptors at once
    load = Load(client)
    try:
        with ThreadPoolExecutor(CALLERS) as pool:
            callers = [pool.submit(load.run, caller) for caller in range(CALLERS)]
            for place, port in enumerate(ports):
                load.goes_on()
                gateways[place].terminate()
                assert gateways[place].exit_code() == 0
                load.goes_on()
                gateways[place] = started(environment, port)
            load.goes_on()
            load.stop()
            for caller in callers:
                caller.result(60)
    finally:
        load.stop()
        client.close()
        for gateway in gateways:
            gateway.kill()
    assert load.failures == []


def test_a_draining_gateway_says_so_before_it_stops_taking_calls(environment: dict[str, str]) -> None:
    with processes.gateway({**environment, "GATEWAY_DRAIN_DELAY_SECONDS": "5"}) as (gateway, address):
        client = ReflectionClient(address)
        client.create_todo({"title": "before"})
        gateway.terminate()
        gateway.logged("draining")
        until(lambda: not health.is_serving(client.channel))
        assert client.create_todo({"title": "still taken"})["todo"]["id"]
        client.close()
        assert gateway.exit_code() == 0


def test_calls_ride_over_the_end_of_their_connections(environment: dict[str, str]) -> None:
    short = {"GATEWAY_MAX_CONNECTION_AGE_SECONDS": "0.2", "GATEWAY_MAX_CONNECTION_AGE_GRACE_SECONDS": "30"}
    with processes.gateway({**environment, **short}) as (_, address):
        client = ReflectionClient(address)
        ended = threading.Event()

        def notice(state: grpc.ChannelConnectivity) -> None:
            if state in (grpc.ChannelConnectivity.IDLE, grpc.ChannelConnectivity.TRANSIENT_FAILURE):
                ended.set()

        client.channel.subscribe(notice)

        def has_ended() -> bool:
            client.create_todo({"title": "x"})
            return ended.is_set()

        until(has_ended)
        client.close()


def answers_to_pings(address: str, count: int) -> set[int]:
    """The kinds of frames that answer so many pings at once on a connection without a call."""
    host, _, port = address.partition(":")
    received, kinds, acknowledged = bytearray(), set[int](), 0
    with socket.create_connection((host, int(port)), 30) as connection:
        connection.sendall(http2.opening())
        connection.sendall(http2.frame(http2.PING, 0, 0, b"12345678") * count)
        while acknowledged < count and (data := connection.recv(65_536)):
            received += data
            for kind, flags, _, _ in http2.take_frames(received):
                kinds.add(kind)
                acknowledged += kind == http2.PING and bool(flags & http2.ACK)
    return kinds


@pytest.mark.parametrize(("allowed_seconds", "is_cut_off"), [("0", False), ("300", True)])
def test_a_client_that_pings_as_often_as_it_may_keeps_its_connection(
    environment: dict[str, str],
    allowed_seconds: str,
    is_cut_off: bool,
) -> None:
    with processes.gateway({**environment, "GATEWAY_MIN_PING_INTERVAL_SECONDS": allowed_seconds}) as (_, address):
        assert (http2.GOAWAY in answers_to_pings(address, 20)) is is_cut_off


def test_a_compressed_call_is_taken(client: ReflectionClient) -> None:
    call: grpc.UnaryUnaryMultiCallable[bytes, bytes] = client.channel.unary_unary(CREATE_TODO, None, None)
    assert call(b"\x0a\x03\x12\x01x", timeout=30, compression=grpc.Compression.Gzip)


def test_a_message_that_is_too_large_is_refused_however_small_it_travels(client: ReflectionClient) -> None:
    body = b"\x12\x82\x80\x80\x02" + b"x" * 4_194_306
    call: grpc.UnaryUnaryMultiCallable[bytes, bytes] = client.channel.unary_unary(CREATE_TODO, None, None)
    assert len(zlib.compress(body)) < 10_000
    for compression, said in (
        (grpc.Compression.NoCompression, "(4194311 vs. 1048576)"),
        (grpc.Compression.Gzip, "Decompressed message larger than max"),
    ):
        with pytest.raises(grpc.RpcError) as caught:
            call(body, timeout=30, compression=compression)
        assert as_call(caught.value).code() == grpc.StatusCode.RESOURCE_EXHAUSTED
        assert said in (as_call(caught.value).details() or "")
