"""The Python in docs/encoding.md runs as printed."""

import re
from pathlib import Path

import pytest

DOCS = (Path(__file__).parents[3] / "docs" / "encoding.md").read_text()


@pytest.mark.slow
def test_the_page_on_encoding_runs():
    found: dict = {}
    for block in re.findall(r"```python\n(.*?)```", DOCS, re.DOTALL):
        exec(compile(block, "encoding.md", "exec"), found)
    judged, scores = found["judged"], found["scores"]
    assert 0 < len(judged) < len(scores)
    assert judged["naive"].median() < judged["fev"].median()
    assert judged["fev"].median() > 0.5
    assert found["model"].readout.weights.shape == (1152, 200)
    assert found["field"].positions.shape == (5, 6, 6)
    assert set(found["banded"].weights) == {"energy", "orientation"}
