"""Settings from the environment, and what the consumer is told whatever the environment says."""

import importlib
import sys

import pytest

from ingestor import settings
from ingestor.settings import IngestorSettings
from ingestor.subscription import admin_options, consumer_options
from runtime.settings import InvalidSetting, load

URL = "postgresql://todo:secret-word@db:5432/todo"


def configured(url: str) -> IngestorSettings:
    return IngestorSettings.model_validate({"DATABASE_URL": url})


def test_importing_the_settings_reads_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INGESTOR_BATCH_MAX_RECORDS", "many")
    monkeypatch.delitem(sys.modules, "ingestor.settings")
    fresh = importlib.import_module("ingestor.settings")
    with pytest.raises(InvalidSetting, match="INGESTOR_BATCH_MAX_RECORDS"):
        fresh.from_environment()


def test_a_database_address_becomes_a_checked_and_named_connection() -> None:
    database = settings.databases(configured(URL))["default"]
    assert (database["HOST"], database["PORT"], database["USER"], database["NAME"]) == ("db", 5432, "todo", "todo")
    assert database["CONN_HEALTH_CHECKS"] is True
    assert database["OPTIONS"] == {"application_name": "todo-ingestor", "connect_timeout": 5}


def test_options_in_the_address_go_before_ours() -> None:
    database = settings.databases(configured(f"{URL}?connect_timeout=1&sslmode=require"))["default"]
    assert database["OPTIONS"] == {"application_name": "todo-ingestor", "connect_timeout": 1, "sslmode": "require"}


@pytest.mark.parametrize("url", ["", "todo", "mysql://u:secret-word@h/d", "postgresql://", "postgresql://u:x@h:no/d"])
def test_an_address_of_no_database_is_refused_by_name_and_without_its_password(url: str) -> None:
    with pytest.raises(InvalidSetting, match=r"^DATABASE_URL") as caught:
        settings.databases(configured(url))
    assert "secret-word" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("INGESTOR_BATCH_MAX_RECORDS", "0"),
        ("INGESTOR_POLL_TIMEOUT_SECONDS", "61"),
        ("INGESTOR_BAD_SHARE_LIMIT", "1.5"),
        ("INGESTOR_LOG_LEVEL", "LOUD"),
        ("SCHEMA_REGISTRY_URL", "registry"),
    ],
)
def test_a_value_out_of_bounds_is_refused_by_name(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InvalidSetting, match=name):
        load(IngestorSettings, {name: value})


def test_each_process_without_a_secret_key_makes_its_own() -> None:
    assert configured(URL).secret_key != configured(URL).secret_key


@pytest.mark.parametrize(
    "name",
    ["KAFKA_GROUP_ID", "KAFKA_AUTO_OFFSET_RESET", "KAFKA_ENABLE_AUTO_COMMIT", "KAFKA_PARTITION_ASSIGNMENT_STRATEGY"],
)
def test_what_exactly_one_row_rests_on_cannot_be_set(name: str) -> None:
    with pytest.raises(InvalidSetting, match=name):
        consumer_options({name: "something"})


def test_any_other_option_reaches_the_client_and_goes_before_our_defaults() -> None:
    options = consumer_options({"KAFKA_SESSION_TIMEOUT_MS": "9000", "KAFKA_FETCH_MIN_BYTES": "7"})
    assert (options["session.timeout.ms"], options["fetch.min.bytes"]) == ("9000", "7")
    assert options["partition.assignment.strategy"] == "cooperative-sticky"


def test_the_brokers_protocol_gets_no_option_that_it_refuses() -> None:
    options = consumer_options({"KAFKA_GROUP_PROTOCOL": "consumer"})
    assert options["group.protocol"] == "consumer"
    assert not {"session.timeout.ms", "heartbeat.interval.ms", "partition.assignment.strategy"} & options.keys()


def test_the_admin_client_reaches_the_brokers_in_the_same_way() -> None:
    options = consumer_options(
        {"KAFKA_SASL_USERNAME": "me", "KAFKA_SSL_CA_LOCATION": "ca.pem", "KAFKA_GROUP_INSTANCE_ID": "a"}
    )
    assert admin_options(options) == {
        "bootstrap.servers": "127.0.0.1:9092",
        "client.id": "todo-ingestor",
        "sasl.username": "me",
        "ssl.ca.location": "ca.pem",
        "log_level": 0,
    }
