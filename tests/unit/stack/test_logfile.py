from pathlib import Path

from stack.logfile import LARGEST_BYTES, LogFile, last_words


def test_last_words_are_the_last_lines_without_the_frames_of_a_stack_trace() -> None:
    text = "up\nERROR no port\njava.net.BindException: in use\n\tat java.base/a\n\tat java.base/b\n\t... 7 more\n\n"
    assert last_words(text) == "    up\n    ERROR no port\n    java.net.BindException: in use"


def test_last_words_are_few() -> None:
    assert last_words("\n".join(str(number) for number in range(100))).split() == ["94", "95", "96", "97", "98", "99"]


def test_a_silent_process_is_said_to_be_silent() -> None:
    assert last_words("\n \n") == "    (it wrote nothing)"


def test_an_earlier_start_has_no_part_in_the_last_words_of_this_one(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "logs" / "kafka.log")
    for words in (b"first\n", b"second\n"):
        with log.open_for_start() as stream:
            stream.write(words)
    assert log.last_words() == "    second"
    assert log.path.read_bytes() == b"first\nsecond\n"


def test_a_large_log_is_put_aside_at_the_next_start(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "kafka.log")
    log.path.write_bytes(b"x" * (LARGEST_BYTES + 1))
    log.open_for_start().close()
    assert log.path.read_bytes() == b""
    assert (tmp_path / "kafka.log.1").stat().st_size == LARGEST_BYTES + 1


def test_a_log_that_was_never_written_has_no_last_words(tmp_path: Path) -> None:
    assert LogFile(tmp_path / "none.log").last_words() == "    (it wrote nothing)"
