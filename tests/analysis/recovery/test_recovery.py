"""Model recovery: noise like the recording's, scores like those of the measures, and chance where nothing differs."""

import numpy as np
import pytest

from isocortex import InputError, alignment, responses, rsa
from isocortex.analysis.recovery import Size, TrialNoise, independent_noise, needed, recover, trial_noise
from isocortex.analysis.recovery.recover import planted
from isocortex.analysis.recovery.scores import scorers


@pytest.fixture
def recording(rng):
    """200 stimuli, 8 repeats, 30 neurons: signal variance 2, noise variance 3, of which 1 is shared by all neurons."""
    signal = np.sqrt(2) * rng.normal(size=(200, 30))
    noise = rng.normal(size=(8, 200, 1)) + np.sqrt(2) * rng.normal(size=(8, 200, 30))
    return responses(signal + noise)


def test_noise_of_a_recording_is_found_and_drawn_again_with_its_correlations(recording, rng):
    found = trial_noise(recording)
    assert found.signal == pytest.approx(2, rel=0.05)
    assert found.noise == pytest.approx(3, rel=0.05)
    drawn = found.draw(rng, 4, 500, 30).reshape(-1, 30)
    covariance = np.cov(drawn.T)
    assert covariance.diagonal().mean() == pytest.approx(3, rel=0.08)
    pairs = np.triu_indices(30, 1)
    assert covariance[pairs].mean() == pytest.approx(np.cov(found.residuals.T)[pairs].mean(), rel=0.12)
    assert covariance[pairs].mean() > 0.8


def test_further_sets_of_neurons_have_noise_of_their_own(recording, rng):
    drawn = trial_noise(recording).draw(rng, 4, 500, 45).reshape(-1, 45)
    between = np.cov(drawn.T)[:30, 30:]
    assert abs(between.mean()) < 0.1


@pytest.mark.parametrize("subject_neurons", [10, 60])
def test_a_planted_brain_has_the_signal_and_noise_of_the_recording(recording, rng, subject_neurons):
    noise = trial_noise(recording)
    model = rng.normal(size=(200, 80))
    model /= np.sqrt(model.var(axis=0, ddof=1).mean())
    (brain,) = planted(rng, model, np.arange(200), [noise], Size(200, subject_neurons, 6))
    again = trial_noise(responses(brain))
    assert again.snr == pytest.approx(noise.snr, rel=0.1)


def test_scores_are_those_of_the_measures(rng):
    models = {name: responses(rng.normal(size=(1, 14, 9)), dims=["seed", "stimulus", "unit"]) for name in "ab"}
    brains = [rng.normal(size=(3, 10, 7)) for _ in range(2)]
    places = np.arange(2, 12)
    found = scorers(["rsa", "cka", "encoding"], models, dissimilarity="euclidean", similarity="spearman")
    for i, array in enumerate(models.values()):
        x = array.values[0][places]
        rdms = rsa.rdm({str(k): responses(y) for k, y in enumerate(brains)}, "euclidean")
        expected = {
            "rsa": rsa.similarity(rsa.rdm(responses(x), "euclidean"), rdms, "spearman").mean(),
            "cka": np.mean([alignment.cka(x, y.mean(axis=0)) for y in brains]),
            "encoding": np.mean([alignment.ridge_predictivity(x, y.mean(axis=0)) for y in brains]),
        }
        assert {name: score(brains, places)[i] for name, score in found.items()} == pytest.approx(expected)


def test_a_clean_brain_is_always_named_and_a_noisy_one_by_chance(rng, key):
    models = {name: rng.normal(size=(20, 30)) for name in "abcd"}
    sizes = [Size(20, 60)]
    clean = recover(models, independent_noise(100), key=key, sizes=sizes, n_simulations=10)
    assert (clean.recovered["recovered"] == 1).all()
    noisy = recover(models, independent_noise(1e-6), key=key, sizes=sizes, measures=["cka"], n_simulations=50)
    (row,) = noisy.recovered.to_dict("records")
    assert row["low"] < 0.25 < row["high"]


def test_models_that_are_alike_are_named_equally_often(rng, key):
    x = rng.normal(size=(15, 20))
    found = recover({"one": x, "same": x}, independent_noise(1), key=key, sizes=[Size(15, 20)], measures=["cka"])
    confusion = found.confusion(Size(15, 20), "cka")
    assert confusion.sum("named").values == pytest.approx(1)
    assert 0.3 < float(confusion.sel(planted="one", named="same")) < 0.7


def test_the_seed_that_is_the_brain_is_no_candidate(rng, key):
    """Seeds that have nothing in common do not name their model; the seed itself always would, for it is clean."""
    models = {name: responses(rng.normal(size=(3, 20, 30)), dims=["seed", "stimulus", "unit"]) for name in "ab"}
    found = recover(models, independent_noise(100), key=key, sizes=[Size(20, 60)], measures=["cka"], n_simulations=30)
    assert found.recovered["recovered"].item() < 0.8


def test_a_size_gives_the_same_numbers_in_every_sweep(rng, key):
    models = {name: rng.normal(size=(12, 10)) for name in "ab"}
    how = {"key": key, "measures": ["cka"], "n_simulations": 20}
    alone = recover(models, independent_noise(0.2), sizes=[Size(8, 10)], **how)
    among = recover(models, independent_noise(0.2), sizes=[Size(12, 10), Size(8, 10)], **how)
    assert alone.recovered.equals(among.recovered[among.recovered["stimuli"] == 8].reset_index(drop=True))


def test_more_of_everything_names_better(rng, key):
    features = rng.normal(size=(40, 8))
    models = {"a": features[:, :6], "b": features[:, 2:]}
    sizes = [Size(10, 15), Size(40, 15), Size(10, 120), Size(10, 15, repeats=12), Size(10, 15, subjects=8)]
    found = recover(models, independent_noise(0.1), key=key, sizes=sizes, measures=["cka"], n_simulations=40)
    few, *more = found.recovered["recovered"]
    assert few < 0.75
    assert min(more) > few


def test_what_is_needed_is_interpolated_after_making_the_curve_increase():
    assert needed([10, 20, 40], [0.7, 0.6, 0.95]) == pytest.approx(20 * 2 ** (0.15 / 0.3))
    assert needed([10, 20], [0.9, 0.7]) == 10
    assert needed([10, 20], [0.2, 0.7]) == np.inf


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"models": {"a": np.eye(6)}}, "at least two; got 1"),
        ({"models": {"a": np.eye(6), "b": np.eye(7)}}, "other stimuli"),
        ({"models": {"a": np.eye(6), "b": np.ones((6, 3))}}, "the same for all stimuli"),
        ({"sizes": [Size(9, 5)]}, "9 stimuli cannot be drawn from the 6"),
        ({"measures": ["ckaa"]}, "cka"),
        ({"dissimilarity": "crossnobis"}, "at least 2 repeats|at least 2; got 1"),
    ],
)
def test_what_cannot_be_simulated_is_told(change, said, key):
    given = {"models": {"a": np.eye(6), "b": np.eye(6)[:, ::2]}, "sizes": [Size(6, 5)], "measures": ["rsa"]} | change
    with pytest.raises(InputError, match=said):
        recover(given.pop("models"), independent_noise(1), key=key, **given)


def test_recordings_without_noise_or_signal_are_told(rng):
    with pytest.raises(InputError, match="at least 2 repeats"):
        trial_noise(responses(rng.normal(size=(5, 4))))
    with pytest.raises(InputError, match="all the same"):
        trial_noise(responses(np.tile(rng.normal(size=(5, 4)), (2, 1, 1))))
    with pytest.raises(InputError, match="than their noise explains"):
        trial_noise(responses(np.stack([x := rng.normal(size=(5, 4)), -x])))
    with pytest.raises(InputError, match="above 0"):
        independent_noise(0)
    with pytest.raises(InputError, match="at least 5 stimuli"):
        Size(4, 10)


def test_white_noise_has_its_ratio():
    drawn = independent_noise(0.25).draw(np.random.default_rng(0), 10, 50, 40)
    assert drawn.var() == pytest.approx(4, rel=0.05)
    assert TrialNoise(1, 4).snr == independent_noise(0.25).snr == 0.25
