"""Cross-validated dissimilarities: no bias, the definition, unbalanced designs, and what is refused."""

from itertools import permutations

import numpy as np
import pytest

from isocortex import InputError, responses, rsa
from isocortex.analysis.rsa.dissimilarities.observations import observe

TRIALS = ("trial", "unit")
CROSSVALIDATED = [name for name, how in rsa.DISSIMILARITIES.items() if how.crossvalidated]


def noise_of(rng, units, mixing):
    return rsa.noise_precision(rng.normal(size=(40 * units, units)) @ mixing, "full")


@pytest.mark.first_variant
@pytest.mark.parametrize("name", CROSSVALIDATED)
def test_equal_stimuli_are_at_distance_zero_on_average(name, rng):
    """400 experiments with no differences: the mean of a dissimilarity must lie within 4.5 of its standard errors.

    28 pairs and three dissimilarities are looked at: 4.5 s.e. leave a chance of 84 × 7e-6 < 0.001.
    """
    found = []
    for _ in range(400):
        x = responses(rng.poisson(3.0, (4, 8, 12)).astype(float))
        residuals = rng.poisson(3.0, (20, 12))
        options = {"noise": rsa.noise_precision(residuals, "diagonal")} if name == "crossnobis" else {}
        found.append(rsa.rdm(x, name, **options).dissimilarities[0])
    mean, se = np.mean(found, axis=0), np.std(found, axis=0, ddof=1) / 20
    assert (np.abs(mean) < 4.5 * se).all()
    assert np.min(found) < 0


@pytest.mark.slow
def test_crossnobis_is_the_true_mahalanobis_distance_on_average(rng):
    """300 experiments of six runs; the precision is known, so the only spread is that of the responses."""
    truth, mixing = rng.normal(size=(5, 8)), np.eye(8) + 0.4 * rng.normal(size=(8, 8))
    noise = rsa.NoisePrecision(np.zeros(8), np.linalg.cholesky(mixing.T @ mixing))
    exact = rsa.rdm(responses(truth), "mahalanobis", noise=noise).dissimilarities[0]
    found, biased = [], []
    for _ in range(300):
        x = responses(truth + rng.normal(size=(6, 5, 8)) @ mixing)
        found.append(rsa.rdm(x, "crossnobis", noise=noise).dissimilarities[0])
        biased.append(rsa.rdm(x, "mahalanobis", noise=noise).dissimilarities[0])
    se = np.std(found, axis=0, ddof=1) / np.sqrt(300)
    assert (np.abs(np.mean(found, axis=0) - exact) < 4.5 * se).all()
    # Without cross-validation the noise adds its variance: two differences of mean 6 trials, so 2/6 per unit.
    np.testing.assert_allclose(np.mean(biased, axis=0) - exact, 2 / 6, atol=4.5 * se.max())


@pytest.mark.slow
def test_noise_from_the_same_responses_biases_crossnobis_as_derived(rng):
    """By 4 / (runs·(ν − 2)) per unit for normal noise with ν degrees of freedom, whatever the true distance.

    With δ the difference of two stimuli, runs·(runs − 1)·d·s² = runs·(runs − 1)·δ̄² − Q, where Q is part of ν·s²; δ̄ is
    independent of s², E[1/s²] = ν / ((ν − 2)·σ²), and E[Q/s²] = 2·(runs − 1).
    """
    runs, stimuli = 3, 6
    found = []
    for _ in range(400):
        x = responses(rng.normal(size=(runs, stimuli, 20)))
        found.append(rsa.rdm(x, "crossnobis", noise=rsa.noise_precision(x, "diagonal")).dissimilarities.mean())
    expected = 4 / runs / (stimuli * (runs - 1) - 2)
    assert np.mean(found) == pytest.approx(expected, abs=4.5 * np.std(found) / 20)
    assert expected > 9 * np.std(found) / 20


def test_crossnobis_is_the_mean_over_pairs_of_runs(rng):
    x, white = rng.normal(size=(4, 5, 7)), rng.normal(size=(7, 7))
    noise = rsa.NoisePrecision(np.zeros(7), np.linalg.inv(white).T)
    expected = np.zeros((5, 5))
    for r, s in permutations(range(4), 2):
        for i in range(5):
            for j in range(5):
                expected[i, j] += (x[r, i] - x[r, j]) @ white @ white.T @ (x[s, i] - x[s, j]) / 7 / 12
    found = rsa.rdm(responses(x), "crossnobis", noise=noise)
    np.testing.assert_allclose(found.square()[0], expected, atol=1e-9)


@pytest.mark.parametrize("design", ["balanced", "unequal", "incomplete", "without runs"])
def test_a_response_common_to_all_stimuli_changes_nothing(design, rng):
    """rsatoolbox's unbalanced RDM weights pairs of trials by number, and changes. Run by run it holds where it can."""
    stimuli, run = np.tile([0, 1, 2, 3], 6), np.repeat([0, 1, 2], 8)
    kept = {"balanced": slice(None), "unequal": slice(3, None), "incomplete": np.flatnonzero((stimuli > 0) | (run > 0))}
    chosen = kept.get(design, slice(5, None))
    stimuli, run, x = stimuli[chosen], run[chosen], rng.normal(size=(24, 9))[chosen]
    common = 100 * rng.normal(size=9)
    shift = common * run[:, None] if design in ("balanced", "incomplete") else common
    named = {"stimuli": stimuli, "runs": None if design == "without runs" else run, "dims": TRIALS}
    plain, shifted = (rsa.rdm(responses(y, **named), "cv-euclidean").dissimilarities for y in (x, x + shift))
    np.testing.assert_allclose(plain, shifted, atol=1e-10)


@pytest.mark.parametrize("per_run", [None, int, str])
def test_a_stimulus_missing_from_a_run_leaves_the_others_alone(per_run, rng):
    """Stimulus 3 is missing in run 0: pairs without it are as before, pairs with it come from runs 1 and 2 alone."""
    x = rng.normal(size=(3, 4, 6))
    whole = responses(x.reshape(12, 6), stimuli=np.tile(range(4), 3), runs=np.repeat(range(3), 4), dims=TRIALS)
    noise = rsa.noise_precision(rng.normal(size=(30, 6)))
    given = {per_run(i): noise for i in range(3)} if per_run else noise
    full, partial, late = (
        rsa.rdm(part, "crossnobis", noise=given).square()[0] for part in (whole, whole.drop_isel(trial=3), whole[4:])
    )
    np.testing.assert_allclose(partial[:3, :3], full[:3, :3], rtol=1e-10)
    np.testing.assert_allclose(partial[3], late[3], rtol=1e-10)


def test_poisson_leaves_out_the_runs_that_lack_a_stimulus(rng):
    """Stimulus 3 is missing in run 0: its pairs are averaged over the folds of runs 1 and 2."""
    x = rng.poisson(4.0, (3, 4, 6))
    whole = responses(x.reshape(12, 6), stimuli=np.tile(range(4), 3), runs=np.repeat(range(3), 4), dims=TRIALS)
    full, partial = (rsa.rdm(part, "cv-poisson").square()[0] for part in (whole, whole.drop_isel(trial=3)))
    np.testing.assert_allclose(partial[:3, :3], full[:3, :3], rtol=1e-10)
    rates = (x + 0.1) / 1.1
    train = np.stack([rates[[0, 2]].mean(axis=0), rates[[0, 1]].mean(axis=0)])
    train[:, 3] = rates[[2, 1], 3]
    products = (train - train[:, [3]]) * (np.log(rates[[1, 2]]) - np.log(rates[[1, 2], 3])[:, None])
    np.testing.assert_allclose(partial[3], products.sum(axis=2).mean(axis=0) / 6, atol=1e-12)


def test_repeats_of_one_run_are_averaged_before_they_are_compared(rng):
    x = rng.normal(size=(6, 4, 5))
    grouped = rsa.rdm(responses(x, runs=["a", "b", "a", "b", "c", "c"]), "cv-euclidean")
    means = np.stack([x[[0, 2]].mean(axis=0), x[[1, 3]].mean(axis=0), x[[4, 5]].mean(axis=0)])
    np.testing.assert_allclose(
        grouped.dissimilarities, rsa.rdm(responses(means), "cv-euclidean").dissimilarities, atol=1e-12
    )


def test_cells_of_a_balanced_design_are_not_copied(rng):
    x = responses(rng.normal(size=(2, 3, 4)))
    means, counts = observe(x).cells()
    assert np.shares_memory(means, x.values)
    assert (counts == 1).all()


def trials(stimuli, runs=None):
    values = np.random.default_rng(0).normal(size=(len(stimuli), 4))
    return responses(values, stimuli=stimuli, runs=runs, dims=TRIALS)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda n: rsa.rdm(trials([0, 1, 2, 0, 1], [1] * 5), "cv-euclidean"), "hold one run"),
        (lambda n: rsa.rdm(trials([0, 1, 2, 0, 1]), "cv-euclidean"), "2 was shown once"),
        (lambda n: rsa.rdm(trials([0, 1, 2, 0, 1], [1, 1, 1, 2, 2]), "cv-euclidean"), "compare 0 with 2;"),
        (lambda n: rsa.rdm(trials([0, 1, 2] * 2), "cv-poisson"), "needs the run of each trial"),
        (lambda n: rsa.rdm(trials([0, 1, 2] * 2, [0] * 3 + [1] * 3), "cv-poisson"), "not negative"),
        (lambda n: rsa.rdm(trials([0, 1, 2] * 2), "crossnobis", noise={"0": n}), "do not name their runs"),
        (lambda n: rsa.rdm(trials([0, 1, 2] * 2, [0] * 3 + [7] * 3), "crossnobis", noise={"0": n}), "noise for run 7;"),
        (lambda n: rsa.rdm(trials([0, 1, 2] * 2).assign_coords(run=1), "cv-euclidean"), "'run' must lie along 'trial'"),
    ],
)
def test_bad_input_is_told_in_a_sentence(call, sentence):
    with pytest.raises(InputError, match=sentence):
        call(rsa.noise_precision(np.random.default_rng(0).normal(size=(9, 4))))
