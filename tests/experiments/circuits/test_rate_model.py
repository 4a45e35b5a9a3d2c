"""``rate-model``: published numbers in the summary, odd parameters, words from values, bad options."""

import json

import pytest

from isocortex import InputError
from isocortex.dynamics import RatePopulation, fixed_points
from isocortex.experiments.circuits.rate_model import RateModel
from isocortex.experiments.circuits.rate_model_result import PUBLISHED, box
from isocortex.experiments.finished import load_run


def summary(folder):
    return json.loads((folder / "summary.json").read_text())


@pytest.mark.slow
def test_every_published_number_is_in_the_summary(tmp_path):
    folder = RateModel(out=tmp_path).execute()
    found = summary(folder)
    for key, (_, number, digits) in PUBLISHED.items():
        assert float(f"{found[key]:{digits}}") == number
    assert 10 < found["noise.switches"] < 400
    assert 0.2 < found["noise.share_up"] < 0.95
    assert found["fold.0.I"] < 0.5 < found["fold.1.I"]
    run = load_run(folder)
    assert run.answer.startswith("The population has two stable states for inputs from 0.122 to 0.814.")
    assert run.tables["published"]["here"].tolist() == run.tables["published"]["published"].tolist()


@pytest.mark.slow
def test_one_population_without_recurrence(tmp_path):
    """Without recurrence one state is left, no state is unstable, and the page claims nothing published."""
    folder = RateModel(w=0.0, sigma=0.0, duration=100.0, out=tmp_path).execute()
    found = summary(folder)
    assert found["fixed_point.n"] == 1
    assert found["noise.switches"] == 0
    assert found["noise.border"] == 0.5
    assert "fold.0.I" not in found
    run = load_run(folder)
    assert run.answer.startswith("For inputs from −1 to 2 no stable state appears or vanishes.")
    assert "no unstable state for the mean of the noisy input" in (folder / "report.html").read_text()
    assert "published" not in run.tables


@pytest.mark.slow
def test_the_methods_say_what_was_used(tmp_path):
    page = (RateModel(w=0.0, duration=200.0, sigma=0.25, out=tmp_path).execute() / "report.html").read_text()
    for said in (
        "7 paths of 20 ms were simulated from 7 initial states by Euler&#39;s method with steps of 0.1 ms.",
        "from 512 starts spread evenly over the box r from −0.2 to 1.2.",
        "stationary standard deviation 0.25. 1 path of 200 ms was simulated by the Euler–Maruyama method",
    ):
        assert said in page


@pytest.mark.parametrize("threshold", [-3.0, 0.0, 0.5])
def test_the_box_holds_the_state_of_a_low_threshold(threshold):
    """With w = 0 and a strong inhibition as its input the rate is −1/(1 + e^{aθ})."""
    system = RatePopulation(w=0.0, I=-50.0, theta=threshold)
    assert fixed_points(system, box(system)).sizes["point"] == 1


BAD = {
    "gain": ({"a": 0.0}, "--a must be above 0"),
    "time constant": ({"tau": 0.1}, "--tau must be above 0.1"),
    "duration": ({"duration": 100.5}, "--duration must be a whole number of ms"),
    "long": ({"duration": 1e6}, "--duration must be at least 100 and at most 100000"),
    "infinite": ({"noisy_input": float("inf")}, "--noisy-input must be at least −50"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_options_are_told_at_the_door(case, tmp_path):
    options, sentence = BAD[case]
    with pytest.raises(InputError, match=sentence):
        RateModel(**options, out=tmp_path)
    assert list(tmp_path.iterdir()) == []
