"""More than the gateway can take: refused at once and by name, and what was begun is finished."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import grpc
import pytest

from stack import Stack
from stack.service import Service
from tests import health, processes
from tests.reflection import ReflectionClient, as_call, details
from tests.waiting import until

PLACES = 4


@dataclass
class FrontDoor:
    """A gateway with few places, its broker, and a client for each place and one more."""

    client: ReflectionClient
    broker: Service

    def refusal(self) -> grpc.RpcError | None:
        """Why a call was refused, or None when it found a place, which it gives back by its deadline."""
        try:
            self.client.create_todo({"title": "one more"}, timeout=0.5)
        except grpc.RpcError as error:
            return error if as_call(error).code() == grpc.StatusCode.RESOURCE_EXHAUSTED else None
        return None


@pytest.fixture
def front_door(own_stack: Stack) -> Iterator[FrontDoor]:
    few = {**own_stack.addresses.environment(), "GATEWAY_MAX_CALLS": str(PLACES)}
    broker = own_stack.service("kafka-1")
    with processes.gateway(few) as (_, address):
        client = ReflectionClient(address)
        client.create_todo({"title": "warm"})
        yield FrontDoor(client, broker)
        broker.resume()
        client.close()


def test_a_call_too_many_is_refused_at_once_and_those_begun_are_answered(front_door: FrontDoor) -> None:
    front_door.broker.pause()
    with ThreadPoolExecutor(PLACES) as pool:
        calls = [pool.submit(front_door.client.create_todo, {"title": f"{place}"}) for place in range(PLACES)]
        found = details(until(front_door.refusal))
        assert found["reason"] == "todo.v1/OVERLOADED"
        assert found["retry_seconds"] == 1
        assert health.is_serving(front_door.client.channel)
        front_door.broker.resume()
        assert len({call.result(60)["todo"]["id"] for call in calls}) == PLACES
    assert front_door.refusal() is None


def test_a_cancelled_call_frees_its_place(front_door: FrontDoor) -> None:
    front_door.broker.pause()
    calls = [front_door.client.begin_create_todo({"title": f"{place}"}) for place in range(PLACES)]
    until(front_door.refusal)
    calls[0].cancel()
    until(lambda: front_door.refusal() is None)
    for call in calls:
        call.cancel()
