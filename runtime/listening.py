"""The settings of a gRPC server's door: where it listens, with which certificate, and to whom."""

import ipaddress
from enum import StrEnum
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings

from runtime import settings


class Auth(StrEnum):
    """How a caller is known: not at all, by a client certificate, or by a signed token (RFC 7519)."""

    NONE = "none"
    MTLS = "mtls"
    JWT = "jwt"


class Reflection(StrEnum):
    """Who may ask what the server speaks. `AUTO` is `ON` for a server that only its own machine reaches."""

    AUTO = "auto"
    ON = "on"
    OFF = "off"


class ListeningSettings(BaseSettings):
    """Inherit from it and set `env_prefix` and `port`; messages name the variables with that prefix."""

    host: str = Field("127.0.0.1", description="Address to listen on; beyond loopback with TLS, or told by INSECURE.")
    insecure: bool = Field(
        False, description="Allow plaintext beyond loopback: anyone on the network can read and call."
    )
    tls_cert: Path | None = Field(None, description="PEM file of the server's certificate chain; turns TLS on.")
    tls_key: Path | None = Field(None, description="PEM file of its private key. Both are read again when they change.")
    tls_client_ca: Path | None = Field(
        None, description="PEM file of authorities; then a client without a certificate of one of them is refused."
    )
    auth: Auth = Field(Auth.NONE, description="How callers are known: none, mtls (client certificate), jwt (token).")
    jwt_keys: str = Field("", description="The issuer's JWKS: a path, or an https:// address (http:// on loopback).")
    jwt_audience: str = Field("", description="What the claim `aud` must hold.")
    jwt_issuer: str = Field("", description="What the claim `iss` must be.")
    jwt_algorithms: str = Field(
        "RS256,ES256,EdDSA",
        pattern=r"^(RS|ES|PS)(256|384|512)(,.*)?$|^EdDSA(,.*)?$",
        description="Signatures that are accepted, with commas; asymmetric ones only.",
    )
    reflection: Reflection = Field(Reflection.AUTO, description="auto (on when only loopback is served), on, off.")
    health_port: int | None = Field(
        None,
        ge=0,
        le=65535,
        description="A second port, in plaintext, for health checks alone: for probes without TLS.",
    )

    @property
    def serves_loopback_only(self) -> bool:
        """Whether nobody but this machine can reach the server."""
        return _is_loopback(self.host)

    @property
    def reflects(self) -> bool:
        """Whether the server tells what it speaks."""
        return self.reflection is Reflection.ON or (self.reflection is Reflection.AUTO and self.serves_loopback_only)

    @property
    def algorithms(self) -> list[str]:
        """Signatures that are accepted."""
        return [name.strip() for name in self.jwt_algorithms.split(",")]

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        if (self.tls_cert is None) != (self.tls_key is None):
            raise ValueError(f"{self._name('tls_cert')} and {self._name('tls_key')} go together")
        if self.tls_client_ca and not self.tls_cert:
            raise ValueError(f"{self._name('tls_client_ca')} needs {self._name('tls_cert')}")
        if self.auth is Auth.MTLS and not self.tls_client_ca:
            raise ValueError(f"{self._name('auth')}=mtls needs {self._name('tls_client_ca')}")
        if self.auth is Auth.JWT:
            for field in ("jwt_keys", "jwt_audience", "jwt_issuer"):
                if not getattr(self, field):
                    raise ValueError(f"{self._name('auth')}=jwt needs {self._name(field)}")
            if self.jwt_keys.startswith("http://") and not _is_loopback(urlsplit(self.jwt_keys).hostname or ""):
                raise ValueError(f"{self._name('jwt_keys')}: beyond loopback it must begin with https://")
            if bad := [name for name in self.algorithms if not name.startswith(("RS", "ES", "PS", "EdDSA"))]:
                raise ValueError(f"{self._name('jwt_algorithms')}: {bad[0]} is not an asymmetric signature")
        if not (self.serves_loopback_only or self.tls_cert or self.insecure):
            raise ValueError(f"{self._name('host')} is not loopback; without TLS that needs {self._name('insecure')}=1")
        return self

    def _name(self, field: str) -> str:
        return settings.variable(type(self), field)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
