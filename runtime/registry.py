"""Where the schema registry is and how it is asked: the settings `SCHEMA_REGISTRY_*`, the same for every service."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings


class RegistrySettings(BaseSettings):
    """Inherit from it; the names are those of Confluent's clients."""

    schema_registry_url: str = Field(
        "http://127.0.0.1:8081",
        validation_alias="SCHEMA_REGISTRY_URL",
        pattern="^https?://",
        description="Address of the schema registry.",
    )
    schema_registry_user_info: SecretStr | None = Field(
        None,
        validation_alias="SCHEMA_REGISTRY_BASIC_AUTH_USER_INFO",
        description="user:password for the registry.",
    )
    schema_registry_ca: Path | None = Field(
        None,
        validation_alias="SCHEMA_REGISTRY_SSL_CA_LOCATION",
        description="PEM file of the authorities that the registry's certificate may be of.",
    )
    schema_registry_certificate: Path | None = Field(
        None,
        validation_alias="SCHEMA_REGISTRY_SSL_CERTIFICATE_LOCATION",
        description="PEM file of the certificate that the registry is shown.",
    )
    schema_registry_key: Path | None = Field(
        None, validation_alias="SCHEMA_REGISTRY_SSL_KEY_LOCATION", description="PEM file of its private key."
    )

    @property
    def registry_options(self) -> dict[str, str]:
        """What `schemas.registry.SchemaRegistry` takes beside the address."""
        user_info = self.schema_registry_user_info
        options = {
            "basic.auth.user.info": user_info.get_secret_value() if user_info else None,
            "ssl.ca.location": self.schema_registry_ca,
            "ssl.certificate.location": self.schema_registry_certificate,
            "ssl.key.location": self.schema_registry_key,
        }
        return {name: str(value) for name, value in options.items() if value is not None}
