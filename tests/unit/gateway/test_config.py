"""The gateway's settings: loopback unless told, promises out of reach."""

import os

import pytest

from gateway import config
from runtime.settings import InvalidSetting


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("GATEWAY_", "KAFKA_", "SCHEMA_REGISTRY_")):
            monkeypatch.delenv(name)


def test_by_default_the_gateway_listens_on_loopback_at_50051() -> None:
    settings = config.from_environment().settings
    assert (settings.host, settings.port) == ("127.0.0.1", 50051)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "example.com", "[::]"])
def test_listening_beyond_loopback_must_be_told_by_name(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setenv("GATEWAY_HOST", host)
    with pytest.raises(InvalidSetting, match="GATEWAY_HOST is not loopback; without TLS that needs GATEWAY_INSECURE=1"):
        config.from_environment()
    monkeypatch.setenv("GATEWAY_INSECURE", "1")
    assert config.from_environment().settings.host == host


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.0.0.2", "::1", "[::1]"])
def test_loopback_needs_no_telling(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setenv("GATEWAY_HOST", host)
    assert config.from_environment().settings.host == host


def test_with_tls_the_gateway_may_listen_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"HOST": "0.0.0.0", "TLS_CERT": "server.pem", "TLS_KEY": "server.key"}.items():
        monkeypatch.setenv(f"GATEWAY_{name}", value)
    assert not config.from_environment().settings.reflects


@pytest.mark.parametrize(
    ("host", "reflection", "reflects"),
    [
        ("127.0.0.1", "auto", True),
        ("127.0.0.1", "off", False),
        ("0.0.0.0", "auto", False),
        ("0.0.0.0", "on", True),
    ],
)
def test_reflection_is_on_for_loopback_only_unless_told(
    monkeypatch: pytest.MonkeyPatch, host: str, reflection: str, reflects: bool
) -> None:
    for name, value in {"HOST": host, "INSECURE": "1", "REFLECTION": reflection}.items():
        monkeypatch.setenv(f"GATEWAY_{name}", value)
    assert config.from_environment().settings.reflects is reflects


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"TLS_CERT": "a"}, "GATEWAY_TLS_CERT and GATEWAY_TLS_KEY go together"),
        ({"TLS_CLIENT_CA": "a"}, "GATEWAY_TLS_CLIENT_CA needs GATEWAY_TLS_CERT"),
        ({"AUTH": "mtls"}, "GATEWAY_AUTH=mtls needs GATEWAY_TLS_CLIENT_CA"),
        ({"AUTH": "jwt"}, "GATEWAY_AUTH=jwt needs GATEWAY_JWT_KEYS"),
        ({"AUTH": "jwt", "JWT_KEYS": "k", "JWT_AUDIENCE": "a"}, "GATEWAY_AUTH=jwt needs GATEWAY_JWT_ISSUER"),
        ({"AUTH": "jwt", "JWT_KEYS": "http://issuer.example/k", "JWT_AUDIENCE": "a", "JWT_ISSUER": "i"}, "https://"),
        ({"JWT_ALGORITHMS": "none"}, "GATEWAY_JWT_ALGORITHMS"),
        (
            {"AUTH": "jwt", "JWT_KEYS": "k", "JWT_AUDIENCE": "a", "JWT_ISSUER": "i", "JWT_ALGORITHMS": "RS256,HS256"},
            "GATEWAY_JWT_ALGORITHMS: HS256 is not an asymmetric signature",
        ),
        ({"AUTH": "password"}, "GATEWAY_AUTH"),
    ],
)
def test_settings_of_callers_that_contradict_each_other_are_named(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], said: str
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(f"GATEWAY_{name}", value)
    with pytest.raises(InvalidSetting, match=said):
        config.from_environment()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GATEWAY_PORT", "http"),
        ("GATEWAY_PORT", "70000"),
        ("GATEWAY_PUBLISH_TIMEOUT_SECONDS", "0"),
        ("GATEWAY_DRAIN_TIMEOUT_SECONDS", "-1"),
        ("GATEWAY_LOG_FORMAT", "xml"),
        ("GATEWAY_LOG_LEVEL", "LOUD"),
        ("GATEWAY_NO_SUCH_THING", "1"),
        ("SCHEMA_REGISTRY_URL", "registry:8081"),
        ("KAFKA_ACKS", "1"),
        ("KAFKA_ENABLE_IDEMPOTENCE", "false"),
        ("KAFKA_MESSAGE_TIMEOUT_MS", "1"),
        ("KAFKA_DELIVERY_TIMEOUT_MS", "1"),
    ],
)
def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InvalidSetting, match=name):
        config.from_environment()


def test_any_librdkafka_option_is_handed_on_and_ours_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "broker:9092")
    monkeypatch.setenv("KAFKA_COMPRESSION_TYPE", "zstd")
    monkeypatch.setenv("KAFKA_LINGER_MS", "7")
    options = config.from_environment().producer_options
    assert options["bootstrap.servers"] == "broker:9092"
    assert options["compression.type"] == "zstd"
    assert options["linger.ms"] == "7"
    assert options["acks"] == "all"
    assert options["enable.idempotence"] == "true"
