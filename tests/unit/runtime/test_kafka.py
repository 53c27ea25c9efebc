"""KAFKA_* variables as librdkafka's options."""

import pytest
from confluent_kafka import Producer

from runtime import kafka
from runtime.settings import InvalidSetting


def test_a_variable_sets_the_option_with_dots() -> None:
    environ = {"KAFKA_BOOTSTRAP_SERVERS": "a:1,b:2", "KAFKA_SSL_CA_LOCATION": "/ca.pem", "OTHER": "x"}
    assert kafka.client_options(environ, kept=()) == {"bootstrap.servers": "a:1,b:2", "ssl.ca.location": "/ca.pem"}


def test_an_option_that_a_promise_rests_on_cannot_be_set() -> None:
    for name in ("KAFKA_ACKS", "KAFKA_REQUEST_REQUIRED_ACKS"):
        with pytest.raises(InvalidSetting, match=f"^{name} cannot be set"):
            kafka.client_options({name: "1"}, kept=("acks",))


def test_an_empty_variable_is_named() -> None:
    with pytest.raises(InvalidSetting, match=r"^KAFKA_LINGER_MS is empty"):
        kafka.client_options({"KAFKA_LINGER_MS": ""}, kept=())


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"no.such.option": "1"}, "KAFKA_NO_SUCH_OPTION: "),
        ({"linger.ms": "long"}, "KAFKA_LINGER_MS: "),
        ({"linger.ms": "-5"}, "KAFKA_LINGER_MS: "),
    ],
)
def test_an_option_that_librdkafka_refuses_is_named_as_its_variable(options: dict[str, str], named: str) -> None:
    with pytest.raises(InvalidSetting, match=named), kafka.naming_variables(options):
        Producer(options)
