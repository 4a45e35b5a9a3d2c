"""``decision-ddm``: planted parameters come back, the simple model fails as it must, bad options are told."""

import json

import numpy as np
import pandas as pd
import pytest

from isocortex import InputError
from isocortex.experiments.decisions.animal import Animal, error_delay, slower_errors
from isocortex.experiments.decisions.decision_ddm import DecisionDDM
from isocortex.experiments.decisions.decision_ddm_result import PLANTED


@pytest.mark.slow
def test_simulated_trials_give_back_what_was_planted(tmp_path):
    """3000 trials; the interval's half-width is 1.96 standard errors, and four are allowed."""
    folder = DecisionDDM(out=tmp_path, folds=2, starts=2).execute()
    found = json.loads((folder / "summary.json").read_text())
    for name, planted in PLANTED.items():
        place = f"ddm.simulated.{name}"
        assert found[f"ddm.simulated.planted.{name}"] == planted
        if f"{place}.low" in found:
            low, high = found[f"{place}.low"], found[f"{place}.high"]
            assert low * (low / high) ** 0.52 < planted < high * (high / low) ** 0.52, name
    assert found["ddm.simulated.variant.bound_falls_both_vary.behind"] == 0
    assert found["ddm.simulated.variant.contaminants.behind"] > 0.05
    assert found["ddm.simulated.closed_form.probability_error"] < 1e-4
    assert found["ddm.simulated.closed_form.time_error"] < 1
    page = (folder / "report.html").read_text()
    assert "simulated" in page
    assert "planted" in page


def test_too_few_errors_are_not_compared_with_correct_choices():
    trials = pd.DataFrame({"coherence": 0.5, "correct": [True] * 30 + [False] * 5, "rt": 400.0})
    animal = Animal(trials, pd.DataFrame(), {}, pd.DataFrame())
    assert np.isnan(error_delay(animal)).all()
    assert "no coherence has 20 errors" in slower_errors("monkey 1", animal)


@pytest.mark.parametrize(
    ("options", "said"),
    [({"folds": 1}, "--folds must be at least 2"), ({"starts": 0}, "--starts"), ({"trials": 10}, "--trials")],
)
def test_bad_options_are_told(options, said):
    with pytest.raises(InputError, match=said):
        DecisionDDM(**options)


def test_a_missing_file_is_told_before_anything_is_written(tmp_path):
    with pytest.raises(InputError, match="no file"):
        DecisionDDM(monkeys=tmp_path / "none.csv", out=tmp_path / "runs").execute()
    assert not (tmp_path / "runs").exists()
