from pathlib import Path

import pytest

from stack.addresses import Addresses
from stack.errors import InvalidStackSetting
from stack.settings import read


def test_ports_are_the_documented_ones() -> None:
    settings = read({})
    assert (settings.kafka_port, settings.registry_port, settings.postgres_port) == (9092, 8081, 5432)


def test_each_port_is_moved_by_a_variable_of_its_own() -> None:
    settings = read({"STACK_KAFKA_PORT": "1", "STACK_REGISTRY_PORT": "2", "STACK_POSTGRES_PORT": "65535"})
    assert (settings.kafka_port, settings.registry_port, settings.postgres_port) == (1, 2, 65535)


@pytest.mark.parametrize("value", ["0", "65536", "-1", "http", "9092 ", "٣"])
def test_a_port_that_is_none_is_refused_with_its_name(value: str) -> None:
    with pytest.raises(InvalidStackSetting, match="STACK_POSTGRES_PORT must be a port"):
        read({"STACK_POSTGRES_PORT": value})


def test_a_cluster_of_two_is_refused() -> None:
    with pytest.raises(InvalidStackSetting, match="STACK_BROKERS must be 1 or 3"):
        read({"STACK_BROKERS": "2"})


def test_servers_of_the_environment_are_given() -> None:
    given = read({"KAFKA_BOOTSTRAP_SERVERS": "k:1", "DATABASE_URL": "postgresql://d"}).given
    assert given == Addresses("k:1", "", "postgresql://d")


def test_addresses_without_a_value_are_not_passed_on() -> None:
    assert Addresses("k:1", "", "").environment() == {"KAFKA_BOOTSTRAP_SERVERS": "k:1"}


def test_downloads_go_to_the_chosen_cache_then_to_the_desktop_standards() -> None:
    both = {"XDG_CACHE_HOME": "/xdg", "STACK_CACHE_DIR": "/chosen"}
    assert read(both).cache_folder == Path("/chosen")
    assert read({"XDG_CACHE_HOME": "/xdg"}).cache_folder == Path("/xdg/todo-pipeline")


def test_state_is_in_the_checkout_unless_it_is_moved() -> None:
    checkout = Path(__file__).parents[3]
    assert read({}).state_folder == checkout / ".stack"
    assert read({"STACK_STATE_DIR": "/elsewhere"}).state_folder == Path("/elsewhere")
