from dataclasses import dataclass, field, replace
from uuid import UUID, uuid4

from tests.fault.torture import verdict
from tests.fault.torture.audit import DeadLetter, Row, Step
from tests.fault.torture.ledger import Ledger, Request
from tests.fault.torture.poison import Kind, Poison, digest
from tests.fault.torture.verdict import Stored, Verdict


@dataclass
class Case:
    """Two acknowledged todos, one that was not, one poisoned record; and the tables as they must be."""

    ledger: Ledger = field(default_factory=Ledger)
    rows: list[Row] = field(default_factory=list)
    dead_letters: list[DeadLetter] = field(default_factory=list)
    steps: list[Step] = field(default_factory=lambda: [Step(0, 0, 2, 1.0), Step(1, 0, 1, 1.0), Step(0, 2, 3, 2.0)])
    poison: list[Poison] = field(default_factory=list)

    def __post_init__(self) -> None:
        for name in ("a", "b"):
            request, todo_id = Request(name, f"todo {name}", "2 l"), uuid4()
            self.ledger.asks(request)
            self.ledger.answered(request, todo_id)
            self.rows.append(Row(str(todo_id), request.title, request.description))
        self.ledger.asks(Request("c", "todo c", ""))
        self.poison.append(Poison("p", Kind.MAGIC, b"key", digest(b"\x01"), is_delivered=True))
        self.dead_letters.append(DeadLetter(0, 2, "decode", b"key", digest(b"\x01"), "p"))

    def judged(self) -> Verdict:
        return verdict.judge(self.ledger, self.poison, Stored(self.rows, self.dead_letters, self.steps))


def test_nothing_is_wrong_when_every_acknowledged_todo_is_one_row() -> None:
    judged = Case().judged()
    assert judged.faults == {}
    assert judged.poison_found == 1


def test_a_todo_without_an_answer_may_be_a_row() -> None:
    case = Case()
    case.rows.append(Row(str(uuid4()), "todo c", ""))
    assert case.judged().faults == {}


def test_an_acknowledged_todo_that_is_no_row_is_lost() -> None:
    case = Case()
    gone = case.rows.pop()
    assert case.judged().faults == {"lost": [gone.id]}


def test_a_request_that_made_two_rows_is_doubled() -> None:
    case = Case()
    case.rows.append(replace(case.rows[0], id=str(uuid4())))
    assert case.judged().doubled == ["a"]


def test_an_id_that_is_stored_twice_is_doubled() -> None:
    case = Case()
    case.rows.append(case.rows[0])
    assert case.rows[0].id in case.judged().doubled


def test_a_request_that_was_answered_with_two_ids_is_doubled() -> None:
    case = Case()
    case.ledger.answered(case.ledger.requests["a"], UUID(int=1))
    assert case.judged().doubled == ["a"]


def test_a_row_with_another_text_than_was_asked_for_is_altered() -> None:
    case = Case()
    case.rows[0] = replace(case.rows[0], description="3 l")
    assert case.judged().faults == {"altered": [case.rows[0].id]}


def test_a_row_that_nobody_asked_for_is_altered() -> None:
    case = Case()
    case.rows.append(Row("stranger", "poison", ""))
    assert case.judged().faults == {"altered": ["stranger"]}


def test_a_dead_letter_of_a_good_record_is_wrong() -> None:
    case = Case()
    case.dead_letters.append(DeadLetter(4, 2, "decode", b"", "", ""))
    assert case.judged().faults == {"wrongly dead-lettered": ["4/2"]}


def test_poison_without_a_dead_letter_is_missing_if_the_brokers_took_it() -> None:
    case = Case()
    case.dead_letters.clear()
    assert case.judged().faults == {"poison missing": ["p (magic byte 1)"]}
    case.poison[0].is_delivered = False
    assert case.judged().faults == {}


def test_poison_with_two_dead_letters_is_doubled() -> None:
    case = Case()
    case.dead_letters.append(replace(case.dead_letters[0], offset=5))
    assert case.judged().faults == {"doubled": ["p"]}


def test_a_dead_letter_that_does_not_hold_the_record_is_altered() -> None:
    case = Case()
    case.dead_letters[0] = replace(case.dead_letters[0], value_digest=digest(b""))
    assert case.judged().faults == {"poison altered": ["p (magic byte 1)"]}


def test_a_position_that_is_moved_back_is_seen() -> None:
    case = Case()
    case.steps.append(Step(0, 3, 2, 3.0))
    assert case.judged().faults == {"stepped back": ["partition 0: 3 to 2, after 3"]}


def test_a_position_that_leaves_records_out_is_seen() -> None:
    case = Case()
    case.steps.append(Step(0, 4, 6, 3.0))
    assert case.judged().faults == {"stepped back": ["partition 0: 4 to 6, after 3"]}


def test_a_partition_that_is_not_stored_to_its_end_is_named() -> None:
    assert verdict.not_stored({0: 5, 1: 2}, {0: 5, 1: 3, 2: 0, 3: 1}) == [
        "partition 1: stored up to 2 of 3",
        "partition 3: stored up to 0 of 1",
    ]
