"""Secrets from files, and out of sight."""

from pathlib import Path

import pytest
from confluent_kafka import KafkaError, KafkaException
from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from runtime import kafka, settings
from runtime.settings import InvalidSetting


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="TEST_")
    password: SecretStr = SecretStr("")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "secret"
    path.write_text("s3cret\n")
    return path


def test_a_setting_is_read_from_the_file_that_its_variable_names(file: Path) -> None:
    loaded = settings.load(Settings, {"TEST_PASSWORD_FILE": str(file)})
    assert loaded.password.get_secret_value() == "s3cret"
    assert "s3cret" not in repr(loaded)


def test_an_option_of_librdkafka_is_read_from_the_file_that_its_variable_names(file: Path) -> None:
    options = kafka.client_options({"KAFKA_SASL_PASSWORD_FILE": str(file)}, kept=())
    assert options == {"sasl.password": "s3cret"}


def test_a_file_cannot_set_what_the_promise_rests_on(file: Path) -> None:
    with pytest.raises(InvalidSetting, match="KAFKA_ACKS_FILE cannot be set"):
        kafka.client_options({"KAFKA_ACKS_FILE": str(file)}, kept=("acks",))


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(InvalidSetting, match="TEST_PASSWORD_FILE: /no/such cannot be read: No such file"):
        settings.load(Settings, {"TEST_PASSWORD_FILE": "/no/such"})


def test_a_file_and_a_value_contradict_each_other(file: Path) -> None:
    both = {"KAFKA_SASL_PASSWORD": "a", "KAFKA_SASL_PASSWORD_FILE": str(file)}
    with pytest.raises(InvalidSetting, match="KAFKA_SASL_PASSWORD and KAFKA_SASL_PASSWORD_FILE are both set") as caught:
        kafka.client_options(both, kept=())
    assert "s3cret" not in str(caught.value)


def test_a_refused_option_is_told_without_the_secrets() -> None:
    refusal = KafkaException(KafkaError(KafkaError._INVALID_ARG, 'cannot take "s3cret" for "sasl.password"'))
    with pytest.raises(InvalidSetting) as caught, kafka.naming_variables({"sasl.password": "s3cret"}):
        raise refusal
    assert "s3cret" not in str(caught.value)
    assert "KAFKA_SASL_PASSWORD" in str(caught.value)
