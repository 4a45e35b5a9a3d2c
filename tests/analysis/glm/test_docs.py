"""The page on models of spiking neurons runs, and finds the coupling that it plants."""

import pytest


@pytest.mark.slow
def test_the_page_on_models_of_spiking_neurons_runs(run_page):
    found = run_page("glm.md")
    p = found["coupling"].set_index(["source", "unit"])["p"]
    assert p["0", "1"] < 1e-6
    assert p.drop(("0", "1")).min() > 1e-3
    assert found["fitted"].problems == ()
    assert (found["found"].table["p"] > 0.05).all()
