"""A certificate authority for one developer, and certificates of it. Never for production: its key lies beside it."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from stack.ports import LOOPBACK

SERVER: Final = "server"
CLIENT: Final = "client"
_VALID: Final = timedelta(days=365)
_CLOCKS_APART: Final = timedelta(minutes=5)
_USES: Final = {SERVER: ExtendedKeyUsageOID.SERVER_AUTH, CLIENT: ExtendedKeyUsageOID.CLIENT_AUTH}


@dataclass(frozen=True, slots=True)
class Pair:
    """The PEM files of a certificate and its private key."""

    certificate: Path
    key: Path


class Authority:
    """Signs certificates into a folder. Its own certificate is `ca.pem` there."""

    def __init__(self, folder: Path, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> None:
        self._folder = folder
        self._key = key
        self._certificate = certificate

    @classmethod
    def create(cls, folder: Path) -> Self:
        """A new authority; one that the folder holds already is replaced."""
        folder.mkdir(parents=True, exist_ok=True)
        key = ec.generate_private_key(ec.SECP256R1())
        name = _name("todo development authority")
        builder = _builder(name, name, key.public_key())
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        certificate = builder.sign(key, hashes.SHA256())
        authority = cls(folder, key, certificate)
        authority.path.write_bytes(certificate.public_bytes(Encoding.PEM))
        return authority

    @property
    def path(self) -> Path:
        """The PEM file of its certificate, by which others trust it."""
        return self._folder / "ca.pem"

    def issue(self, name: str, use: str, alternatives: Sequence[x509.GeneralName], valid: timedelta = _VALID) -> Pair:
        """Write `NAME.pem` and `NAME.key`, for `SERVER` or `CLIENT` use, with these alternative names.

        Each file is replaced in one step, the key first; only its owner may read a key.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        builder = _builder(_name(name), self._certificate.subject, key.public_key(), valid)
        builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        builder = builder.add_extension(x509.ExtendedKeyUsage([_USES[use]]), critical=False)
        certificate = builder.sign(self._key, hashes.SHA256())
        pair = Pair(self._folder / f"{name}.pem", self._folder / f"{name}.key")
        _replace(pair.key, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        _replace(pair.certificate, certificate.public_bytes(Encoding.PEM))
        return pair


def of_this_machine() -> list[x509.GeneralName]:
    """The names under which a server on this machine is reached from it."""
    return [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address(LOOPBACK))]


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, valid: timedelta = _VALID
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return x509.CertificateBuilder(issuer, subject, key, x509.random_serial_number(), now - _CLOCKS_APART, now + valid)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _replace(path: Path, content: bytes) -> None:
    new = path.with_name(f"{path.name}.new")
    new.touch(mode=0o600)
    new.write_bytes(content)
    new.replace(path)
