"""Faults of the world: the ingestor waits, blames no record, and goes on by itself."""

import os
import signal

from ingestor.consumer import VERIFY_SECONDS
from schemas import registration
from schemas.registry import SchemaRegistry
from tests.fakes.events import an_event
from tests.integration.ingestor.house import House, until
from tests.processes import ServiceProcess

NEVER_REVOKED = "partitions revoked"


def kept_its_partitions(process: ServiceProcess) -> bool:
    return not any(line["event"] == NEVER_REVOKED for line in process.lines)


def test_a_killed_database_is_waited_for_with_the_partitions_held(house: House) -> None:
    postgres = house.stack.service("postgres")
    with house.ingestor() as ingestor:
        house.produce(an_event() for _ in range(100))
        house.until_stored(100)
        postgres.kill()
        house.produce(an_event() for _ in range(200))
        ingestor.logged("waiting", "DATABASE_URL")
        postgres.start()
        house.until_stored(300)
        assert kept_its_partitions(ingestor)
    assert (house.count(), house.count("dead_letter")) == (300, 0)


def test_a_frozen_database_is_given_up_and_tried_again(house: House) -> None:
    with house.ingestor(INGESTOR_DATABASE_TIMEOUT_SECONDS="1") as ingestor:
        ingestor.logged("partitions assigned")
        with house.frozen_database():
            house.produce(an_event() for _ in range(100))
            ingestor.logged("waiting", "no answer within 2 s")
        house.until_stored(100)
        assert kept_its_partitions(ingestor)
    assert (house.count(), house.count("dead_letter")) == (100, 0)


def test_a_read_only_database_is_waited_for(house: House) -> None:
    name = house.url.rpartition("/")[2]
    end_connections = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'todo-ingestor'"
    with house.ingestor() as ingestor:
        ingestor.logged("partitions assigned")
        house.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
        house.execute(end_connections)
        house.produce(an_event() for _ in range(100))
        ingestor.logged("waiting", "read-only")
        house.execute("SET default_transaction_read_only = off", f'ALTER DATABASE "{name}" RESET ALL')
        house.execute(end_connections)
        house.until_stored(100)
    assert (house.count(), house.count("dead_letter")) == (100, 0)


def test_a_broker_that_is_away_is_waited_for(house: House) -> None:
    broker = house.stack.service("kafka-1")
    with house.ingestor() as ingestor:
        house.produce(an_event() for _ in range(100))
        house.until_stored(100)
        broker.kill()
        ingestor.logged("waiting", "KAFKA_BOOTSTRAP_SERVERS")
        broker.start()
        house.produce(an_event() for _ in range(100))
        house.until_stored(200)
    assert (house.count(), house.count("dead_letter")) == (200, 0)


def test_a_registry_that_is_away_stops_only_schemas_never_seen(house: House) -> None:
    registry = house.stack.service("registry")
    with house.ingestor() as ingestor:
        ingestor.logged("partitions assigned")
        registry.kill()
        house.produce(an_event() for _ in range(100))
        ingestor.logged("waiting", "registry")
        registry.start()
        house.until_stored(100)
        registry.kill()
        house.produce(an_event() for _ in range(100))
        house.until_stored(200)
        registry.start()
    assert (house.count(), house.count("dead_letter")) == (200, 0)


def test_a_registry_that_has_lost_the_subject_stops_nobodys_records(house: House) -> None:
    """Everything in the topic would look like a record of an unknown schema."""
    house.produce(an_event() for _ in range(10))
    with SchemaRegistry(house.stack.addresses.schema_registry_url) as registry:
        house.forget_subject()
        with house.ingestor() as ingestor:
            ingestor.logged("waiting", "run: python -m schemas register")
            assert registration.register(registry).id == house.schema_id
            house.until_stored(10)
    assert (house.count(), house.count("dead_letter")) == (10, 0)


def test_a_frozen_instance_loses_its_partitions_and_writes_nothing_when_it_wakes(house: House) -> None:
    with house.ingestor(INGESTOR_BATCH_MAX_RECORDS="50") as zombie, house.ingestor() as heir:
        zombie.logged("partitions assigned")
        heir.logged("partitions assigned")
        house.produce(an_event() for _ in range(2000))
        until(lambda: house.stored_records() > 0, "the first batch")
        os.kill(zombie.pid, signal.SIGSTOP)
        house.produce(an_event() for _ in range(2000))
        house.until_stored(4000)
        os.kill(zombie.pid, signal.SIGCONT)
        house.produce(an_event() for _ in range(2000))
        house.until_stored(6000)
        zombie.terminate()
        assert zombie.exit_code() == 0
    assert (house.count(), house.count("dead_letter")) == (6000, 0)


def test_a_topic_that_is_made_again_while_it_is_read_loses_nothing(house: House) -> None:
    old, new = [an_event() for _ in range(100)], [an_event() for _ in range(300)]
    with house.ingestor() as ingestor:
        house.produce(old)
        house.until_stored(100)
        house.delete_topic()
        house.create_topic()
        house.produce(new)
        until(lambda: house.ids() == {event.id for event in old + new}, "all rows", 3 * VERIFY_SECONDS + 30)
        ingestor.logged("topic was made again: reading it from its beginning")
    assert house.count("dead_letter") == 0
