import os
import pwd
import sys

import pytest

from stack import identity
from stack.errors import PostgresUnusable
from stack.identity import OWN, Identity

ROOT = pwd.struct_passwd(("root", "x", 0, 0, "", "/root", "/bin/sh"))
ADA = pwd.struct_passwd(("ada", "x", 1000, 1000, "", "/home/ada", "/bin/sh"))
NOBODY = pwd.struct_passwd(("nobody", "x", 65534, 65534, "", "/", "/bin/false"))


def test_a_program_is_started_through_the_tether_as_its_own_user() -> None:
    command = OWN.command(["/bin/true", "-v"], parent_pid=7)
    assert command == [sys.executable, "-I", str(identity.TETHER), "7", "-1", "-1", "/bin/true", "-v"]


def test_a_namespace_is_entered_before_the_tether_since_changing_users_unties_it() -> None:
    command = Identity(prefix=("unshare", "--user")).command(["/bin/true"], parent_pid=7)
    assert command[:3] == ["unshare", "--user", sys.executable]


def test_an_ordinary_user_runs_postgres_without_further_ado(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert identity.for_postgres(identity.TETHER) == OWN


@pytest.mark.parametrize("way", ["namespaced", "unprivileged"])
def test_root_takes_the_first_way_that_works(monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    wanted = getattr(identity, way)()
    monkeypatch.setattr(identity, "_runs", lambda candidate, _program: candidate == wanted)
    assert identity.for_postgres(identity.TETHER) == wanted


def test_root_that_can_be_nobody_else_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(identity, "_runs", lambda _candidate, _program: False)
    with pytest.raises(PostgresUnusable, match="run this as an ordinary user, or set DATABASE_URL"):
        identity.for_postgres(identity.TETHER)


def test_nobody_is_preferred_and_anybody_but_root_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pwd, "getpwall", lambda: [ROOT, ADA, NOBODY])
    assert identity.unprivileged() == Identity(uid=65534, gid=65534)
    monkeypatch.setattr(pwd, "getpwall", lambda: [ROOT, ADA])
    assert identity.unprivileged() == Identity(uid=1000, gid=1000)
    monkeypatch.setattr(pwd, "getpwall", lambda: [ROOT])
    with pytest.raises(PostgresUnusable, match="useradd"):
        identity.unprivileged()
