from pathlib import Path

import pytest

from stack import programs
from stack.addresses import Addresses
from stack.errors import InvalidStackSetting

ADDRESSES = Addresses("k:1", "http://r", "postgresql://d")


def test_programs_get_the_addresses_and_logs_for_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GATEWAY_LOG_FORMAT", raising=False)
    monkeypatch.setenv("INGESTOR_LOG_FORMAT", "json")
    monkeypatch.setenv("DATABASE_URL", "postgresql://another")
    environment = programs.program_environment(ADDRESSES, for_person=True)
    assert environment["DATABASE_URL"] == "postgresql://d"
    assert environment["GATEWAY_LOG_FORMAT"] == "console"
    assert environment["INGESTOR_LOG_FORMAT"] == "json"


def test_logs_are_json_where_nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GATEWAY_LOG_FORMAT", raising=False)
    assert programs.program_environment(ADDRESSES, for_person=False)["GATEWAY_LOG_FORMAT"] == "json"


def test_the_gateway_is_expected_where_its_own_setting_puts_it(tmp_path: Path) -> None:
    gateway, ingestor = programs.blueprints(ADDRESSES, {"GATEWAY_PORT": "6000"}, tmp_path)
    assert (gateway.name, gateway.address, dict(gateway.ports)) == ("gateway", "localhost:6000", {6000: "GATEWAY_PORT"})
    assert (ingestor.name, ingestor.command[-2:]) == ("ingestor", ("ingestor", "ingest"))


def test_a_gateway_port_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidStackSetting, match="GATEWAY_PORT"):
        programs.blueprints(ADDRESSES, {"GATEWAY_PORT": "grpc"}, tmp_path)


def test_the_line_to_copy_is_the_one_of_the_readme() -> None:
    assert programs.EXAMPLE.format(address="localhost:50051") == (
        """grpcurl -plaintext -d '{"todo": {"title": "Buy milk", "description": "2 l"}}' """
        "localhost:50051 todo.v1.TodoService/CreateTodo"
    )


def test_a_gateway_that_speaks_tls_is_asked_for_its_health_where_it_was_told(tmp_path: Path) -> None:
    chosen = {"GATEWAY_TLS_CERT": "server.pem", "GATEWAY_HEALTH_PORT": "7000"}
    gateway, _ = programs.blueprints(ADDRESSES, chosen, tmp_path)
    assert gateway.environment["GATEWAY_HEALTH_PORT"] == "7000"
