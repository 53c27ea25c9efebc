"""`python -m stack`."""

import sys

from stack.commands import execute

if __name__ == "__main__":
    sys.exit(execute())
