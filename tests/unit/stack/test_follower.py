from pathlib import Path

from stack.follower import Follower


def append(file: Path, text: str) -> None:
    with file.open("a", encoding="utf-8") as stream:
        stream.write(text)


def test_only_lines_from_now_on_are_read(tmp_path: Path) -> None:
    log = tmp_path / "gateway.log"
    append(log, "before\n")
    follower = Follower({"gateway": log})
    append(log, "one\ntwo\n")
    assert list(follower.new_lines()) == [("gateway", "one"), ("gateway", "two")]
    assert list(follower.new_lines()) == []


def test_half_a_line_waits_for_its_end(tmp_path: Path) -> None:
    log = tmp_path / "gateway.log"
    follower = Follower({"gateway": log})
    append(log, "half")
    assert list(follower.new_lines()) == []
    append(log, " and half\n")
    assert list(follower.new_lines()) == [("gateway", "half and half")]


def test_a_file_that_is_not_there_yet_is_read_when_it_is(tmp_path: Path) -> None:
    log = tmp_path / "late.log"
    follower = Follower({"late": log})
    assert list(follower.new_lines()) == []
    append(log, "here\n")
    assert list(follower.new_lines()) == [("late", "here")]


def test_a_file_that_was_put_aside_is_followed_from_its_new_beginning(tmp_path: Path) -> None:
    log = tmp_path / "gateway.log"
    append(log, "a long line of before\n")
    follower = Follower({"gateway": log})
    log.replace(tmp_path / "gateway.log.1")
    append(log, "new\n")
    assert list(follower.new_lines()) == [("gateway", "new")]
