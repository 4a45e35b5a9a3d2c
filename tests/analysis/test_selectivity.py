"""Selectivity of single units beside closed forms and SciPy."""

import jax
import numpy as np
import pytest
import xarray as xr
from scipy.stats import mannwhitneyu, norm

from isocortex import InputError
from isocortex.analysis import choice_probability, d_prime, roc_area, selectivity, sort_units, window_means


def test_normal_units_have_the_planted_d_prime_and_area(rng):
    """20000 trials: the standard error of d′ is 2/√20000·√(1 + d²/8) < 0.02, of the area < 0.0042; four of them."""
    planted = np.array([-1.5, -0.3, 0.0, 0.7, 2.0])
    side = np.arange(20_000) % 2 == 1
    values = rng.normal(size=(20_000, 5)) * [1, 2, 3, 4, 5] + side[:, None] * planted * [1, 2, 3, 4, 5]
    np.testing.assert_allclose(d_prime(values, side), planted, atol=0.08)
    np.testing.assert_allclose(roc_area(values, side), norm.cdf(planted / np.sqrt(2)), atol=0.017)


def test_areas_and_p_values_equal_scipys_with_ties(rng):
    values, side = rng.poisson(3.0, size=(60, 8)).astype(float), rng.uniform(size=60) < 0.4
    table = selectivity(values, side)
    for unit in range(8):
        a, b = values[side, unit], values[~side, unit]
        found = mannwhitneyu(a, b, method="asymptotic", use_continuity=False)
        assert table["roc_area"][unit] == pytest.approx(found.statistic / len(a) / len(b))
        assert table["p"][unit] == pytest.approx(found.pvalue)


def test_selectivity_does_not_depend_on_gain_offset_or_names(rng):
    values, side = rng.normal(size=(50, 4)), np.arange(50) % 2 == 0
    table, scaled = selectivity(values, side), selectivity(3 * values + 7, side)
    np.testing.assert_allclose(table["d_prime"], scaled["d_prime"])
    np.testing.assert_allclose(selectivity(values, ~side)["d_prime"], -table["d_prime"])
    np.testing.assert_allclose(selectivity(values, ~side)["roc_area"], 1 - table["roc_area"])


def test_choice_probabilities_equal_the_closed_form(rng):
    """A unit with the correlation ρ to the variable that decides by its sign: CP = ½ + 2/π·atan(ρ/√(2 − ρ²))
    (Haefner et al. 2013, 10.1038/nn.3309); 40000 trials leave a standard error of 0.0029. The stimulus moves units
    as much as the noise, and must not matter."""
    rho, stimulus = np.array([0.0, 0.2, 0.5, 0.8]), rng.choice([-1.0, 0.0, 1.0], 40_000)
    decision = rng.normal(size=40_000)
    values = rho * decision[:, None] + np.sqrt(1 - rho**2) * rng.normal(size=(40_000, 4)) + 2 * stimulus[:, None]
    table = choice_probability(values, decision > 0, stimulus)
    expected = 0.5 + 2 / np.pi * np.arctan(rho / np.sqrt(2 - rho**2))
    np.testing.assert_allclose(table["choice_probability"], expected, atol=4 * 0.0029)
    assert table.attrs["n"] == 40_000


def test_unequal_choices_leave_choice_probabilities_alone(rng):
    """Where 95 % choose one side for one stimulus and 5 % for the other, plain z-scores would pull the area to ½."""
    stimulus = np.repeat([0, 1], 20_000)
    choice = rng.uniform(size=40_000) < np.where(stimulus == 0, 0.05, 0.95)
    values = rng.normal(size=(40_000, 1)) + choice[:, None] + 5 * stimulus[:, None]
    table = choice_probability(values, choice, stimulus)
    assert table["choice_probability"][0] == pytest.approx(norm.cdf(1 / np.sqrt(2)), abs=0.012)


def test_permutations_reject_at_their_level(rng, key):
    """400 null units: the share below 0.05 has the standard error 0.011; and a planted one is found."""
    stimulus, choice = rng.integers(0, 3, 200), rng.uniform(size=200) < 0.5
    values = rng.normal(size=(200, 401))
    values[:, 400] += 1.5 * choice
    table = choice_probability(values, choice, stimulus, key=key, n_permutations=500)
    assert (table["p"][:400] < 0.05).mean() == pytest.approx(0.05, abs=0.044)
    assert table["p"][400] == pytest.approx(1 / 501)
    again = choice_probability(values, choice, stimulus, key=jax.random.key(0), n_permutations=500)
    assert again.equals(table)


def test_units_are_sorted_by_their_side_and_strength(rng):
    side = np.arange(400) % 2 == 1
    planted = rng.permutation(np.linspace(-6, 6, 9))
    order = sort_units(selectivity(rng.normal(size=(400, 9)) + side[:, None] * planted, side))
    assert order.tolist() == np.argsort(-planted).tolist()


def test_windows_average_the_times_within():
    activity = xr.DataArray(np.arange(10.0)[:, None], dims=("time", "unit"), coords={"time": 20.0 * np.arange(10)})
    assert float(window_means(activity, {"early": (20, 80)})["early"][0]) == 2


WINDOWLESS = xr.DataArray(np.zeros((2, 1)), dims=("time", "unit"), coords={"time": [0.0, 20.0]})
BAD = {
    "one side": (lambda: d_prime(np.zeros((3, 1)), [1, 1, 1]), "at least 2 trials; there are 3 and 0"),
    "shape": (lambda: roc_area(np.zeros((3, 1)), [1, 0]), "got shapes \\(3, 1\\) and \\(2,\\)"),
    "stimulus": (lambda: choice_probability(np.zeros((3, 1)), [1, 0, 0], [1]), "a value for each of 3 trials"),
    "few": (lambda: choice_probability(np.zeros((3, 1)), [1, 0, 0], [1, 1, 1]), "No stimulus has 5 trials"),
    "window": (lambda: window_means(WINDOWLESS, {"late": (50, 60)}), "the window 'late', 50 to 60 ms"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_told_at_the_door(case):
    job, sentence = BAD[case]
    with pytest.raises(InputError, match=sentence):
        job()
