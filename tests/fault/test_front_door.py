"""The gateway's side of the promise: killed between the brokers' acknowledgement and its own; brokers that go."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import grpc
import psycopg2
import pytest
from confluent_kafka import Consumer, Message, TopicPartition

from gateway import identity
from schemas.names import TOPIC
from schemas.position import LogPosition
from stack import Stack
from tests import processes
from tests.reflection import ReflectionClient, as_call
from tests.waiting import until

REQUEST_ID = "order-7"
PARTITIONS = range(6)


@pytest.fixture(params=[1, 3])
def deployed(request: pytest.FixtureRequest) -> Iterator[Stack]:
    with Stack.ephemeral(brokers=request.param) as stack:
        processes.deploy(stack.addresses.environment())
        yield stack


class Log:
    """All records of the topic, as they come."""

    def __init__(self, bootstrap_servers: str) -> None:
        self._consumer = Consumer({"bootstrap.servers": bootstrap_servers, "group.id": "watcher"})
        self._consumer.assign([TopicPartition(TOPIC, number, 0) for number in PARTITIONS])

    def next_with_key(self, key: str) -> Message:
        return until(lambda: self._with_key(key))

    def close(self) -> None:
        self._consumer.close()

    def _with_key(self, key: str) -> Message | None:
        message = self._consumer.poll(1)
        return message if message is not None and message.key() == key.encode() else None


@pytest.mark.parametrize("deployed", [1], indirect=True)
def test_a_gateway_killed_after_the_brokers_have_the_todo_leaves_a_harmless_retry(deployed: Stack) -> None:
    addresses, broker = deployed.addresses, deployed.service("kafka-1")
    todo_id = str(identity.todo_id("", REQUEST_ID))
    log = Log(addresses.kafka_bootstrap_servers)
    with processes.gateway(addresses.environment()) as (first, address), ThreadPoolExecutor(1) as pool:
        client = ReflectionClient(address)
        client.create_todo({"title": "warm"})
        broker.pause()
        call = pool.submit(client.create_todo, {"title": "once"}, request_id=REQUEST_ID)
        with pytest.raises(grpc.RpcError):  # answered after the call before it was sent to the frozen broker
            client.create_todo({"title": "later"}, timeout=0.5)
        first.freeze()
        broker.resume()
        log.next_with_key(todo_id)  # the brokers have it, and the gateway cannot say so
        assert not call.done()
        first.kill()
        assert as_call(call.exception(60)).code() == grpc.StatusCode.UNAVAILABLE  # type: ignore[arg-type]
        client.close()
    with processes.gateway(addresses.environment()) as (_, address), processes.ingestor(addresses.environment()):
        client = ReflectionClient(address)
        retried = client.create_todo({"title": "once"}, request_id=REQUEST_ID)
        assert retried["todo"]["id"] == todo_id
        second = log.next_with_key(todo_id)
        position = LogPosition.from_token(retried["consistency_token"])
        assert (second.partition(), second.offset()) == (position.partition, position.offset)
        client.create_todo({"title": "last"}, request_id=REQUEST_ID + "-last")
        last = str(identity.todo_id("", REQUEST_ID + "-last"))
        assert until(lambda: rows(addresses.database_url, last)) == 1
        assert until(lambda: rows(addresses.database_url, todo_id)) == 1
        client.close()
    log.close()


def rows(database_url: str, todo_id: str) -> int:
    connection = psycopg2.connect(database_url)
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM todo WHERE id = %s", (todo_id,))
        (count,) = cursor.fetchone() or (0,)
    connection.close()
    return int(count)


@pytest.mark.parametrize("deployed", [3], indirect=True)
def test_calls_wait_for_a_new_leader_and_succeed_within_their_deadline(deployed: Stack) -> None:
    with processes.gateway(deployed.addresses.environment()) as (_, address), ThreadPoolExecutor(32) as pool:
        client = ReflectionClient(address)
        client.create_todo({"title": "warm"})
        deployed.service("kafka-2").kill()  # it leads two of the six partitions
        calls = [pool.submit(client.create_todo, {"title": f"{number}"}, timeout=60) for number in range(200)]
        answers = [call.result() for call in calls]
        client.close()
    partitions = {LogPosition.from_token(answer["consistency_token"]).partition for answer in answers}
    assert partitions == set(PARTITIONS)
    assert len({answer["todo"]["id"] for answer in answers}) == len(answers)
