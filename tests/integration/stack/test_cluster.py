from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient

from stack import Stack


def test_a_cluster_acknowledges_while_one_of_three_brokers_is_dead() -> None:
    with Stack.ephemeral(brokers=3, parts={"kafka"}) as stack:
        servers = stack.addresses.kafka_bootstrap_servers
        partitions = (
            AdminClient({"bootstrap.servers": servers}).list_topics(timeout=10).topics["todo-create"].partitions
        )
        assert [len(partition.replicas) for partition in partitions.values()] == [3] * 6
        errors: list[object] = []
        producer = Producer({"bootstrap.servers": servers, "acks": "all", "enable.idempotence": True})
        stack.service("kafka-2").kill()
        for number in range(60):
            producer.produce(
                "todo-create", b"x", partition=number % 6, on_delivery=lambda error, _message: errors.append(error)
            )
        producer.flush(60)
        assert errors == [None] * 60
        stack.service("kafka-2").start()
        assert stack.service("kafka-2").is_running
