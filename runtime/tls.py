"""A gRPC server's certificate, read again when its files change. Imports grpc: not for processes without a server."""

import os
import ssl
from dataclasses import dataclass
from pathlib import Path

import grpc
import structlog
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

_log = structlog.get_logger(__name__)


class UnusableCertificate(Exception):
    """The files hold no certificate, no key, or a key of another certificate. Never says what a file holds."""


@dataclass(frozen=True, slots=True)
class CertificateFiles:
    """Where a server's certificate chain and private key are, and the authorities of its clients if it asks for one."""

    chain: Path
    key: Path
    client_authorities: Path | None = None


class ServerCertificate:
    """What the files hold, and what they hold after they were replaced.

    Files that do not fit together, as between two renames, leave the old certificate in place.

    Raises:
        UnusableCertificate: the files cannot be used to begin with.
    """

    def __init__(self, files: CertificateFiles) -> None:
        self._files = files
        self._seen = self._state()
        self._configuration = self._read()

    def credentials(self) -> grpc.ServerCredentials:
        """For `add_secure_port`. Connections that stand keep the certificate they were made with."""
        return grpc.dynamic_ssl_server_credentials(
            self._configuration, self._current, self._files.client_authorities is not None
        )

    def _current(self) -> grpc.ServerCertificateConfiguration:
        """Called at each handshake, on a thread of grpc's."""
        try:
            state = self._state()
            if state != self._seen:
                self._configuration, self._seen = self._read(), state
                _log.info("certificate read again", file=str(self._files.chain))
        except UnusableCertificate as error:
            _log.warning("the old certificate stays", reason=str(error))
        return self._configuration

    def _state(self) -> list[tuple[int, int, int]]:
        return [(seen.st_mtime_ns, seen.st_size, seen.st_ino) for seen in map(_stat, self._paths())]

    def _paths(self) -> list[Path]:
        return [path for path in (self._files.chain, self._files.key, self._files.client_authorities) if path]

    def _read(self) -> grpc.ServerCertificateConfiguration:
        contents = [_contents(path) for path in self._paths()]
        _require_pair(self._files, contents[0], contents[1])
        authorities = contents[2] if self._files.client_authorities else None
        if authorities is not None:
            _require_authorities(self._files, authorities)
        return grpc.ssl_server_certificate_configuration([(contents[1], contents[0])], authorities)


def _require_pair(files: CertificateFiles, chain: bytes, key: bytes) -> None:
    try:
        certificate = x509.load_pem_x509_certificates(chain)[0]
        private = load_pem_private_key(key, password=None)
    except (ValueError, TypeError) as error:
        raise UnusableCertificate(f"{files.chain} and {files.key} are not a certificate and its key, in PEM") from error
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if certificate.public_key().public_bytes(*form) != private.public_key().public_bytes(*form):
        raise UnusableCertificate(f"{files.key} is not the key of the certificate in {files.chain}")


def _require_authorities(files: CertificateFiles, authorities: bytes) -> None:
    try:
        ssl.create_default_context(cadata=authorities.decode("ascii"))
    except (ssl.SSLError, ValueError) as error:
        raise UnusableCertificate(f"{files.client_authorities} holds no certificates, in PEM") from error


def _stat(path: Path) -> os.stat_result:
    try:
        return path.stat()
    except OSError as error:
        raise UnusableCertificate(f"{path} cannot be read: {error.strerror}") from error


def _contents(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnusableCertificate(f"{path} cannot be read: {error.strerror}") from error
