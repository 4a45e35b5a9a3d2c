"""docs/measures.md: its examples run, and it names every measure."""

from pathlib import Path

import pytest

from isocortex.analysis.alignment import MEASURES
from isocortex.citation import REFERENCES
from isocortex.experiments.comparison.controls import EXPLAINED

PAGE = (Path(__file__).parents[3] / "docs" / "measures.md").read_text()


@pytest.mark.slow
def test_the_examples_run(run_page):
    scores = run_page("measures.md")["found"].scores.set_index(["measure", "model"])
    for measure in ("rsa", "cka", "encoding"):
        assert scores.loc[(measure, "a"), "low"] > scores.loc[(measure, "unrelated"), "high"]
    assert abs(scores.loc[("encoding", "unrelated"), "mean"]) < 0.05


def test_the_page_names_every_measure_and_control():
    assert all(f"| `{name}` |" in PAGE for name in MEASURES)
    assert all(name in PAGE for name in ("`noise`", "pixels", "random\nprojections", "untrained convolutional network"))
    assert len(EXPLAINED) == 4


def test_every_measure_has_a_source():
    assert {measure.reference for measure in MEASURES.values()} <= set(REFERENCES)
