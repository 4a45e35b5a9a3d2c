"""Fits of the drift–diffusion model: recovery of what was planted, densities against simulation, held-out trials."""

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize

from isocortex import InputError
from isocortex.analysis import (
    VARIANTS,
    by_coherence,
    fit_decisions,
    held_out,
    profile_intervals,
    quantiles,
    simulate_trials,
)
from isocortex.analysis.ddm_fit import DecisionFit, check_trials
from isocortex.analysis.ddm_likelihood import PARAMETERS
from isocortex.analysis.ddm_search import evaluate, observe, signed_coherence
from isocortex.dynamics import choice_probability, mean_decision_time

PLANTED = {
    "drift_per_coherence": 12.0,
    "bound": 0.8,
    "non_decision": 350.0,
    "contaminants": 0.03,
    "drift_sd": 1.0,
    "start_range": 0.4,
    "non_decision_range": 150.0,
    "collapse": 0.8,
}
KEY = jax.random.key(0)
WITHIN = 2000.0
"""Until when the contaminants of the simulated trials respond, in ms; slow decisions come later."""
pytestmark = pytest.mark.filterwarnings("ignore:.*reaction times are longer than")


def planted(variant):
    return {name: PLANTED[name] for name in VARIANTS[variant]}


def known(variant, **changes):
    """A fit whose estimates are the planted parameters."""
    values = planted(variant) | changes
    table = pd.DataFrame({"estimate": values, "unit": {name: PARAMETERS[name].unit for name in values}})
    return DecisionFit(variant, table, 0.0, 0.0, 0)


@pytest.mark.slow
@pytest.mark.parametrize("variant", VARIANTS)
def test_densities_are_those_of_simulated_trials(variant):
    """The densities integrate to one (1 ms sums to 5 s), and 20,000 trials of one coherence
    simulated step by step fall into them: accuracy within four binomial errors and what the step leaves (2e-3), the
    distribution function of correct trials within the Kolmogorov bound 1.95/√n (p = 0.001) and 3e-3 of the step."""
    times = np.arange(0.5, 5000)
    right, wrong = known(variant).densities(0.128, times)
    assert right.sum() + wrong.sum() == pytest.approx(1, abs=2e-3)
    trials = simulate_trials(planted(variant), key=KEY, n_per_coherence=20000, coherences=(0.128,))
    accuracy = right.sum() / (right.sum() + wrong.sum())
    assert trials["correct"].mean() == pytest.approx(accuracy, abs=4 * np.sqrt(0.25 / 20000) + 2e-3)
    correct = np.sort(trials["rt"][trials["correct"]])
    predicted = np.interp(correct, times + 0.5, right.cumsum() / right.sum())
    found = np.arange(1, len(correct) + 1) / len(correct)
    assert np.abs(found - predicted).max() < 1.95 / np.sqrt(len(correct)) + 3e-3


@pytest.mark.first_variant
@pytest.mark.parametrize("variant", ["simple", "contaminants", "non-decision varies"])
def test_planted_parameters_are_recovered(variant):
    """3000 trials: every planted value lies within four standard errors, the interval's half-width being 1.96."""
    trials = simulate_trials(planted(variant), key=jax.random.key(5), n_per_coherence=500)
    fit = fit_decisions(trials, variant, key=KEY, n_starts=2, window=WITHIN)
    for name, row in fit.table.iterrows():
        error = np.log(row["high"] / row["low"]) / (2 * 1.96)
        assert abs(np.log(row["estimate"] / PLANTED[name])) < 4 * error, name
    assert fit.bic == pytest.approx(len(fit.table) * np.log(len(trials)) - 2 * fit.log_likelihood)


@pytest.mark.slow
@pytest.mark.parametrize("variant", ["drift varies", "all vary", "bound falls", "bound falls, both vary"])
def test_planted_parameters_of_rich_variants_are_recovered(variant):
    trials = simulate_trials(planted(variant), key=jax.random.key(6), n_per_coherence=2000)
    fit = fit_decisions(trials, variant, key=KEY, window=WITHIN)
    truth = known(variant)
    assert fit.log_likelihood >= fit_at(trials, truth) - 1e-6
    for name, row in fit.table.dropna().iterrows():
        error = np.log(row["high"] / row["low"]) / (2 * 1.96)
        assert abs(np.log(row["estimate"] / PLANTED[name])) < 4 * error, name


def fit_at(trials, fit):
    total = 0.0
    for (coherence, correct), some in trials.groupby(["coherence", trials["correct"] > 0]):
        total += np.log(1e3 * fit.densities(coherence, some["rt"].to_numpy())[0 if correct else 1]).sum()
    return total


@pytest.mark.slow
def test_profile_intervals_end_where_the_likelihood_has_fallen_by_192():
    """At both ends for the bound, the best over the other parameters by another optimiser. An end is found to 1 % of
    the half-width, so the fall to 2 %. The likelihood of the bound is nearly a parabola: the curvature agrees."""
    trials = simulate_trials(planted("contaminants"), key=jax.random.key(8), n_per_coherence=150)
    fit = fit_decisions(trials, "contaminants", key=KEY, n_starts=1)
    profiled = profile_intervals(trials, fit).table
    for end in ("low", "high"):

        def misfit(others, end=end):
            values = dict(zip(("drift_per_coherence", "non_decision", "contaminants"), np.exp(others), strict=True))
            return -fit_at(trials, known("contaminants", bound=profiled[end]["bound"], **values))

        options = {"xatol": 1e-5, "fatol": 1e-3, "initial_simplex": fit.theta[[0, 2, 3]] + 0.03 * np.eye(4, 3, -1)}
        best = minimize(misfit, fit.theta[[0, 2, 3]], method="Nelder-Mead", options=options).fun
        assert fit.log_likelihood + best == pytest.approx(1.96**2 / 2, rel=0.025)
        assert np.log(profiled[end]["bound"] / fit.table[end]["bound"]) == pytest.approx(0, abs=0.01)


@pytest.mark.slow
def test_a_share_that_may_be_nothing_has_an_upper_end():
    """Without contaminants the lower end is that of the range, and the upper a few trials in 900; the curvature of the
    logarithm says nothing."""
    trials = simulate_trials(planted("simple"), key=jax.random.key(9), n_per_coherence=150)
    table = profile_intervals(trials, fit_decisions(trials, "contaminants", key=KEY, n_starts=1)).table
    assert table["low"]["contaminants"] == pytest.approx(PARAMETERS["contaminants"].low)
    assert 1 / 900 < table["high"]["contaminants"] < 10 / 900
    assert (table["low"] <= table["estimate"] * (1 + 1e-9)).all()
    assert (table["estimate"] < table["high"]).all()


@pytest.mark.slow
def test_intervals_cover_what_was_planted():
    """60 data sets: a coverage of 95 % is 57 ± 1.7, and below 51 only once in a thousand."""
    inside = dict.fromkeys(VARIANTS["contaminants"], 0)
    for n in range(60):
        trials = simulate_trials(planted("contaminants"), key=jax.random.key(100 + n), n_per_coherence=200)
        table = fit_decisions(trials, "contaminants", key=KEY, n_starts=1).table
        for name in inside:
            inside[name] += table["low"][name] <= PLANTED[name] <= table["high"][name]
    assert min(inside.values()) >= 51, inside


@pytest.mark.slow
def test_held_out_trials_tell_the_planted_variant():
    wide = planted("non-decision varies") | {"non_decision_range": 350.0}
    trials = simulate_trials(wide, key=jax.random.key(7), n_per_coherence=150)
    names = ("simple", "contaminants", "non-decision varies")
    fits = [fit_decisions(trials, name, key=KEY, n_starts=1) for name in names]
    scores = held_out(trials, fits, key=KEY, n_folds=2)
    assert scores.shape == (3, len(trials))
    assert np.isinf(scores[0]).any()  # the fastest trial comes before anybody's non-decision time
    gain = scores[2] - scores[1]
    assert gain.mean() > 4 * gain.std() / np.sqrt(len(gain))
    assert scores[2].sum() < fits[2].log_likelihood


@pytest.mark.first_variant
@pytest.mark.parametrize("variant", ["non-decision varies", "bound falls", "bound falls, both vary"])
def test_one_slow_trial_does_not_change_the_likelihood_of_the_others(variant):
    """The longest of 300 reaction times is moved to 20 s and to a minute, at the same parameters and window."""
    trials = simulate_trials(planted(variant), key=jax.random.key(3), n_per_coherence=50)
    slowest, theta = trials["rt"].argmax(), known(variant).theta
    found = []
    with jax.enable_x64(True):
        for rt in (trials["rt"].max(), 2e4, 6e4):
            moved = trials["rt"].where(trials.index != trials.index[slowest], rt)
            observed = observe(moved.to_numpy(), signed_coherence(trials), 6e4)
            found.append(np.delete(np.asarray(evaluate(variant, jnp.asarray(theta), observed))[: len(trials)], slowest))
    np.testing.assert_allclose(found[1], found[0], rtol=1e-12)
    np.testing.assert_allclose(found[2], found[0], rtol=1e-12)


def test_other_trials_have_the_shapes_of_the_same_program():
    """Which coherences have errors, and how many trials ended, differs between seeds; compiling takes a minute."""
    level, rt = np.repeat([0.0, 0.1, 0.5], 100), np.linspace(300, 900, 300)
    errors = level * np.where(np.arange(300) % 3, 1, -1)
    one, other = observe(rt, level, 2000.0), observe(rt[:290], errors[:290], 2000.0)
    assert jax.tree.map(jnp.shape, one) == jax.tree.map(jnp.shape, other)
    for observed, drive in ((one, level), (other, errors[:290])):
        np.testing.assert_allclose(observed.drives[observed.which][: len(drive)], drive, rtol=1e-7)


@pytest.mark.slow
def test_contaminants_are_sought_as_late_as_the_trials_are():
    """5 % of the choices are random, within 8 s. By default the window follows, and k = 12 lies within four standard
    errors. In a window of 2 s the late ones must be decisions, and k is biased by more than four."""
    values = planted("contaminants") | {"contaminants": 0.05}
    trials = simulate_trials(values, key=jax.random.key(5), n_per_coherence=300, window=8000)
    with pytest.warns(
        UserWarning, match="are longer than 2000 ms: contaminants are assumed to respond uniformly up to"
    ):
        fit = fit_decisions(trials, "contaminants", key=KEY, n_starts=1)
    with pytest.warns(UserWarning, match="none of them can be a contaminant, which can bias the drift"):
        narrow = fit_decisions(trials, "contaminants", key=KEY, n_starts=1, window=2000)
    assert fit.window == trials["rt"].max()
    row = fit.table.loc["drift_per_coherence"]
    error = np.log(row["high"] / row["low"]) / (2 * 1.96)
    assert abs(np.log(row["estimate"] / 12)) < 4 * error
    assert narrow.table["estimate"]["drift_per_coherence"] < 12 * np.exp(-4 * error)


@pytest.mark.slow
def test_a_fit_at_a_limit_of_its_range_says_so():
    """Choices as good at 3.2 % as at 51.2 %: no drift is steep enough. No contaminants at all are no failure."""
    rt = 300 + 400 * np.random.default_rng(0).gamma(4, 0.25, 60)
    certain = pd.DataFrame({"coherence": np.tile([1e-4, 2e-4], 30), "correct": True, "rt": rt})
    with pytest.warns(UserWarning, match="drift_per_coherence is at the upper limit of its range, 200 1/√s"):
        fit = fit_decisions(certain, "contaminants", key=KEY, n_starts=1)
    assert fit.table["at_limit"]["drift_per_coherence"] == "upper"
    assert np.isnan(fit.table["low"]["drift_per_coherence"])
    trials = simulate_trials(planted("simple"), key=jax.random.key(9), n_per_coherence=150)
    fit = fit_decisions(trials, "contaminants", key=KEY, n_starts=1)
    assert fit.table["at_limit"]["contaminants"] == "lower"
    assert fit.failures == ()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*looks like microseconds")
def test_a_search_that_stays_at_its_start_says_so():
    """Steps of such a search end at once where every trial is impossible: the log likelihood is flat."""
    trials = simulate_trials(planted("non-decision varies"), key=jax.random.key(3), n_per_coherence=50)
    with pytest.warns(UserWarning, match="nothing better than its starting point.*trials are impossible"):
        fit_decisions(trials.assign(rt=trials["rt"] + 5e5), "non-decision varies", key=KEY, n_starts=1, window=1000)


def test_tables_describe_the_trials():
    trials = pd.DataFrame({"coherence": [0.0] * 4 + [0.5] * 4, "correct": [1, 0, 1, 0, 1, 1, 1, 1],
                           "rt": [400.0, 500, 600, 700, 300, 300, 500, 500]})  # fmt: skip
    curve = by_coherence(trials)
    assert curve["accuracy"].tolist() == [0.5, 1.0]
    assert curve["rt_correct"].tolist() == [500, 400]
    assert curve["rt_errors"].iloc[0] == 600
    assert np.isnan(curve["rt_errors"].iloc[1])
    table = quantiles(trials, (0.5,))
    assert table["rt"].tolist() == [600, 500, 400]
    assert table["share"].tolist() == [0.5, 0.5, 1.0]


TRIALS = pd.DataFrame({"coherence": [0.1] * 30, "correct": [True] * 30, "rt": [500.0] * 30})


@pytest.mark.parametrize(
    ("trials", "said"),
    [
        (TRIALS.drop(columns="rt"), "rt is missing"),
        (TRIALS.iloc[:5], "at least 20"),
        (TRIALS.assign(rt=np.nan), "NaN"),
        (TRIALS.assign(rt=-1.0), "above 0 ms"),
        (TRIALS.assign(coherence=51.2), "Divide percent"),
        (TRIALS.assign(correct=2), "true or false"),
        (TRIALS.assign(coherence=0.0), "cannot be fitted"),
    ],
)
def test_bad_trials_are_told(trials, said):
    with pytest.raises(InputError, match=said):
        check_trials(trials)


@pytest.mark.parametrize(("factor", "said"), [(1e-3, "looks like seconds"), (1e3, "looks like microseconds")])
def test_a_wrong_unit_is_warned_of(factor, said):
    with pytest.warns(UserWarning, match=said):
        check_trials(TRIALS.assign(rt=500.0 * factor))


def test_unknown_names_are_told():
    with pytest.raises(InputError, match="Did you mean 'contaminants'"):
        fit_decisions(TRIALS, "contaminant", key=KEY)
    with pytest.raises(InputError, match="Did you mean 'bound'"):
        simulate_trials({"bounds": 1.0}, key=KEY)
    with pytest.raises(InputError, match="lack"):
        simulate_trials({"bound": 1.0}, key=KEY)


def test_predictions_meet_the_closed_forms():
    """Without variability: 1/(1 + exp(−2vB)) and (B/v)·tanh(vB); slow tasks are followed until all have decided."""
    fit = known("simple", bound=0.6, drift_per_coherence=10.0)
    table = fit.predict([0.256], (0.5,))
    assert table["accuracy"].item() == pytest.approx(choice_probability(2.56, 0.6), abs=1e-4)
    assert table["rt"].item() == pytest.approx(350 + 1e3 * mean_decision_time(2.56, 0.6), abs=0.2)
    assert table["rt_errors"].item() == pytest.approx(table["rt_correct"].item(), abs=0.2)
    assert table["correct_0.5"].item() == pytest.approx(table["errors_0.5"].item(), abs=0.2)
    slow = known("simple", bound=2.0, drift_per_coherence=10.0).predict([0.0, 0.004], (0.5,))
    assert slow["rt"].tolist() == pytest.approx([4350, 350 + 1e3 * mean_decision_time(0.04, 2.0)], abs=0.5)
    assert slow["accuracy"].tolist() == pytest.approx([0.5, choice_probability(0.04, 2.0)], abs=1e-5)
