"""Brokers and a registry that ask who comes: reached by settings alone, and no secret shows."""

import base64
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx2
import pytest

from stack import Stack
from stack.certificates import SERVER, Authority, of_this_machine
from stack.ports import free_ports
from stack.secured import SecuredListener
from tests import processes
from tests.processes import ServiceProcess
from tests.reflection import ReflectionClient

PASSWORD = "pass-4711-word"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.create(tmp_path_factory.mktemp("certs"))


@pytest.fixture(scope="module")
def listener(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> SecuredListener:
    pair = authority.issue("broker", SERVER, of_this_machine())
    keystore = tmp_path_factory.mktemp("broker") / "keystore.pem"
    keystore.write_bytes(pair.key.read_bytes() + pair.certificate.read_bytes())
    return SecuredListener(free_ports(1)[0], keystore, "todo", PASSWORD)


@pytest.fixture(scope="module")
def secured_stack(listener: SecuredListener) -> Iterator[Stack]:
    with Stack.ephemeral(parts={"kafka", "registry"}, secured=listener) as stack:
        yield stack


class Guard(BaseHTTPRequestHandler):
    """Lets those through to a registry who know the password."""

    registry = ""
    expected = "Basic " + base64.b64encode(f"todo:{PASSWORD}".encode()).decode()

    def do_GET(self) -> None:
        self._pass_on()

    def do_POST(self) -> None:
        self._pass_on()

    def do_PUT(self) -> None:
        self._pass_on()

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        if self.headers.get("authorization") != self.expected:
            self._answer(401, b'{"error_code": 401, "message": "who are you?"}')
            return
        kind = {"content-type": self.headers.get("content-type") or "application/json"}
        answer = httpx2.request(self.command, f"{self.registry}{self.path}", content=body, headers=kind)
        self._answer(answer.status_code, answer.content)

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("content-type", "application/vnd.schemaregistry.v1+json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture(scope="module")
def guarded_registry(secured_stack: Stack) -> Iterator[str]:
    guard = type("GuardOfTheStack", (Guard,), {"registry": secured_stack.addresses.schema_registry_url})
    with ThreadingHTTPServer(("127.0.0.1", 0), guard) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def environment(
    listener: SecuredListener, guarded_registry: str, authority: Authority, tmp_path: Path
) -> dict[str, str]:
    (tmp_path / "kafka").write_text(f"{PASSWORD}\n")
    (tmp_path / "registry").write_text(f"todo:{PASSWORD}\n")
    return {
        "KAFKA_BOOTSTRAP_SERVERS": listener.address,
        "KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
        "KAFKA_SASL_MECHANISM": "PLAIN",
        "KAFKA_SASL_USERNAME": "todo",
        "KAFKA_SASL_PASSWORD_FILE": str(tmp_path / "kafka"),
        "KAFKA_SSL_CA_LOCATION": str(authority.path),
        "SCHEMA_REGISTRY_URL": guarded_registry,
        "SCHEMA_REGISTRY_BASIC_AUTH_USER_INFO_FILE": str(tmp_path / "registry"),
        "GATEWAY_LOG_LEVEL": "DEBUG",
    }


def test_a_todo_is_acknowledged_by_secured_parts(environment: dict[str, str]) -> None:
    with ServiceProcess(["schemas", "register"], environment) as register:
        assert register.exit_code() == 0, register.text
    with processes.gateway(environment) as (gateway, address):
        client = ReflectionClient(address)
        assert client.create_todo({"title": "sealed"})["todo"]["id"]
        client.close()
        gateway.terminate()
        assert gateway.exit_code() == 0
    assert PASSWORD not in gateway.text + register.text


def test_parts_that_refuse_us_are_named_and_no_secret_shows(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "registry").write_text("todo:another-4712-word")
    with ServiceProcess(["gateway"], {**environment, "GATEWAY_PORT": "0"}) as gateway:
        gateway.logged("waiting", "HTTP 401")
        gateway.terminate()
        assert gateway.exit_code() == 0
    assert "word" not in gateway.text
