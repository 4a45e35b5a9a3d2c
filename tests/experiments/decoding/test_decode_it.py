"""Identity decoded from a pseudo-population: small runs on files made here, and how sure it is."""

import json
from itertools import product

import jax
import numpy as np
import pytest
from scipy.io import savemat

from isocortex import InputError, responses
from isocortex.analysis.decoding import decode_across
from isocortex.experiments.decoding.decode_it import DecodeIT
from isocortex.experiments.decoding.identity import paired_anew, prepared, uncertainty

OBJECTS, POSITIONS = ("car", "face", "hand"), ("left", "right")
HOW = {"decoder": "maximum-correlation", "n_folds": 3, "by": "fold"}


def cells(words):
    box = np.empty((1, len(words)), object)
    box[0] = words
    return box


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Twenty neurons, 6 trials of 3 objects at 2 positions; rates depend on the object from 20 ms after it came on."""
    place, rng = tmp_path_factory.mktemp("neurons"), np.random.default_rng(1)
    for i in range(20):
        conditions = [c for c in product(OBJECTS, POSITIONS) for _ in range(6)]
        rates = dict(zip(OBJECTS, rng.uniform(0.02, 0.4, 3), strict=True))
        rate = np.full((len(conditions), 100), 0.1)
        rate[:, 60:] = [[rates[shown]] for shown, _ in conditions]
        labels = {
            "stimulus_ID": cells([c[0] for c in conditions]),
            "stimulus_position": cells([c[1] for c in conditions]),
        }
        raster = (rng.random(rate.shape) < rate).astype(np.uint8)
        stored = {"raster_data": raster, "raster_labels": labels, "raster_site_info": {"alignment_event_time": 41}}
        savemat(place / f"n{i:02}_raster_data.mat", stored)
    return place


@pytest.fixture(scope="module")
def run(folder, tmp_path_factory):
    out = tmp_path_factory.mktemp("runs")
    options = {"window": 20, "step": 20, "folds": 3, "permutations": 40, "bootstraps": 20}
    return DecodeIT(data=folder, out=out, **options).execute()


@pytest.mark.slow
def test_identity_is_read_after_the_object_came_on(run):
    found = json.loads((run / "summary.json").read_text())
    assert found["decoding.identity.peak"] > 0.8
    assert found["decoding.identity.peak_ms"] in (30, 50)
    assert found["decoding.identity.onset_ms"] == 30
    assert abs(found["decoding.identity.baseline"] - 1 / 3) < 0.12
    assert found["decoding.identity.cross_position"] > 0.7
    assert found["decoding.identity.p"] == pytest.approx(1 / 41)


@pytest.mark.slow
def test_the_page_names_chance_and_what_intervals_hold_for(run):
    page = (run / "report.html").read_text()
    assert "chance is 0.333" in page
    assert "new neurons and new trials" in page
    assert "no trial is used twice" in page
    assert 'src="data:image/apng;base64,' in page


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "needs --data FOLDER"),
        ({"folds": 7, "window": 20}, "the neuron with the fewest has 6"),
        ({"window": 200}, "does not fit"),
    ],
)
def test_what_cannot_be_run_is_said_first(folder, tmp_path, options, words):
    data = {"data": folder} if options else {}
    with pytest.raises(InputError, match=words):
        DecodeIT(**data, **options, out=tmp_path / "runs").execute()
    assert not (tmp_path / "runs").exists()


def population(key, n_units=30, n_trials=9):
    """Return a pseudo-population in one window, of neurons and trials that are drawn anew."""
    rng = np.random.default_rng(np.asarray(jax.random.key_data(key)).ravel()[-1])
    rates = rng.lognormal(0.5, 0.25, (3, n_units))
    counts = rng.poisson(rates, (2, n_trials, 3, n_units))
    found = responses(counts.reshape(-1, 1, 3, n_units), stimuli=OBJECTS, dims=["repeat", "time", "stimulus", "unit"])
    return found.assign_coords(position=("repeat", np.repeat(POSITIONS, n_trials)), time=[0.0])


def test_other_pairings_hold_the_same_trials(key):
    x = prepared(population(key), 3)
    paired = paired_anew(x, key)
    assert not np.array_equal(paired.values, x.values)
    for place in POSITIONS:
        here = x["position"].values == place
        np.testing.assert_array_equal(np.sort(paired.values[here], axis=0), np.sort(x.values[here], axis=0))


def test_copies_of_a_trial_stay_in_its_fold(key):
    """A bootstrap sample of trials that were counted once in training and in test would be decoded too well."""
    noise = prepared(population(key, n_units=200), 3)
    noise = noise.copy(data=np.random.default_rng(0).poisson(2.0, noise.shape))
    drawn = noise.isel(repeat=np.r_[np.zeros(9, int), np.arange(9), np.full(9, 9), np.arange(9, 18)])
    assert abs(float(decode_across(drawn, across="position", **HOW).within[0]) - 1 / 3) < 0.25


def test_a_sample_of_trials_from_one_fold_is_undefined(key):
    """It cannot be split; a bootstrap leaves it out."""
    x = prepared(population(key), 3)
    same = x.isel(repeat=np.flatnonzero(x["fold"].values == 0))
    found = decode_across(x, across="position", **HOW)
    sampled = uncertainty(
        same.assign_coords(replicate=("repeat", np.arange(same.sizes["repeat"]))), HOW, found, key, 20
    )
    assert np.isnan(sampled.total).all()


def precision(n_experiments, n_bootstraps):
    """Return the spread of accuracies over experiments, the standard error found, and that of pseudo-trials alone."""
    accuracies, errors, naive = [], [], []
    for i in range(n_experiments):
        x = prepared(population(jax.random.key(i)), 3)
        found = decode_across(x, across="position", **HOW)
        sampled = uncertainty(x, HOW, found, jax.random.key(i), n_bootstraps)
        accuracies.append(float(found.within[0]))
        errors.append(float(np.sqrt(sampled.total[0, 0])))
        pairings = 20
        naive.append(np.sqrt(accuracies[-1] * (1 - accuracies[-1]) / (54 * pairings)))
    return np.std(accuracies, ddof=1), np.sqrt(np.mean(np.square(errors))), np.mean(naive)


@pytest.mark.slow
def test_pseudo_trials_pretend_a_precision_that_neurons_and_trials_do_not_have():
    """20 pairings of the same trials divide their standard error by √20; that of neurons and trials stays."""
    _, found, pretended = precision(2, 20)
    assert pretended < found / 3


@pytest.mark.slow
def test_intervals_are_as_wide_as_experiments_scatter():
    """60 experiments: the spread is known to 9 %; bootstrap samples of a few trials err on the cautious side."""
    spread, found, pretended = precision(60, 30)
    print(f"spread {spread:.4f}, standard error {found:.4f}, of pseudo-trials {pretended:.4f}")
    assert spread / 1.2 < found < 1.8 * spread
    assert pretended < spread / 3
