"""The page on models of spiking neurons runs, and finds the coupling that it plants."""

import re
from pathlib import Path

import pytest

DOCS = (Path(__file__).parents[3] / "docs" / "glm.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", DOCS, re.DOTALL)


@pytest.mark.slow
def test_the_page_on_models_of_spiking_neurons_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = {}
    for block in BLOCKS:
        exec(compile(block, "glm.md", "exec"), found)
    p = found["coupling"].set_index(["source", "unit"])["p"]
    assert p["0", "1"] < 1e-6
    assert p.drop(("0", "1")).min() > 1e-3
    assert found["fitted"].problems == ()
    assert (found["found"].table["p"] > 0.05).all()
