"""As whom PostgreSQL runs: it refuses root, whatever the reason for being root is."""

import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from stack.errors import PostgresUnusable

TETHER: Final = Path(__file__).with_name("tether.py")
SAME_USER: Final = -1
PROBE_TIMEOUT_SECONDS: Final = 20


@dataclass(frozen=True)
class Identity:
    """A way to start a program.

    Attributes:
        prefix: a command that starts the program in a user namespace; empty for none.
        uid, gid: the user and group to change to; -1 for none.
    """

    prefix: tuple[str, ...] = ()
    uid: int = SAME_USER
    gid: int = SAME_USER

    def command(self, arguments: Sequence[str], parent_pid: int) -> list[str]:
        """The command that runs `arguments` under this identity, in a process that dies with its parent."""
        tether = (sys.executable, "-I", str(TETHER), str(parent_pid), str(self.uid), str(self.gid))
        return [*self.prefix, *tether, *arguments]

    def give(self, folder: Path) -> None:
        """Make the folder belong to the user that the program runs as."""
        if self.uid != SAME_USER:
            os.chown(folder, self.uid, self.gid)


OWN: Final = Identity()


def namespaced() -> Identity:
    """An unprivileged user in a user namespace; outside of it the files belong to who started it."""
    user = _unprivileged_user()
    unshare = shutil.which("unshare") or "unshare"
    return Identity(prefix=(unshare, "--user", f"--map-user={user.pw_uid}", f"--map-group={user.pw_gid}"))


def unprivileged() -> Identity:
    """An unprivileged user of this machine, which only root can become."""
    user = _unprivileged_user()
    return Identity(uid=user.pw_uid, gid=user.pw_gid)


def for_postgres(program: Path) -> Identity:
    """The first way in which this process can run a PostgreSQL program: found by trying.

    Raises:
        PostgresUnusable: this process is root, and neither way of being somebody else works here.
    """
    if os.geteuid() != 0:
        return OWN
    for candidate in (namespaced(), unprivileged()):
        if _runs(candidate, program):
            return candidate
    raise PostgresUnusable(
        "PostgreSQL does not run as root, and here root can become nobody else (no user namespaces, no setuid); "
        "run this as an ordinary user, or set DATABASE_URL to a server of yours"
    )


def _runs(identity: Identity, program: Path) -> bool:
    # Any program answers --version to root, so the probe is one that refuses root first.
    command = identity.command([str(program), "--pgdata=/nonexistent", "--show"], os.getpid())
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PROBE_TIMEOUT_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _unprivileged_user() -> pwd.struct_passwd:
    """`nobody`, or any user but root: PostgreSQL asks for the name of the user that it runs as."""
    users = sorted(pwd.getpwall(), key=lambda user: user.pw_name != "nobody")
    for user in users:
        if user.pw_uid != 0:
            return user
    raise PostgresUnusable("PostgreSQL does not run as root, and this system knows no other user; add one (useradd)")
