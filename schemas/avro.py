"""The Avro schema that this release writes and reads."""

import json
from functools import cache
from importlib.resources import files
from typing import Any, TypeAlias, cast

import fastavro
from fastavro.schema import SchemaParseException, UnknownType

from schemas.errors import InvalidSchemaFile

ParsedSchema: TypeAlias = dict[str, Any]


def parse(text: str) -> ParsedSchema:
    """The schema in a form that fastavro needs not parse again.

    Raises:
        InvalidSchemaFile: the text is not JSON, or not the Avro schema of a record.
    """
    try:
        schema = json.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidSchemaFile(f"not JSON: {error}") from error
    if not isinstance(schema, dict) or schema.get("type") != "record":
        raise InvalidSchemaFile("not the Avro schema of a record")
    try:
        return cast("ParsedSchema", fastavro.parse_schema(schema))
    except (SchemaParseException, UnknownType, TypeError, ValueError, KeyError) as error:
        raise InvalidSchemaFile(f"not an Avro schema: {error}") from error


@cache
def todo_created_text() -> str:
    """The text of `todo_created.avsc`, as it is registered."""
    return files("schemas").joinpath("todo_created.avsc").read_text(encoding="utf-8")


@cache
def todo_created() -> ParsedSchema:
    """`todo_created.avsc`, parsed once a process."""
    return parse(todo_created_text())
