"""RDMs of average patterns: SciPy, closed forms, invariances, blocks; and what is refused."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import pdist

from isocortex import InputError, responses, rsa
from isocortex.analysis.rsa.dissimilarities import patterns
from isocortex.analysis.rsa.dissimilarities.patterns import correlation_distance

SEEDED = ("seed", "stimulus", "unit")
TRIALS = ("trial", "unit")
SCIPY = {
    "correlation": lambda x: pdist(x, "correlation"),
    "cosine": lambda x: pdist(x, "cosine"),
    "euclidean": lambda x: pdist(x, "sqeuclidean") / x.shape[1],
    "poisson": lambda x: pdist((x + 0.1) / 1.1, lambda a, b: (a - b) @ np.log(a / b)) / x.shape[1],
}


def options(name, noise):
    """Return what a dissimilarity needs besides responses."""
    return {"noise": noise} if rsa.DISSIMILARITIES[name].takes == "noise" else {}


@pytest.mark.parametrize("name", SCIPY)
def test_rdm_equals_scipy(name, rng):
    x = rng.gamma(4, 0.5, (12, 30))
    np.testing.assert_allclose(rsa.rdm(responses(x), name).dissimilarities[0], SCIPY[name](x), rtol=1e-12)


def test_correlation_is_the_published_formula(rng):
    """M = 1 − ZZᵀ/N with each stimulus z-scored across units by the population sd."""
    x = rng.normal(size=(9, 25))
    z = (x - x.mean(axis=1, keepdims=True)) / x.std(axis=1, keepdims=True)
    np.testing.assert_allclose(rsa.rdm(responses(x)).square()[0], 1 - z @ z.T / 25, atol=1e-12)


@pytest.mark.parametrize("name", rsa.DISSIMILARITIES)
@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_rdm_ignores_the_order_of_units(name, seed):
    rng = np.random.default_rng(seed)
    x, order = rng.gamma(2, 1, (3, 7, 20)), rng.permutation(20)
    residuals = rng.normal(size=(30, 20))
    first, second = (
        rsa.rdm(responses(y), name, **options(name, rsa.noise_precision(r))).dissimilarities
        for y, r in ((x, residuals), (x[..., order], residuals[:, order]))
    )
    np.testing.assert_allclose(first, second, atol=1e-12)


@pytest.mark.parametrize("name", ["correlation", "cosine"])
@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_rdm_ignores_a_positive_scaling_of_a_stimulus(name, seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(7, 20))
    scaled = x * rng.uniform(0.1, 10, (7, 1))
    first, second = (rsa.rdm(responses(y), name).dissimilarities for y in (x, scaled))
    np.testing.assert_allclose(first, second, atol=1e-12)


def test_the_inner_function_is_differentiable(rng):
    x = jnp.asarray(rng.normal(size=(4, 6)), jnp.float32)
    gradient = jax.grad(lambda y: correlation_distance(y)[0, 1])(x)
    step = 1e-2
    numeric = (
        (correlation_distance(x.at[0, 0].add(step)) - correlation_distance(x.at[0, 0].add(-step)))[0, 1] / step / 2
    )
    assert float(gradient[0, 0]) == pytest.approx(float(numeric), abs=2e-3)


def test_seeds_repeats_and_subjects_become_rows(rng):
    x = rng.normal(size=(3, 5, 8, 10))
    labelled = responses(x, dims=("seed", "repeat", "stimulus", "unit")).assign_coords(seed=[4, 5, 6])
    rows = rsa.rdm(labelled)
    assert rows.labels == ("4", "5", "6")
    np.testing.assert_allclose(rows.dissimilarities[1], SCIPY["correlation"](x[1].mean(axis=0)))
    pair = rsa.rdm({"a": labelled.isel(seed=0, drop=True), "b": responses(rng.normal(size=(8, 4)))})
    assert pair.labels == ("a", "b")


def test_constant_rows_are_refused_or_dropped(rng):
    x = rng.normal(size=(2, 5, 8))
    x[0, 3] = 1.5
    labelled = responses(x, dims=("seed", "stimulus", "unit"), name="fc").assign_coords(seed=[0, 1])
    with pytest.raises(InputError, match=r"fc: 1 of 5 stimuli have no 1 − Pearson correlation.*the first is 3"):
        rsa.rdm(labelled)
    assert rsa.rdm(labelled, undefined="drop").labels == ("1",)
    assert len(rsa.rdm(labelled, "euclidean")) == 2
    assert len(rsa.rdm(labelled.isel(seed=[0]), undefined="drop")) == 0


def test_subjects_who_saw_other_stimuli_are_refused(rng):
    a, b = (responses(rng.normal(size=(4, 5)), stimuli=s) for s in ([0, 1, 2, 3], [0, 1, 3, 2]))
    with pytest.raises(InputError, match="'b' saw other stimuli"):
        rsa.rdm({"a": a, "b": b})


def test_an_rdm_without_differences_is_dropped(rng):
    x = responses(rng.random((2, 6, 1)) + 1, dims=SEEDED)
    assert len(rsa.rdm(x, "cosine", undefined="drop")) == 0


@pytest.mark.parametrize("name", rsa.DISSIMILARITIES)
def test_blocks_of_units_equal_the_whole(name, rng, monkeypatch):
    x, given = responses(rng.gamma(4, 0.5, (3, 6, 50))), options(name, rsa.noise_precision(rng.normal(size=(9, 50))))
    whole = rsa.rdm(x, name, **given).dissimilarities
    monkeypatch.setattr(patterns, "BLOCK", 6 * 7)
    np.testing.assert_allclose(rsa.rdm(x, name, **given).dissimilarities, whole, rtol=1e-11)


@pytest.mark.parametrize("name", rsa.DISSIMILARITIES)
def test_single_precision_responses_are_computed_in_double(name, rng):
    x = rng.gamma(4, 0.5, (3, 6, 50)).astype(np.float32)
    given = options(name, rsa.noise_precision(rng.normal(size=(20, 50)), "diagonal"))
    single, double = (rsa.rdm(responses(y), name, **given).dissimilarities for y in (x, x.astype(float)))
    assert single.dtype == np.float64
    np.testing.assert_allclose(single, double, rtol=1e-13)


@pytest.mark.parametrize("name", ["correlation", "cosine", "euclidean"])
def test_large_single_precision_keeps_its_promise(name, rng, monkeypatch):
    """Products of u units in float32 have an error near √u·2⁻²⁴ of the squared length: 4e-6 of it for 4096 at most."""
    x = (5 + rng.normal(size=(40, 9000))).astype(np.float32)
    exact = rsa.rdm(responses(x), name).dissimilarities
    monkeypatch.setattr(patterns, "SINGLE_ABOVE", 0)
    rough = rsa.rdm(responses(x), name).dissimilarities
    assert (rough != exact).any()
    np.testing.assert_allclose(rough, exact, atol=1e-6)


def test_responses_in_a_file_are_not_copied(rng, tmp_path):
    np.save(tmp_path / "x.npy", rng.normal(size=(5, 9000)))
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    stored = responses(mapped)
    assert np.shares_memory(stored.values, mapped)
    np.testing.assert_array_equal(rsa.rdm(stored).dissimilarities, rsa.rdm(responses(np.array(mapped))).dissimilarities)


@pytest.mark.parametrize("offset", [0.0, 1e6])
def test_a_large_baseline_costs_no_digits_of_the_euclidean_distance(offset, rng):
    """|x|² is 1e12 times the distance here; written without taking the mean pattern off, 4 digits would be left."""
    x = np.round(rng.normal(size=(6, 40)), 3)
    found = rsa.rdm(responses(x + offset), "euclidean").dissimilarities[0]
    np.testing.assert_allclose(found, SCIPY["euclidean"](x), rtol=1e-8)


def test_trials_are_averaged_whatever_their_number(rng):
    x = rng.normal(size=(9, 12))
    stimuli = np.array(["b", "a", "c", "a", "b", "a", "c", "c", "c"])
    means = np.stack([x[stimuli == s].mean(axis=0) for s in "abc"])
    found = rsa.rdm(responses(x, stimuli=stimuli, dims=TRIALS))
    assert found.stimuli.tolist() == ["a", "b", "c"]
    np.testing.assert_allclose(found.dissimilarities[0], SCIPY["correlation"](means), rtol=1e-12)


def test_mahalanobis_is_scipys_per_unit(rng):
    x, residuals = rng.normal(size=(8, 10)), rng.normal(size=(40, 10)) @ rng.normal(size=(10, 10))
    noise = rsa.noise_precision(residuals, "full")
    expected = pdist(x, "mahalanobis", VI=np.linalg.inv(np.cov(residuals.T))) ** 2 / 10
    np.testing.assert_allclose(
        rsa.rdm(responses(x), "mahalanobis", noise=noise).dissimilarities[0], expected, rtol=1e-9
    )


@pytest.mark.parametrize("name", ["mahalanobis", "crossnobis"])
def test_full_whitening_ignores_invertible_mixing_of_units(name, rng):
    x, residuals = rng.normal(size=(4, 7, 12)), rng.normal(size=(60, 12))
    mixing = np.linalg.qr(rng.normal(size=(12, 12)))[0] * rng.uniform(0.5, 2, 12)
    plain, mixed = (
        rsa.rdm(responses(x @ m), name, noise=rsa.noise_precision(residuals @ m, "full")).dissimilarities
        for m in (np.eye(12), mixing)
    )
    np.testing.assert_allclose(plain, mixed, rtol=1e-9, atol=1e-12)


def test_each_subject_has_a_noise_of_its_own(rng):
    x = {name: responses(rng.normal(size=(4, 5, n))) for name, n in (("a", 6), ("b", 9))}
    noise = {name: rsa.noise_precision(y) for name, y in x.items()}
    together = rsa.rdm(x, "crossnobis", noise=noise)
    for row, name in enumerate(x):
        apart = rsa.rdm(x[name], "crossnobis", noise=noise[name])
        np.testing.assert_array_equal(together.dissimilarities[row], apart.dissimilarities[0])
    with pytest.raises(InputError, match="no noise for 'b'; there is for a"):
        rsa.rdm(x, "crossnobis", noise={"a": noise["a"]})


def test_a_stimulus_constant_but_for_one_late_unit_has_a_direction(rng):
    x = rng.normal(size=(4, 200))
    x[2] = 3.0
    x[2, 150] = 4.0
    assert len(rsa.rdm(responses(x))) == 1


PLAIN = responses(np.arange(12.0).reshape(3, 4) ** 2)
NOISE = rsa.noise_precision(np.random.default_rng(0).normal(size=(9, 4)))


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: rsa.rdm(responses(np.eye(4)), "corelation"), "Did you mean 'correlation'"),
        (lambda: rsa.rdm({}), "no responses"),
        (lambda: rsa.rdm({"a": responses(np.ones((2, 3, 4)) + np.eye(3, 4), dims=SEEDED)}), "'a' has 2 seeds"),
        (lambda: rsa.rdm(responses(np.ones((2, 3, 4)), dims=("time", "stimulus", "unit"))), "dimensions .'time'."),
        (lambda: rsa.rdm(PLAIN, "mahalanobis"), "needs noise=.*'euclidean' is the same without whitening"),
        (lambda: rsa.rdm(PLAIN, noise=NOISE), "'correlation' takes no noise; 'mahalanobis' and 'crossnobis' do"),
        (lambda: rsa.rdm(PLAIN, prior=(1.0, 1.0)), "takes no prior; 'poisson'"),
        (lambda: rsa.rdm(PLAIN, "mahalanobis", noise={"1": NOISE}), "needs one noise precision for all"),
        (lambda: rsa.rdm(PLAIN.isel(unit=slice(3)), "mahalanobis", noise=NOISE), "4 units cannot whiten .* 3 units"),
        (lambda: rsa.rdm(-PLAIN, "poisson"), "not negative; got -121"),
        (lambda: rsa.rdm(PLAIN, "poisson", prior=(0.0, 0.1)), "must be positive"),
        (lambda: rsa.rdm(PLAIN, "crossnobis", noise=NOISE), "hold one run; cross-validation needs at least two"),
    ],
)
def test_bad_input_is_told_in_a_sentence(call, sentence):
    with pytest.raises(InputError, match=sentence):
        call()
