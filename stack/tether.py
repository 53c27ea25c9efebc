"""Replaces itself by a command that dies with its parent: `python -I tether.py <parent pid> <uid> <gid> <command> ...`.

Runs as a program of its own, with nothing but the standard library: the kernel forgets the wish to die with the parent
when a process changes its user, so it has to be expressed after that and before exec. A uid of -1 keeps the user.
"""

import contextlib
import ctypes
import os
import signal
import struct
import sys

PR_SET_PDEATHSIG = 1
PR_SET_KEEPCAPS = 8
PR_SET_SECUREBITS = 28
SECBIT_NO_SETUID_FIXUP = 1 << 2
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
LINUX_CAPABILITY_VERSION_3 = 0x20080522
CAP_DAC_OVERRIDE = 1


def main(arguments: list[str]) -> None:
    """Become the command. Ends with status 127 when it cannot be started."""
    parent, uid, gid = (int(argument) for argument in arguments[:3])
    command = arguments[3:]
    libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
    if uid >= 0:
        _become(uid, gid, libc)
    if libc is not None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # it died before the line above
            os._exit(1)
    try:
        os.execv(command[0], command)  # noqa: S606 the command is ours
    except OSError as error:
        sys.stderr.write(f"{command[0]} cannot be started: {error.strerror}\n")
        os._exit(127)


def _become(uid: int, gid: int, libc: ctypes.CDLL | None) -> None:
    """Change the user, keeping only the right to enter folders that belong to root.

    The checkout may lie below /root. Where that right cannot be kept, the program runs without it.
    """
    os.setgroups([])
    os.setgid(gid)
    if libc is not None:
        # Without the second one, access(2), which PostgreSQL asks, knows of no rights but those of the new user.
        libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)
        libc.prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0)
    os.setuid(uid)
    if libc is not None:
        bit = 1 << CAP_DAC_OVERRIDE
        header = struct.pack("Ii", LINUX_CAPABILITY_VERSION_3, 0)
        with contextlib.suppress(AttributeError):  # a C library without capset
            libc.capset(header, struct.pack("6I", bit, bit, bit, 0, 0, 0))
            libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0)


if __name__ == "__main__":
    main(sys.argv[1:])
