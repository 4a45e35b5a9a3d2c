"""The Python in docs/encoding.md runs as printed."""

import pytest


@pytest.mark.slow
def test_the_page_on_encoding_runs(run_page):
    found = run_page("encoding.md")
    judged, scores = found["judged"], found["scores"]
    assert 0 < len(judged) < len(scores)
    assert judged["naive"].median() < judged["fev"].median()
    assert judged["fev"].median() > 0.5
    assert found["model"].readout.weights.shape == (1152, 200)
    assert found["field"].positions.shape == (5, 6, 6)
    assert set(found["banded"].weights) == {"energy", "orientation"}
