"""The page on spike trains runs, and finds what it plants."""

import pytest


@pytest.mark.slow
def test_the_page_on_spike_trains_runs(run_page):
    found = run_page("spikes.md")
    assert found["score"] > 0.7
    assert found["again"].trials["stimulus"].tolist() == found["shown"].tolist()
    irregular = found["irregular"]["estimate"].sel(statistic="cv")
    assert irregular.sel(unit="c") < 0.25 < 0.9 < irregular.sel(unit="a")
    fine = found["fine"]
    assert fine["p"] == 1 / 200
    beyond = fine["lag"].values[(fine["observed"] > fine["high_all"]).values]
    assert beyond.tolist() == [4]
    assert -3 <= found["average"]["estimate"].idxmax("lag").item() <= 0
