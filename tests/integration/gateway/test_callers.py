"""Who calls is proved, by a certificate or a token, and is the todo's owner."""

import json
import shutil
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import grpc
import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from gateway import identity
from stack import Stack
from stack.certificates import CLIENT, SERVER, Authority, Pair, of_this_machine
from tests import health, processes
from tests.processes import ServiceProcess
from tests.reflection import ReflectionClient, as_call, details
from tests.waiting import until

ALICE = "spiffe://todo/alice"


def client_of(authority: Authority, name: str, uri: str) -> Pair:
    return authority.issue(name, CLIENT, [x509.UniformResourceIdentifier(uri)])


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.create(tmp_path_factory.mktemp("certs"))


@pytest.fixture(scope="module")
def server(authority: Authority) -> Pair:
    return authority.issue("server", SERVER, of_this_machine())


@pytest.fixture(scope="module")
def alice(authority: Authority) -> Pair:
    return client_of(authority, "alice", ALICE)


@pytest.fixture(scope="module")
def gateway(stack: Stack, authority: Authority, server: Pair) -> Iterator[tuple[ServiceProcess, str]]:
    mutual = {
        "GATEWAY_TLS_CERT": str(server.certificate),
        "GATEWAY_TLS_KEY": str(server.key),
        "GATEWAY_TLS_CLIENT_CA": str(authority.path),
        "GATEWAY_AUTH": "mtls",
        "GATEWAY_HEALTH_PORT": "0",
    }
    with processes.gateway({**stack.addresses.environment(), **mutual}) as (process, address):
        yield process, address


def connected(address: str, authority: Authority, pair: Pair | None) -> ReflectionClient:
    key, chain = (pair.key.read_bytes(), pair.certificate.read_bytes()) if pair else (None, None)
    return ReflectionClient(address, credentials=grpc.ssl_channel_credentials(authority.path.read_bytes(), key, chain))


def test_the_name_in_the_certificate_is_the_owner_and_part_of_what_a_request_id_means(
    gateway: tuple[ServiceProcess, str], authority: Authority, alice: Pair
) -> None:
    bob = client_of(authority, "bob", "spiffe://todo/bob")
    todos = []
    for pair in (alice, bob):
        client = connected(gateway[1], authority, pair)
        todos.append(client.create_todo({"title": "mine"}, request_id="same")["todo"])
        client.close()
    assert [todo["owner"] for todo in todos] == [ALICE, "spiffe://todo/bob"]
    assert [todo["id"] for todo in todos] == [str(identity.todo_id(todo["owner"], "same")) for todo in todos]


def test_a_client_without_a_certificate_of_our_authority_gets_no_connection(
    gateway: tuple[ServiceProcess, str], authority: Authority, tmp_path: Path
) -> None:
    stranger = client_of(Authority.create(tmp_path), "alice", ALICE)
    for pair in (None, stranger):
        client = connected(gateway[1], authority, pair)
        with pytest.raises(grpc.RpcError) as caught:
            client.raw("/todo.v1.TodoService/CreateTodo", b"")
        assert as_call(caught.value).code() == grpc.StatusCode.UNAVAILABLE
        client.close()


def test_health_is_open_on_its_own_port(gateway: tuple[ServiceProcess, str]) -> None:
    port = gateway[0].logged("listening")["health_port"]
    client = ReflectionClient(f"127.0.0.1:{port}")
    assert health.is_serving(client.channel)
    with pytest.raises(grpc.RpcError) as caught:
        client.raw("/todo.v1.TodoService/CreateTodo", b"")
    assert as_call(caught.value).code() == grpc.StatusCode.UNIMPLEMENTED
    client.close()


def by_reflection(address: str, authority: Authority, pair: Pair) -> dict[str, Any]:
    client = connected(address, authority, pair)
    answer = client.create_todo({"title": "x"})
    client.close()
    return answer


def by_grpcurl(address: str, authority: Authority, pair: Pair) -> dict[str, Any]:
    trust = ["-cacert", str(authority.path), "-cert", str(pair.certificate), "-key", str(pair.key)]
    call = ["grpcurl", *trust, "-d", '{"todo": {"title": "x"}}', address, "todo.v1.TodoService/CreateTodo"]
    answer: dict[str, Any] = json.loads(subprocess.run(call, capture_output=True, check=True, timeout=60).stdout)
    return answer


@pytest.mark.parametrize("create", [by_reflection, *([by_grpcurl] if shutil.which("grpcurl") else [])])
def test_stock_clients_call_with_a_certificate(
    create: Callable[[str, Authority, Pair], dict[str, Any]],
    gateway: tuple[ServiceProcess, str],
    authority: Authority,
    alice: Pair,
) -> None:
    assert create(gateway[1], authority, alice)["todo"]["owner"] == ALICE


def served_certificate(address: str, authority: Authority, pair: Pair) -> int:
    """The serial number of the certificate that a new connection is shown."""
    context = ssl.create_default_context(cafile=str(authority.path))
    context.load_cert_chain(pair.certificate, pair.key)
    context.set_alpn_protocols(["h2"])
    host, _, port = address.partition(":")
    with (
        socket.create_connection((host, int(port)), 10) as plain,
        context.wrap_socket(plain, server_hostname=host) as connection,
    ):
        shown = connection.getpeercert(binary_form=True)
    assert shown is not None
    return x509.load_der_x509_certificate(shown).serial_number


def test_a_replaced_certificate_is_served_without_a_restart_and_a_broken_one_never(
    gateway: tuple[ServiceProcess, str], authority: Authority, server: Pair, alice: Pair
) -> None:
    process, address = gateway
    standing = connected(address, authority, alice)
    standing.create_todo({"title": "before"})
    before = served_certificate(address, authority, alice)
    authority.issue("server", SERVER, of_this_machine())
    after = x509.load_pem_x509_certificate(server.certificate.read_bytes()).serial_number
    assert before != after
    assert served_certificate(address, authority, alice) == after
    server.key.write_text("no key")
    assert served_certificate(address, authority, alice) == after
    process.logged("the old certificate stays")
    authority.issue("server", SERVER, of_this_machine())
    until(lambda: served_certificate(address, authority, alice) != after)
    assert standing.create_todo({"title": "on the old connection"})["todo"]["owner"] == ALICE
    standing.close()


def test_a_certificate_that_cannot_be_used_stops_the_process_with_one_line(tmp_path: Path) -> None:
    one, other = (Authority.create(tmp_path / name).issue("server", SERVER, of_this_machine()) for name in "ab")
    mixed = {"GATEWAY_TLS_CERT": str(one.certificate), "GATEWAY_TLS_KEY": str(other.key), "GATEWAY_PORT": "0"}
    with ServiceProcess(["gateway"], mixed) as process:
        assert process.exit_code() == 2
        assert "is not the key of the certificate" in process.raw[-1]
        assert "Traceback" not in process.text


class Issuer:
    """Signs tokens, and publishes its key in a file."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.rotate("first")

    def rotate(self, key_id: str) -> None:
        self._key, self._key_id = ec.generate_private_key(ec.SECP256R1()), key_id
        public = ECAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        self.file.write_text(json.dumps({"keys": [{**public, "kid": key_id}]}))

    def token(self, **changed: object) -> str:
        expires = datetime.now(UTC) + timedelta(minutes=5)
        claims: dict[str, Any] = {"sub": "alice", "aud": "todo", "iss": "issuer", "exp": expires, **changed}
        return jwt.encode(claims, self._key, "ES256", headers={"kid": self._key_id})


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Issuer:
    return Issuer(tmp_path_factory.mktemp("issuer") / "jwks.json")


@pytest.fixture(scope="module")
def client(stack: Stack, issuer: Issuer) -> Iterator[ReflectionClient]:
    tokens = {
        "GATEWAY_AUTH": "jwt",
        "GATEWAY_JWT_KEYS": str(issuer.file),
        "GATEWAY_JWT_AUDIENCE": "todo",
        "GATEWAY_JWT_ISSUER": "issuer",
    }
    with processes.gateway({**stack.addresses.environment(), **tokens}) as (_, address):
        client = ReflectionClient(address)
        yield client
        client.close()


def bearer(token: str) -> tuple[tuple[str, str]]:
    return (("authorization", f"Bearer {token}"),)


def test_the_subject_of_a_token_is_the_owner(client: ReflectionClient, issuer: Issuer) -> None:
    todo = client.create_todo({"title": "x"}, request_id="mine", metadata=bearer(issuer.token()))["todo"]
    assert (todo["owner"], todo["id"]) == ("alice", str(identity.todo_id("alice", "mine")))


def test_a_call_without_a_token_is_refused_and_health_is_open(client: ReflectionClient) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        client.create_todo({"title": "x"})
    assert details(caught.value)["code"] == grpc.StatusCode.UNAUTHENTICATED.value[0]
    assert details(caught.value)["reason"] == "todo.v1/CREDENTIALS_MISSING"
    assert health.is_serving(client.channel)


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": datetime.now(UTC) - timedelta(hours=1)},
        {"nbf": datetime.now(UTC) + timedelta(hours=1)},
        {"aud": "another"},
        {"iss": "another"},
    ],
    ids=["expired", "future", "wrong audience", "wrong issuer"],
)
def test_a_token_that_is_not_for_us_now_is_refused(
    client: ReflectionClient, issuer: Issuer, claims: dict[str, object]
) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        client.create_todo({"title": "x"}, metadata=bearer(issuer.token(**claims)))
    assert details(caught.value)["reason"] == "todo.v1/CREDENTIALS_REFUSED"
    assert "retry_seconds" not in details(caught.value)


def test_an_unsigned_token_is_refused(client: ReflectionClient) -> None:
    unsigned = jwt.encode({"sub": "alice", "aud": "todo", "iss": "issuer", "exp": 4_000_000_000}, "", "none")
    with pytest.raises(grpc.RpcError) as caught:
        client.create_todo({"title": "x"}, metadata=bearer(unsigned))
    assert details(caught.value)["reason"] == "todo.v1/CREDENTIALS_REFUSED"
