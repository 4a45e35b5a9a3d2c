"""The page on spike trains runs, and finds what it plants."""

import re
from pathlib import Path

DOCS = (Path(__file__).parents[3] / "docs" / "spikes.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", DOCS, re.DOTALL)


def test_the_page_on_spike_trains_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = {}
    for block in BLOCKS:
        exec(compile(block, "spikes.md", "exec"), found)
    assert found["score"] > 0.7
    assert found["again"].trials["stimulus"].tolist() == found["shown"].tolist()
    irregular = found["irregular"]["estimate"].sel(statistic="cv")
    assert irregular.sel(unit="c") < 0.25 < 0.9 < irregular.sel(unit="a")
    fine = found["fine"]
    assert fine["p"] == 1 / 200
    beyond = fine["lag"].values[(fine["observed"] > fine["high_all"]).values]
    assert beyond.tolist() == [4]
    assert -3 <= found["average"]["estimate"].idxmax("lag").item() <= 0
