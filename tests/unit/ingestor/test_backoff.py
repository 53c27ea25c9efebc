"""How long the ingestor waits before it tries again."""

from ingestor.backoff import Backoff


def test_delays_double_up_to_their_limit_and_begin_anew_after_a_success() -> None:
    backoff = Backoff(0.25, 3.0, chance=lambda: 1.0)
    assert [backoff.next_delay_seconds() for _ in range(6)] == [0.25, 0.5, 1.0, 2.0, 3.0, 3.0]
    backoff.reset()
    assert backoff.next_delay_seconds() == 0.25


def test_chance_takes_at_most_half_of_a_delay() -> None:
    assert Backoff(1.0, 3.0, chance=lambda: 0.0).next_delay_seconds() == 0.5
    assert all(0.5 <= Backoff(1.0, 3.0).next_delay_seconds() <= 1.0 for _ in range(100))
