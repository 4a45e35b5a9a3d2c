"""CKA: published numbers, the U-statistic by its definition, invariances, and what sampled units do to it."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isocortex import InputError, responses, rsa
from isocortex.analysis.alignment import cka
from isocortex.analysis.alignment.cka import cka_in_samples
from isocortex.analysis.alignment.hsic import hsic
from isocortex.analysis.alignment.matrices import centred, compact

SEEDS = st.integers(0, 2**32 - 1)


@pytest.mark.parametrize(("units", "published"), [(100, 0.519), (1000, 0.916)])
def test_independent_responses(units, published, rng):
    """The mean of 20 pairs of 92 × units Gaussian numbers, within 4 s.e. (a corrected CKA has an s.d. of 1/√4186)."""
    drawn = [rng.normal(size=(2, 92, units)) for _ in range(20)]
    biased, corrected = ([cka(x, y, corrected=how) for x, y in drawn] for how in ("none", "stimuli"))
    assert np.mean(biased) == pytest.approx(published, abs=0.003)
    assert np.mean(corrected) == pytest.approx(0, abs=0.012)


def test_unrelated_populations_of_few_dimensions(rng):
    """Corrected for units as well, the mean of 20 pairs is 0."""
    found = []
    for _ in range(20):
        x, y = (rng.normal(size=(92, 10)) @ rng.normal(size=(10, 100)) for _ in range(2))
        found.append(cka(x, y, corrected="units"))
    assert np.mean(found) == pytest.approx(0, abs=0.012)


def test_independent_units_leave_nothing_to_align(rng):
    """If every unit has a dimension of its own, the population's kernel has no structure: its HSIC is 0 on average."""
    signs = [np.isnan(cka(x, x, corrected="units")) for x in rng.normal(size=(40, 30, 20))]
    assert 8 <= sum(signs) <= 32


def test_two_samples_of_one_population(rng):
    """Ten neurons of one population look unlike ten others, and like them once corrected, within 4 s.e. of 60 pairs."""
    latent = rng.normal(size=(60, 8))
    found = {"stimuli": [], "units": []}
    for _ in range(60):
        x, y = (latent @ rng.normal(size=(8, 10)) for _ in range(2))
        for how, values in found.items():
            values.append(cka(x, y, corrected=how))
    assert np.mean(found["stimuli"]) < 0.7
    assert np.mean(found["units"]) == pytest.approx(1, abs=4 * np.std(found["units"]) / np.sqrt(60) + 0.02)


def test_a_whole_layer_is_no_sample(rng):
    """A neuron population that is a copy of a small layer is like it, if the layer counts as all of its units."""
    layer = rng.normal(size=(200, 6))
    neurons = layer[:, rng.integers(6, size=4000)]
    assert cka(layer, neurons, corrected="units", sampled=(False, True)) == pytest.approx(1, abs=0.02)
    assert np.isnan(cka(layer[:, :1], neurons, corrected="units"))


def test_two_halves_of_the_same_noisy_units(rng):
    """Products of a unit with itself are left out across halves, else they make unrelated units agree."""
    signal = rng.normal(size=(80, 40))
    x, y = signal + rng.normal(size=(2, 80, 40))
    latent = np.concatenate([rng.normal(size=(80, 3))] * 14, axis=1)[:, :40] * 2
    with_latent = cka(x + latent, y + latent, corrected="units", same_units=True)
    assert 0.9 < with_latent < cka(x + latent, y + latent, corrected="units")


def test_the_unbiased_estimate_is_the_mean_over_different_stimuli(rng):
    """Over all ordered quadruples: HSIC = E k_ij l_ij + E k_ij l_qr − 2 E k_ij l_iq."""
    x, y = rng.normal(size=(6, 3)), rng.normal(size=(6, 4))
    k, l = x @ x.T, y @ y.T
    each = [k[i, j] * (l[i, j] + l[q, r] - 2 * l[i, q]) for i, j, q, r in permutations(range(6), 4)]
    assert hsic(k, l, np.ones((1, 6), bool), unbiased=True)[0] == pytest.approx(np.mean(each))


def test_pairs_of_units_are_different_units(rng):
    """The correction equals the mean over pairs of units of HSIC of two single ones."""
    features = rng.normal(size=(12, 2))
    x, y = (features @ rng.normal(size=(2, p)) + 0.1 * rng.normal(size=(12, p)) for p in (5, 4))
    once = np.ones((1, 12), bool)

    def single(a, b):
        return hsic(np.outer(a, a), np.outer(b, b), once, unbiased=True)[0]

    of_x, of_y = (np.mean([single(a, b) for a, b in permutations(each.T, 2)]) for each in (x, y))
    cross = np.mean([single(a, b) for a in x.T for b in y.T])
    assert cka(x, y, corrected="units") == pytest.approx(cross / np.sqrt(of_x * of_y))


@pytest.mark.parametrize("how", [{"corrected": "none"}, {}, {"corrected": "units"}])
def test_samples_are_as_if_the_others_had_never_been_shown(how, rng):
    features = rng.normal(size=(15, 4))
    x, y = (centred(features @ rng.normal(size=(4, p)) + rng.normal(size=(15, p))) for p in (6, 30))
    kept = rng.random((5, 15)) < 0.7
    expected = [cka(x[some], y[some], **how) for some in kept]
    assert cka_in_samples(x, y, kept, **how) == pytest.approx(expected, nan_ok=True)
    if how.get("corrected") != "units":
        assert cka_in_samples(compact(x), compact(y), kept, **how) == pytest.approx(expected)


@settings(max_examples=20, deadline=None)
@given(SEEDS, st.sampled_from(["none", "stimuli"]), st.sampled_from(["linear", "rbf"]))
def test_rotation_scale_and_shift_change_nothing(seed, corrected, kernel):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(10, 4)), rng.normal(size=(10, 6))
    turned = 3 * y @ np.linalg.qr(rng.normal(size=(6, 6)))[0] + rng.normal(size=6)
    how = {"corrected": corrected, "kernel": kernel}
    assert cka(x, turned, **how) == pytest.approx(cka(x, y, **how), abs=1e-9)
    assert cka(y, x, **how) == pytest.approx(cka(x, y, **how), abs=1e-12)
    assert cka(x, 2 * x, **how) == pytest.approx(1)


def test_biased_cka_is_the_whitened_cosine_of_euclidean_rdms(rng):
    """Diedrichsen et al. 2021."""
    x, y = rng.normal(size=(9, 4)), rng.normal(size=(9, 5))
    rdms = [rsa.rdm(responses(each), "euclidean") for each in (x, y)]
    assert cka(x, y, corrected="none") == pytest.approx(rsa.similarity(*rdms, "whitened-cosine")[0, 0])


@pytest.mark.parametrize(
    ("x", "y", "how", "says"),
    [
        (np.ones((6, 2)), np.eye(6), {}, "The first responses are the same for every stimulus."),
        (np.eye(6), np.eye(5), {}, "got the shapes"),
        (np.eye(4), np.eye(4), {}, "at least 5 stimuli; got 4"),
        (np.eye(6), np.where(np.eye(6) > 0, np.nan, 1.0), {}, "6 values that are NaN"),
        (np.eye(6), np.eye(6), {"corrected": "stimulus"}, "Did you mean 'stimuli'"),
        (np.eye(6), np.eye(6), {"corrected": "units", "kernel": "rbf"}, "linear kernel alone"),
        (np.eye(6), np.eye(6)[:, :5], {"corrected": "units", "same_units": True}, "same shape"),
        (np.eye(6), np.eye(6), {"bandwidth": 0.0}, "must be positive"),
    ],
)
def test_what_cannot_be_compared(x, y, how, says):
    with pytest.raises(InputError, match=says):
        cka(x, y, **how)
