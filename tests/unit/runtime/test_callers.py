"""Callers: named by a certificate or a token that proves it, and by nothing else."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from runtime.callers import CredentialsRefused, NoCredentials, TokenReader, of_certificate
from runtime.keys import IssuerKeys

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = ec.generate_private_key(ec.SECP256R1())
PUBLIC = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


async def jwks() -> str:
    keys: list[dict[str, Any]] = [
        {**RSAAlgorithm.to_jwk(KEY.public_key(), as_dict=True), "kid": "rsa"},
        {**ECAlgorithm.to_jwk(OTHER_KEY.public_key(), as_dict=True), "kid": "ec"},
        {"kty": "oct", "k": "c2VjcmV0", "kid": "shared", "alg": "HS256"},
    ]
    return json.dumps({"keys": keys})


def claims(**changed: object) -> dict[str, Any]:
    now = datetime.now(UTC)
    valid = {"sub": "alice", "aud": "todo", "iss": "https://issuer", "iat": now, "exp": now + timedelta(minutes=5)}
    return {name: value for name, value in {**valid, **changed}.items() if value is not None}


def token(key: Any = KEY, algorithm: str = "RS256", kid: str | None = "rsa", **changed: object) -> str:  # noqa: ANN401
    return jwt.encode(claims(**changed), key, algorithm, headers={"kid": kid} if kid else None)


@pytest.fixture
def reader() -> TokenReader:
    return TokenReader(IssuerKeys(jwks), audience="todo", issuer="https://issuer", algorithms=["RS256", "ES256"])


async def caller(reader: TokenReader, credentials: str) -> str:
    return await reader.caller([("user-agent", "x"), ("authorization", credentials)])


async def test_a_good_token_names_its_subject(reader: TokenReader) -> None:
    assert await caller(reader, f"Bearer {token()}") == "alice"
    assert await caller(reader, f"bearer {token(OTHER_KEY, 'ES256', 'ec')}") == "alice"


@pytest.mark.parametrize("credentials", ["", "Basic YTpi", token(), "Bearer"])
async def test_a_call_without_a_token_has_no_credentials(reader: TokenReader, credentials: str) -> None:
    with pytest.raises(NoCredentials):
        await caller(reader, credentials)


HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (lambda: token(exp=datetime.now(UTC) - HOUR), "has expired"),
        (lambda: token(nbf=datetime.now(UTC) + HOUR), "is not valid yet"),
        (lambda: token(iat=datetime.now(UTC) + HOUR), "is not valid yet"),
        (lambda: token(aud="another"), "is for another audience"),
        (lambda: token(iss="https://another"), "is from another issuer"),
        (lambda: token(exp=None), "lacks the claim exp"),
        (lambda: token(aud=None), "lacks the claim aud"),
        (lambda: token(iss=None), "lacks the claim iss"),
        (lambda: token(sub=None), "lacks the claim sub"),
        (lambda: token(sub=""), "printable"),
        (lambda: token(sub="a\0b"), "printable"),
        (lambda: token(sub="x" * 256), "printable"),
        (lambda: token(None, "none"), "is not signed as it must be"),
        (lambda: token("s" * 64, "HS256", "shared"), "is not signed as it must be"),
        (lambda: token(KEY, "RS512"), "is not signed as it must be"),
        (lambda: token(kid="unknown"), "a key that its issuer does not have"),
        (lambda: token(kid=None), "a key that its issuer does not have"),
        (lambda: token(rsa.generate_private_key(public_exponent=65537, key_size=2048)), "is not valid"),
        (lambda: token(kid="ec"), "is not valid"),
        (lambda: token()[:-8] + "AAAAAAAA", "is not valid"),
        (lambda: token().rpartition(".")[0] + ".", "is not valid"),
        (lambda: "junk", "is not valid"),
        (lambda: "a.b.c", "is not valid"),
    ],
)
async def test_a_token_that_proves_nothing_is_refused_and_not_repeated(
    reader: TokenReader,
    bad: Callable[[], str],
    said: str,
) -> None:
    sent = bad()
    with pytest.raises(CredentialsRefused, match=said) as caught:
        await caller(reader, f"Bearer {sent}")
    assert sent not in str(caught.value)


def certificate(**names: list[bytes]) -> Mapping[str, list[bytes]]:
    return {"transport_security_type": [b"ssl"], "x509_pem_cert": [b"..."], **names}


def test_a_certificate_names_its_first_alternative_name() -> None:
    names = certificate(x509_common_name=[b"cn"], x509_subject_alternative_name=[b"spiffe://todo/alice", b"alice"])
    assert of_certificate(names) == "spiffe://todo/alice"


def test_a_connection_without_a_certificate_names_nobody() -> None:
    with pytest.raises(NoCredentials):
        of_certificate({})


@pytest.mark.parametrize("names", [[], [b""], [b"a\0b"]])
def test_a_certificate_without_a_usable_name_is_refused(names: list[bytes]) -> None:
    with pytest.raises(CredentialsRefused):
        of_certificate(certificate(x509_common_name=[b"cn"], x509_subject_alternative_name=names))
