"""The run as one picture: throughput and lag over time, and every fault in a row for its part. Plain SVG."""

from collections.abc import Iterator, Sequence
from typing import Final
from xml.sax.saxutils import escape

from tests.fault.torture.outcome import Outcome
from tests.fault.torture.schedule import LANES, Kind

_WIDTH: Final = 1600
_LEFT: Final = 110
_RIGHT: Final = 20
_PANEL: Final = 150
_ROW: Final = 18
_GAP: Final = 34
_COLOURS: Final = {Kind.KILL: "#c0392b", Kind.PAUSE: "#2471a3", Kind.RESTART: "#7d6608"}
_ACKNOWLEDGED: Final = "#1e8449"
_STORED: Final = "#6c3483"
_INK: Final = "#333"
_TICK_SECONDS: Final = (5, 10, 30, 60, 120, 300, 600)
_MOST_TICKS: Final = 16


def svg(outcome: Outcome) -> str:
    """The picture as text."""
    return "\n".join(_Picture(outcome).elements())


class _Picture:
    def __init__(self, outcome: Outcome) -> None:
        self._outcome = outcome
        self._seconds = max(1, len(outcome.course.lag))
        self._parts = [part for lane in LANES for part in lane.parts]
        self._rows_top = 60 + 2 * (_PANEL + _GAP)
        self._bottom = self._rows_top + _ROW * len(self._parts)

    def elements(self) -> Iterator[str]:
        height = self._bottom + 40
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" '
            'font-family="sans-serif" font-size="12">'
        )
        yield f'<rect width="{_WIDTH}" height="{height}" fill="white"/>'
        yield _text(_LEFT, 20, f"torture, seed {self._outcome.seed}: {len(self._outcome.happenings)} faults", size=15)
        yield from self._legend()
        yield from self._ticks()
        course = self._outcome.course
        rates = {_ACKNOWLEDGED: course.acknowledged, _STORED: course.stored}
        top = _high(course.acknowledged)  # what is caught up in one second would flatten all else: it is cut
        yield from self._panel(60, "records/s", rates, top)
        yield from self._panel(60 + _PANEL + _GAP, "lag, records", {_INK: course.lag}, max(course.lag, default=1))
        yield from self._faults()
        yield "</svg>"

    def _legend(self) -> Iterator[str]:
        entries = [("acknowledged", _ACKNOWLEDGED), ("stored", _STORED), ("lag", _INK)]
        entries += [(kind.value, colour) for kind, colour in _COLOURS.items()]
        for index, (name, colour) in enumerate(entries):
            x = _LEFT + 110 * index
            yield f'<rect x="{x}" y="32" width="10" height="10" fill="{colour}"/>'
            yield _text(x + 15, 41, name)

    def _ticks(self) -> Iterator[str]:
        step = next((s for s in _TICK_SECONDS if self._seconds / s <= _MOST_TICKS), _TICK_SECONDS[-1])
        for second in range(0, self._seconds + 1, step):
            x = self._x(second)
            yield f'<line x1="{x}" y1="60" x2="{x}" y2="{self._bottom}" stroke="#ddd"/>'
            yield _text(x - 12, self._bottom + 18, f"{second // 60}:{second % 60:02}")

    def _panel(self, y: int, name: str, series: dict[str, Sequence[int]], top: int) -> Iterator[str]:
        base = y + _PANEL
        yield f'<line x1="{_LEFT}" y1="{base}" x2="{_WIDTH - _RIGHT}" y2="{base}" stroke="{_INK}"/>'
        yield _text(8, y + 10, name)
        yield _text(_LEFT - 45, y + 10, f"{top:,}")
        yield _text(_LEFT - 15, base, "0")
        for colour, values in series.items():
            heights = [base - _PANEL * min(value, top) / max(1, top) for value in values]
            points = " ".join(f"{self._x(second):.1f},{at:.1f}" for second, at in enumerate(heights))
            yield f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.2"/>'

    def _faults(self) -> Iterator[str]:
        for index, part in enumerate(self._parts):
            yield _text(8, self._rows_top + _ROW * index + 12, part)
        for one in self._outcome.happenings:
            y = self._rows_top + _ROW * self._parts.index(one.fault.part) + 3
            x = self._x(one.began_at - self._outcome.began_at)
            width = max(1.5, self._x(one.repaired_at - self._outcome.began_at) - x)
            title = escape(f"{one.fault.part}: {one.fault.kind.value}, {one.repaired_at - one.began_at:.1f} s")
            yield (
                f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{_ROW - 6}" fill="{_COLOURS[one.fault.kind]}" '
                f'fill-opacity="0.8"><title>{title}</title></rect>'
            )

    def _x(self, second: float) -> float:
        return round(_LEFT + (_WIDTH - _LEFT - _RIGHT) * second / self._seconds, 1)


def _high(values: Sequence[int]) -> int:
    return max(1, 2 * max(values, default=1))


def _text(x: float, y: float, text: str, size: int = 12) -> str:
    return f'<text x="{x}" y="{y}" font-size="{size}" fill="{_INK}">{escape(text)}</text>'
