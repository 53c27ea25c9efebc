"""A clock that goes when it is told to."""


class FakeClock:
    """Seconds since it was made. Call it to read it."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds
