"""Schema files that are none."""

import pytest

from schemas import avro
from schemas.errors import InvalidSchemaFile


@pytest.mark.parametrize(
    "text",
    ["", "{", "[1, 2]", '"string"', '{"type": "record"}', '{"type": "record", "name": "A", "fields": [{"name": "b"}]}',
     '{"type": "record", "name": "A", "fields": [{"name": "b", "type": "nothing"}]}'],
)  # fmt: skip
def test_what_is_no_record_schema_is_an_invalid_file(text: str) -> None:
    with pytest.raises(InvalidSchemaFile):
        avro.parse(text)


def test_every_field_of_the_event_is_documented() -> None:
    schema = avro.todo_created()
    assert schema["name"] == "todo.v1.TodoCreated"
    assert schema["doc"]
    assert all(field["doc"] for field in schema["fields"])
