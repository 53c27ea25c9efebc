"""Poison of every kind in one topic between good records."""

import io
import struct
from uuid import uuid4

from fastavro import schemaless_writer

from schemas import avro
from tests.fakes.events import an_event
from tests.integration.ingestor.house import House, until

LAST_MICROSECOND = 2**63 - 1  # in the year 294247


def body_with(house: House, **fields: object) -> bytes:
    """A value whose Avro body holds what no encoder of ours would write."""
    out = io.BytesIO(struct.pack(">bI", 0, house.schema_id))
    out.seek(0, io.SEEK_END)
    record = {"id": str(uuid4()), "title": "t", "description": "", "owner": "", "create_time": 0}
    plain = {**avro.todo_created(), "fields": [_without_logical_type(f) for f in avro.todo_created()["fields"]]}
    schemaless_writer(out, plain, {**record, **fields})
    return out.getvalue()


def _without_logical_type(field: dict[str, object]) -> dict[str, object]:
    kind = field["type"]
    return {**field, "type": kind["type"] if isinstance(kind, dict) else kind}


def poison(house: House) -> dict[str, bytes | None]:
    """What goes wrong, by the name of the condition that its dead letter must have."""
    good = house.encoded(an_event("SECRET"))
    return {
        "tombstone": None,
        "empty value": b"",
        "magic byte 1": b"\x01" + good[1:],
        "unknown schema id": good[:1] + struct.pack(">I", 999_999) + good[5:],
        "truncated body": good[:-3],
        "trailing bytes": good + b"SECRET",
        "NUL in text": house.encoded(an_event("SECRET\0")),
        "title too long": house.encoded(an_event("SECRET" * 40)),
        "description too long": house.encoded(an_event("t", description="SECRET" * 700)),
        "empty title": house.encoded(an_event("")),
        "no UUID": body_with(house, id="SECRET"),
        "time past what a timestamp holds": body_with(house, create_time=LAST_MICROSECOND),
        "junk of 900 KB": b"\xa5SECRET" * 128_000,
        "framed junk": b"\0" + struct.pack(">I", house.schema_id) + b"\xff" * 1000,
    }


CONDITIONS = {
    "NotConfluentFraming": 4,
    "UnknownSchemaId": 1,
    "BodyDoesNotFit": 5,
    "NulInText": 1,
    "StringDataRightTruncation": 2,
    "CheckViolation": 1,
}


def test_every_good_record_becomes_a_row_and_every_bad_one_exactly_one_dead_letter(house: House) -> None:
    kinds = poison(house)
    good = [an_event(f"good {number}") for number in range(20 * len(kinds))]
    for position, value in enumerate(kinds.values()):
        house.produce(good[20 * position : 20 * (position + 1)])
        house.produce_raw(value, {"odd": b"\xff\xfe", "ce_type": b"todo.v1.TodoCreated"})
    with house.ingestor() as ingestor:
        house.until_stored(len(good) + len(kinds))
    assert house.ids() == {event.id for event in good}
    assert dict(house.query("SELECT error_class, count(*)::int FROM dead_letter GROUP BY 1")) == CONDITIONS
    kept = [None if row[0] is None else bytes(row[0]) for row in house.query("SELECT value FROM dead_letter")]
    assert sorted(kept, key=str) == sorted(kinds.values(), key=str)
    assert house.query("SELECT DISTINCT key, headers, times_seen FROM dead_letter")[0][1:] == (
        [["odd", "//4="], ["ce_type", "dG9kby52MS5Ub2RvQ3JlYXRlZA=="]],
        1,
    )
    assert house.query("SELECT count(*)::int FROM dead_letter WHERE message LIKE '%SECRET%'") == [(0,)]
    assert "SECRET" not in ingestor.text


def test_payloads_are_shown_only_when_a_setting_asks_for_them(house: House) -> None:
    with house.ingestor(INGESTOR_LOG_PAYLOADS="1") as ingestor:
        house.produce_raw(b"\x01SECRET")
        assert "SECRET" in ingestor.logged("payload")["value"]


def test_another_payload_under_an_id_is_counted_and_kept_and_the_first_one_stays(house: House) -> None:
    first = an_event("first")
    with house.ingestor() as ingestor:
        house.produce([first])
        house.until_stored(1)
        house.produce([an_event("second", todo_id=first.id)])
        house.until_stored(2)
        assert (
            ingestor.logged("payload differs: the first todo stays, the other is kept as a dead letter")["records"] == 1
        )
    assert house.query("SELECT title FROM todo") == [("first",)]
    assert house.query("SELECT stage, error_class, message FROM dead_letter") == [
        ("identity", "PayloadDiffers", "payload differs from the stored todo's in: title")
    ]


def test_what_looks_like_a_bad_deploy_stops_the_process_before_it_writes_and_a_setting_overrides(house: House) -> None:
    house.produce(an_event() for _ in range(100))
    for _ in range(150):
        house.producer.produce("todo-create", value=b"\x01")
    house.producer.flush()
    with house.ingestor() as ingestor:
        assert ingestor.exit_code() == 1
        assert "this looks like a bad deploy" in ingestor.logged("stopped")["reason"]
    assert (house.count(), house.count("dead_letter"), house.stored_records()) == (0, 0, 0)
    with house.ingestor(INGESTOR_BAD_SHARE_LIMIT="1"):
        house.until_stored(250)
    assert (house.count(), house.count("dead_letter")) == (100, 150)


def test_an_error_of_no_known_kind_stops_the_process_and_loses_nothing(house: House) -> None:
    house.execute("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'SECRET'; END $$")
    house.execute("CREATE TRIGGER refuse BEFORE INSERT ON todo EXECUTE FUNCTION refuse()")
    with house.ingestor() as ingestor:
        house.produce([an_event()])
        assert ingestor.exit_code() == 1
        said = ingestor.logged("stopped by an error of no known kind")
        assert said["kind"] == "RaiseException"
    assert "SECRET" not in ingestor.text
    house.execute("DROP TRIGGER refuse ON todo")
    with house.ingestor():
        until(lambda: house.count() == 1, "the row")
    assert house.count("dead_letter") == 0
