"""Doing several things at once, of which each can fail."""

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait


def together(actions: Sequence[Callable[[], None]], on_error: Callable[[], None]) -> None:
    """Run the actions side by side and wait for all of them.

    At the first error, or at Ctrl-C, call `on_error`, which must make the other actions end, wait for that, and raise.
    """
    if not actions:
        return
    pool = ThreadPoolExecutor(len(actions), thread_name_prefix="together")
    try:
        done, _ = wait([pool.submit(action) for action in actions], return_when=FIRST_EXCEPTION)
        for future in done:
            future.result()
    except BaseException:
        on_error()
        raise
    finally:
        pool.shutdown()
