"""Randomness that a seed repeats."""

import random


def from_seed(seed: int, purpose: str) -> random.Random:
    """A generator of its own for each purpose, so that one part's draws do not shift another's."""
    return random.Random(f"{seed}/{purpose}")  # noqa: S311 no secret: it must be repeatable
