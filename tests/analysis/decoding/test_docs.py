"""The Python in docs/decoding.md runs as printed."""

import re
from pathlib import Path

DOCS = (Path(__file__).parents[3] / "docs" / "decoding.md").read_text()


def test_the_page_on_decoding_runs():
    found: dict = {}
    for block in re.findall(r"```python\n(.*?)```", DOCS, re.DOTALL):
        exec(compile(block, "decoding.md", "exec"), found)
    score = found["found"].score()
    assert (score.sel(time=[0, 50]) < 0.55).all()  # chance 1/3; 60 trials: 3.6 standard errors
    assert (score.sel(time=[100, 150]) > 0.9).all()
    assert (found["carried"].across.sel(time=[100, 150]) > 0.8).all()
    assert (found["low"] < 1 / 3).all()
    assert (found["high"] > 1 / 3).all()
