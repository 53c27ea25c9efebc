"""SIGTERM loses no call that was accepted, and nothing is acknowledged before the brokers have it."""

import threading
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest

from stack import Stack
from tests import health, processes
from tests.reflection import ReflectionClient, as_call, details


def until_not_serving(client: ReflectionClient, seen: threading.Event) -> None:
    for serving in health.changes(client.channel):
        if not serving:
            seen.set()
            return


def test_calls_in_flight_at_sigterm_are_answered_once_the_broker_is_back(own_stack: Stack) -> None:
    broker = own_stack.service("kafka-1")
    with processes.gateway(own_stack.addresses.environment()) as (gateway, address), ThreadPoolExecutor(11) as pool:
        client = ReflectionClient(address)
        client.create_todo({"title": "warm"})
        not_serving = threading.Event()
        pool.submit(until_not_serving, client, not_serving)
        broker.pause()
        calls = [pool.submit(client.create_todo, {"title": f"in flight {number}"}) for number in range(10)]
        with pytest.raises(grpc.RpcError) as caught:  # answered after those before it were accepted
            client.create_todo({"title": "not acknowledged"}, timeout=1)
        assert as_call(caught.value).code() == grpc.StatusCode.DEADLINE_EXCEEDED

        gateway.terminate()
        assert not_serving.wait(30)
        assert not any(call.done() for call in calls)
        broker.resume()
        assert len({call.result(60)["todo"]["id"] for call in calls}) == 10
        assert gateway.exit_code() == 0
        client.close()


def test_a_stopped_broker_means_no_ok(own_stack: Stack) -> None:
    broker = own_stack.service("kafka-1")
    impatient = {"GATEWAY_PUBLISH_TIMEOUT_SECONDS": "2"}
    with processes.gateway({**own_stack.addresses.environment(), **impatient}) as (_, address):
        client = ReflectionClient(address)
        assert client.create_todo({"title": "before"})["todo"]["id"]
        broker.stop()
        with pytest.raises(grpc.RpcError) as caught:
            client.create_todo({"title": "meanwhile"}, timeout=None)
        assert details(caught.value)["code"] == grpc.StatusCode.DEADLINE_EXCEEDED.value[0]
        broker.start()
        assert client.create_todo({"title": "after"}, timeout=60)["todo"]["id"]
        client.close()
