"""Time-resolved RSA: when a planted effect is found, the numbers at every time, and false positives."""

import jax
import numpy as np
import pytest

from isocortex import InputError, responses, rsa

TIMES = 10 * np.arange(12)
SHOWN = slice(4, 9)
"""When the stimuli are represented: from 40 to 80 ms."""


def brains(rng, n_subjects, *, strength=1.0, n=14, repeats=2):
    """Return the features of stimuli, and subjects who represent them for a while, in noise."""
    features = rng.normal(size=(n, 6))
    course = np.zeros(12)
    course[SHOWN] = strength
    data = {
        f"s{i}": responses(
            np.einsum("sf,fu,t->stu", features, rng.normal(size=(6, 20)), course)
            + 2 * rng.normal(size=(repeats, n, 12, 20)),
            dims=["repeat", "stimulus", "time", "unit"],
            times=TIMES,
        )
        for i in range(n_subjects)
    }
    return {"features": rsa.rdm(responses(features)), "noise": rsa.rdm(responses(rng.normal(size=(n, 6))))}, data


@pytest.mark.parametrize(("n_subjects", "permute"), [(1, "stimulus"), (7, "subject")])
def test_a_planted_effect_is_found_when_it_is_there(rng, key, n_subjects, permute):
    models, data = brains(rng, n_subjects)
    found = rsa.over_time(models, data, key=key, permute=permute, n_permutations=200)
    (first,) = found.clusters[found.clusters["p"] < 0.05].to_dict("records")
    assert first["model"] == "features"
    assert abs(first["start"] - 40) <= 10
    assert abs(first["stop"] - 80) <= 10
    assert found.course("features")["significant"].values[SHOWN].all()
    assert not found.course("noise")["significant"].any()
    assert {"stimulus": "permutations of the stimuli", "subject": "sign flips"}[permute] in found.methods


def test_every_window_has_the_numbers_of_its_own_comparison(rng, key):
    models, data = brains(rng, 3)
    found = rsa.over_time(models, data, key=key, window=30, step=20, method="spearman", n_permutations=20)
    assert found.times.tolist() == [10, 30, 50, 70, 90]
    for i, start in enumerate(range(0, 100, 20)):
        here = {name: array.sel(time=slice(start, start + 20)).mean("time") for name, array in data.items()}
        stack = rsa.rdm(here)
        table = rsa.compare(models, stack, method="spearman")
        rows = found.table[found.table["time"] == found.times[i]].set_index("model")
        for column in ("mean", "low", "high"):
            assert rows[column].to_numpy() == pytest.approx(table[column].to_numpy(), nan_ok=True)
        assert found.rdms[i].dissimilarities == pytest.approx(stack.dissimilarities)
        ceiling = rsa.noise_ceiling(stack, "spearman")
        assert found.ceiling.loc[i, ["lower", "upper"]].tolist() == pytest.approx([ceiling.lower, ceiling.upper])


def test_one_subject_has_the_ceiling_of_its_halves(rng, key):
    models, data = brains(rng, 1, repeats=4)
    found = rsa.over_time(models, data["s0"], key=key, n_permutations=20)
    (inside, before) = found.ceiling["lower"][[6, 0]]
    halves = {str(i): data["s0"].isel(time=6, repeat=slice(i, None, 2)) for i in range(2)}
    assert inside == pytest.approx(rsa.split_half_ceiling(rsa.rdm(halves)).lower)
    assert np.isnan(before) or before < inside


def test_whitened_and_crossvalidated_distances(rng, key):
    models, data = brains(rng, 1)
    found = rsa.over_time(models, data, key=key, dissimilarity="crossnobis", method="cosine", n_permutations=20)
    assert found.course("features")["mean"][6] > 0.3


def share_of_false_positives(rng, experiments, n_subjects):
    found = 0
    for i in range(experiments):
        models, data = brains(rng, n_subjects, strength=0, n=8, repeats=1)
        for array in data.values():
            array.values[:] = np.stack([np.roll(array.values, k, axis=2) for k in range(3)]).sum(axis=0)
        permute = "subject" if n_subjects > 5 else "stimulus"
        result = rsa.over_time(models, data, key=jax.random.key(i), permute=permute, n_permutations=128)
        found += bool(result.table["significant"].any())
    return found / experiments


def test_few_false_positives_of_one_subject(rng):
    """More than 2 of 6 have a probability of 0.2 % at 5 %."""
    assert share_of_false_positives(rng, 6, 1) <= 2 / 6


@pytest.mark.slow
@pytest.mark.parametrize("n_subjects", [1, 7])
def test_false_positives_are_5_percent(rng, n_subjects):
    """The standard error of 5 % over 400 experiments is 1.1 %; at most 6 of 128 flips are less than 5 %."""
    assert 0.015 < share_of_false_positives(rng, 400, n_subjects) < 0.085


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"window": 500}, "does not fit into 120 ms"),
        ({"step": 10}, "needs a window"),
        ({"window": -5}, "above 0 ms"),
        ({"permute": "subject"}, "at least 6 subjects"),
        ({"permute": "seeds"}, "subject"),
        ({"n_permutations": 5}, "at least 20 permutations"),
        ({"threshold": 0.7}, "between 0 and 0.5"),
    ],
)
def test_what_cannot_be_done_is_told(rng, key, change, said):
    models, data = brains(rng, 2)
    with pytest.raises(InputError, match=said):
        rsa.over_time(models, data, key=key, **change)


def test_bad_times_are_told(rng, key):
    models, data = brains(rng, 2)
    with pytest.raises(InputError, match="have no times"):
        rsa.over_time(models, data["s0"].isel(time=0), key=key)
    with pytest.raises(InputError, match="'s1' has other times"):
        rsa.over_time(models, data | {"s1": data["s1"].isel(time=slice(3))}, key=key)
    silent = data["s0"].copy()
    silent.values[:, 0, 5] = 0
    with pytest.raises(InputError, match="At 50 ms: "):
        rsa.over_time(models, silent, key=key)
