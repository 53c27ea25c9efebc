import json

import pytest

from bench.comparison import Comparison


@pytest.fixture
def comparison() -> Comparison:
    return Comparison("rows", "rows/s", "rows a second", "COPY", ours=[30, 50, 10], baseline=[100, 100, 40])


def test_a_ratio_compares_what_was_measured_in_one_round(comparison: Comparison) -> None:
    assert comparison.ratios == [0.3, 0.5, 0.25]


def test_the_report_holds_medians_and_every_sample(comparison: Comparison) -> None:
    report = json.loads(json.dumps(comparison.as_json()))
    assert report["ours"] == {"median": 30, "samples": [30, 50, 10]}
    assert report["baseline"] == {"name": "COPY", "median": 100, "samples": [100, 100, 40]}
    assert report["ratio"] == {"median": 0.3, "lowest": 0.25, "highest": 0.5}
