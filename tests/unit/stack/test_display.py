import io

from rich.console import Console

from stack.display import ConsoleDisplay


def test_a_download_is_told_in_lines_where_there_is_no_terminal() -> None:
    output = io.StringIO()
    display = ConsoleDisplay(Console(file=output))
    with display.downloading("fetching kafka, 2 files", 20_000_000) as advance:
        advance(1_000_000)
        advance(9_000_000)
        advance(10_000_000)
    assert output.getvalue() == "fetching kafka, 2 files (20 MB)\n  10 of 20 MB\n  20 of 20 MB\n"


def test_lines_are_shown_as_they_are() -> None:
    output = io.StringIO()
    ConsoleDisplay(Console(file=output, width=20)).say("[kafka] at 127.0.0.1:9092 and far beyond the width")
    assert output.getvalue() == "[kafka] at 127.0.0.1:9092 and far beyond the width\n"
