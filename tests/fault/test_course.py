from tests.fault.torture.audit import Step
from tests.fault.torture.course import course


def test_what_happened_is_counted_by_the_second() -> None:
    steps = [Step(0, 0, 2, 101.2), Step(1, 0, 3, 101.9), Step(0, 2, 4, 103.0)]
    made = course(100.0, 103.5, [100.1, 100.9, 103.4], steps, [])
    assert made.acknowledged == [2, 0, 0, 1]
    assert made.stored == [0, 5, 0, 2]


def test_the_lag_is_what_the_log_has_and_the_table_has_not() -> None:
    made = course(100.0, 103.5, [], [Step(0, 0, 4, 101.2), Step(0, 4, 9, 103.1)], [(100.5, 3), (101.5, 7), (103.2, 9)])
    assert made.lag == [3, 3, 3, 0]


def test_a_second_in_which_no_broker_could_tell_keeps_the_last_end() -> None:
    assert course(100.0, 102.5, [], [], [(100.5, 3)]).lag == [3, 3, 3]
