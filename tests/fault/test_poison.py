from collections.abc import Callable
from uuid import UUID, uuid4

import pytest

from schemas.errors import UndecodableEvent
from tests.fakes.events import SCHEMA_ID, FakeRegistry
from tests.fault.torture import chance
from tests.fault.torture.poison import LARGEST_BYTES, STAGES, Kind, PoisonWriter


@pytest.fixture
def written() -> Callable[[Kind, UUID], bytes | None]:
    return PoisonWriter(SCHEMA_ID, chance.from_seed(1, "poison")).value


@pytest.mark.parametrize("kind", [kind for kind in Kind if STAGES[kind] == "decode"])
def test_what_must_not_decode_does_not(kind: Kind, written: Callable[[Kind, UUID], bytes | None]) -> None:
    with pytest.raises(UndecodableEvent):
        FakeRegistry().decoder().decode(written(kind, uuid4()))


@pytest.mark.parametrize("kind", [kind for kind in Kind if STAGES[kind] != "decode"])
def test_what_the_table_must_refuse_decodes(kind: Kind, written: Callable[[Kind, UUID], bytes | None]) -> None:
    todo_id = uuid4()
    assert FakeRegistry().decoder().decode(written(kind, todo_id)).id == todo_id


def test_the_largest_poison_is_a_megabyte_and_still_fits_into_the_topic(
    written: Callable[[Kind, UUID], bytes | None],
) -> None:
    junk = written(Kind.JUNK, uuid4()) or b""
    assert 1_000_000 <= len(junk) < LARGEST_BYTES
