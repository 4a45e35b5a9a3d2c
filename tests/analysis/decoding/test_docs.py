"""The Python in docs/decoding.md runs as printed."""

import pytest


@pytest.mark.slow
def test_the_page_on_decoding_runs(run_page):
    found = run_page("decoding.md")
    score = found["found"].score()
    assert (score.sel(time=[0, 50]) < 0.55).all()  # chance 1/3; 60 trials: 3.6 standard errors
    assert (score.sel(time=[100, 150]) > 0.9).all()
    assert (found["carried"].across.sel(time=[100, 150]) > 0.8).all()
    assert (found["low"] < 1 / 3).all()
    assert (found["high"] > 1 / 3).all()
