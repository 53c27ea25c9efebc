"""The schema registry, spoken to in the API that Confluent's, Apicurio's and Karapace's have in common."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType
from typing import Self
from urllib.parse import urlsplit, urlunsplit

import httpx2
from confluent_kafka.schema_registry import Schema, SchemaRegistryClient
from confluent_kafka.schema_registry.error import SchemaRegistryError

from schemas import avro
from schemas.errors import (
    IncompatibleSchema,
    InvalidSchemaFile,
    RegistryRefused,
    RegistryUnavailable,
    SchemaNotRegistered,
    UnknownSchemaId,
)

_MENDED_BY_WAITING = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})


@dataclass(frozen=True, slots=True)
class RegisteredSchema:
    """One version of a subject, as the registry knows it."""

    subject: str
    id: int
    version: int


class SchemaRegistry:
    """A registry at an address, and connections to it until `close`.

    `options` are the client's, by Confluent's names: `basic.auth.user.info`, `ssl.ca.location`,
    `ssl.certificate.location`, `ssl.key.location`.

    Every method blocks, for at most `timeout_seconds` a try. Beside what a method names, each raises
    RegistryUnavailable when no registry answers (an outage, a proxy's page, too many requests), and RegistryRefused for
    an answer that no retry changes, such as wrong credentials.
    """

    def __init__(
        self,
        url: str,
        options: Mapping[str, str] = MappingProxyType({}),
        *,
        timeout_seconds: float = 5.0,
        max_retries: int = 1,
    ) -> None:
        self.url = _without_password(url)
        limits = {"timeout": timeout_seconds, "max.retries": max_retries}
        self._client = SchemaRegistryClient({"url": url, **limits, **options})

    def schema_by_id(self, schema_id: int) -> avro.ParsedSchema:
        """The schema with that id.

        Raises:
            UnknownSchemaId: the registry has none, or one that is not an Avro record.
        """
        with self._asked(missing=UnknownSchemaId(f"the registry knows no schema with id {schema_id}")):
            schema = self._client.get_schema(schema_id)
        try:
            return avro.parse(schema.schema_str or "")
        except InvalidSchemaFile as error:
            raise UnknownSchemaId(f"schema {schema_id} is not an Avro record: {error}") from error

    def lookup(self, subject: str, schema_text: str) -> RegisteredSchema:
        """The version of the subject that equals the schema, however it is written.

        Raises:
            SchemaNotRegistered: there is none.
        """
        missing = SchemaNotRegistered(f"subject {subject} does not hold this schema in the registry at {self.url}")
        with self._asked(missing=missing):
            found = self._client.lookup_schema(subject, Schema(schema_text, "AVRO"), normalize_schemas=True)
        return RegisteredSchema(subject, int(found.schema_id or 0), int(found.version or 0))

    def versions(self, subject: str) -> list[int]:
        """The numbers of the subject's versions, empty when there is no such subject."""
        try:
            with self._asked(missing=SchemaNotRegistered(subject)):
                return list(self._client.get_versions(subject))
        except SchemaNotRegistered:
            return []

    def is_compatible(self, subject: str, schema_text: str, version: int) -> bool:
        """Whether the schema can live beside that version, under the subject's compatibility level."""
        with self._asked(missing=SchemaNotRegistered(f"subject {subject} has no version {version}")):
            return bool(self._client.test_compatibility(subject, Schema(schema_text, "AVRO"), version))

    def set_compatibility(self, subject: str, level: str) -> None:
        """Set the subject's compatibility level; the subject need not exist yet."""
        with self._asked(missing=SchemaNotRegistered(subject)):
            self._client.set_compatibility(subject, level)

    def register(self, subject: str, schema_text: str) -> RegisteredSchema:
        """Add the schema as the subject's newest version, or find the version that it is already.

        Raises:
            IncompatibleSchema: the subject's compatibility level forbids it.
        """
        with self._asked(missing=SchemaNotRegistered(subject)):
            self._client.register_schema(subject, Schema(schema_text, "AVRO"), normalize_schemas=True)
        return self.lookup(subject, schema_text)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _asked(self, *, missing: Exception) -> Iterator[None]:
        """Turn the client's errors into ours; `missing` stands for the registry's own 'not found'."""
        try:
            yield
        except SchemaRegistryError as error:
            status = error.http_status_code
            if status == HTTPStatus.NOT_FOUND and error.error_code != -1:
                raise missing from error
            if status == HTTPStatus.CONFLICT:
                raise IncompatibleSchema(str(error.error_message)) from error
            if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _MENDED_BY_WAITING or error.error_code == -1:
                raise RegistryUnavailable(f"the registry at {self.url} answers with HTTP status {status}") from error
            raise RegistryRefused(
                f"the registry at {self.url} refuses: HTTP {status}, {error.error_message}"
            ) from error
        except httpx2.HTTPError as error:
            raise RegistryUnavailable(f"the registry at {self.url} does not answer: {error}") from error
        except ValueError as error:  # a success whose body is not JSON: a proxy's page
            raise RegistryUnavailable(f"{self.url} does not answer as a schema registry") from error


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
