"""encode-v1, small: what is held out, what the run says, and the ways in which recordings come."""

import json

import numpy as np
import pytest

from isocortex import InputError, load_run, responses
from isocortex.analysis.inference import Split, require_no_leak
from isocortex.experiments import experiment
from isocortex.experiments.encoding.comparison import compare
from isocortex.experiments.encoding.held_out import HeldOut, hold_out
from isocortex.experiments.encoding.predictors import best_of, compact, constant, from_features, from_tuning
from isocortex.recordings import read_npz

SMALL = {"seeds": 2, "epochs": 2, "trials": 200, "neurons_per_animal": 60, "folds": 3, "steps": 3} | {
    "architecture": "FC",
    "resolution": 0.05,
}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return experiment("encode-v1")(**SMALL, out=tmp_path_factory.mktemp("runs")).execute()


def tuned(rng, n_repeats=4, n_neurons=30, noise=0.3):
    """Return repeats of neurons with a von Mises tuning curve, whose angles are 6° apart."""
    angles = np.arange(-90.0, 90, 6)
    peaks = rng.uniform(-90, 90, n_neurons)
    mean = np.exp(2 * (np.cos(np.deg2rad(2 * (angles[:, None] - peaks))) - 1))
    return responses(mean + noise * rng.normal(size=(n_repeats, 30, n_neurons)), stimuli=angles)


@pytest.mark.slow
@pytest.mark.sample
def test_the_summary_has_every_model(run):
    summary = json.loads((run / "summary.json").read_text())
    layers = ("best_layer", "fc", "fc_relu", "output")
    models = ["convolutional", "energy", "tuning_curve"]
    layers += tuple(f"recognition__{layer}" for layer in ("best_layer", "conv1", "conv2", "fc"))
    models += [f"{layer}.{variant}" for layer in layers for variant in ("trained", "untrained")]
    for model in models:
        low, middle, high = (summary[f"encoding.{model}.fev.{end}"] for end in ("low", "median", "high"))
        assert low < middle < high
        assert f"encoding.{model}.r2.median" in summary
    assert "encoding.constant.fev.median" not in summary
    assert summary["encoding.constant.r2.median"] < 0
    assert summary["encoding.tuning_curve.fev.median"] > 0.7  # the planted tuning is a von Mises curve
    assert summary["encoding.neurons"] == 180
    assert 0 < summary["encoding.judged"] < 180
    assert {"mean", "low", "high", "p"} == {
        key.rsplit(".", 1)[1] for key in summary if key.startswith("encoding.best_layer.trained.minus")
    }


@pytest.mark.slow
@pytest.mark.sample
def test_the_answer_compares_training_with_the_control(run):
    found = load_run(run)
    assert "from each neuron's best layer, the median fraction of explainable variance is" in found.answer
    assert "cannot be judged" in found.answer
    table = (run / "tables" / "neurons.csv").read_text().splitlines()
    assert len(table) == 181


def test_ranges_of_orientations_are_held_out_with_all_repeats(rng, key):
    data = hold_out({"animal": tuned(rng)}, None, width=20.0, n_folds=3, key=key)
    for fold in data.folds:
        assert not set(data.groups[fold.train]) & set(data.groups[fold.test])
        assert len(fold.test) + len(fold.train) == 30
    np.testing.assert_allclose(data.fitted, data.measured)


def test_a_planted_leak_of_repeats_is_caught(rng):
    """The trials of a stimulus are dealt out one by one: the model has seen other repeats of what it is tested on."""
    stimulus = np.tile(np.arange(30), 4)
    order = rng.permutation(120)
    leaky = [Split(np.sort(np.setdiff1d(order, part)), np.sort(part)) for part in np.array_split(order, 5)]
    with pytest.raises(InputError, match="Fold 0 leaks"):
        require_no_leak(leaky, stimulus)


def test_the_published_halves_are_fitted_and_judged_apart(rng, key, tmp_path):
    half = tuned(rng, n_repeats=2)
    path = tmp_path / "split.npz"
    np.savez(path, resp_train=half.values[0], resp_test=half.values[1], stimuli=half["stimulus"].values + 90)
    data = hold_out(read_npz(path), None, width=10.0, n_folds=6, key=key)
    np.testing.assert_allclose(data.fitted, half.values[0].astype(np.float32))
    np.testing.assert_allclose(data.measured, half.values[1].astype(np.float32))
    assert "resp_train, resp_test" in data.methods
    scores = data.scores(data.fitted)
    assert scores["snr"].median() == pytest.approx(1.24, abs=0.4)  # variance of the curves 0.112, of the noise 0.09
    held = hold_out(read_npz(path), "orientations", width=10.0, n_folds=6, key=key)
    assert len(held.folds) == 6


@pytest.mark.slow
def test_without_repeats_models_are_compared_by_r2(rng, key):
    alone = tuned(rng, n_repeats=1).isel(repeat=0)
    data = hold_out({"a": alone}, None, width=10.0, n_folds=6, key=key)
    scores = {("curve", "x"): [data.scores(from_tuning(data))], ("constant", "x"): [data.scores(constant(data))]}
    found = compare(scores, data.animal)
    assert not found.has_fev
    table = found.table()
    assert table["mean"][0] > 0.2
    assert table["mean"][1] < 0
    assert (table["low"] < table["mean"]).all()
    with pytest.raises(InputError, match="at least 2 repeats"):
        hold_out({"a": alone}, "trials", width=10.0, n_folds=6, key=key)


def test_features_that_hold_the_tuning_predict_it(rng, key):
    data = hold_out({"a": tuned(rng), "b": tuned(rng)}, None, width=10.0, n_folds=6, key=key)
    waves = np.deg2rad(2 * data.angles)
    good = np.stack([f(k * waves) for k in (1, 2, 3) for f in (np.cos, np.sin)], axis=1)
    bad = rng.normal(size=(30, 40))
    predicted = {"good": from_features(good, data), "bad": from_features(bad, data)}
    best, shares = best_of(predicted, data)
    scores = {name: [data.scores(one.responses)] for name, one in predicted.items()} | {"best": [data.scores(best)]}
    found = compare({(name, "x"): tables for name, tables in scores.items()}, data.animal)
    good_fev, bad_fev, best_fev = found.table()["mean"]
    assert good_fev > 0.9
    assert bad_fev < 0.2
    assert best_fev > 0.85
    assert shares[0] > 0.85
    (difference,) = found.differences([(("good", "x"), ("bad", "x"))]).to_dict("records")
    assert difference["difference"] == pytest.approx(good_fev - bad_fev)


def test_compact_features_have_the_same_products(rng):
    features = rng.normal(size=(6, 50))
    found = compact(features)
    assert found.shape == (6, 6)
    scale = (features**2).sum(axis=1).mean()
    np.testing.assert_allclose(found @ found.T, features @ features.T / scale, atol=1e-12)


def test_bad_options_are_told_before_anything_is_computed():
    kind = experiment("encode-v1")
    for options, message in (
        ({"folds": 20}, "18 groups cannot be divided into 20 folds"),
        ({"hold_out": "neurons"}, "There is no hold out 'neurons'"),
        ({"range": 0.0}, "--range must be above 0"),
    ):
        with pytest.raises(InputError, match=message):
            kind(**options).read()


def test_neurons_without_repeats_have_no_fraction(rng, key):
    data = hold_out({"a": tuned(rng, n_repeats=1).isel(repeat=0)}, None, width=10.0, n_folds=6, key=key)
    assert isinstance(data, HeldOut)
    assert data.noise is None
    assert data.scores(constant(data))[["fev", "snr", "p"]].isna().all(axis=None)


@pytest.mark.slow
def test_the_same_options_give_the_same_bytes(run, tmp_path):
    again = experiment("encode-v1")(**SMALL, out=tmp_path).execute()
    assert (again / "summary.json").read_bytes() == (run / "summary.json").read_bytes()
