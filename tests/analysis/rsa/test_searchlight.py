"""Searchlight: the numbers of a plain loop over neighbourhoods, where an effect is found, and false positives."""

from importlib import import_module

import jax
import numpy as np
import pytest
from scipy.sparse import csr_array

from isocortex import InputError, responses, rsa


@pytest.fixture
def cortex(rng):
    """60 units on a sheet; those left of the middle represent the stimuli."""
    places = rng.uniform(size=(60, 2))
    features = rng.normal(size=(14, 3))
    shown = (features @ rng.normal(size=(3, 60))) * (places[:, 0] < 0.5)
    x = responses(shown + 0.3 * rng.normal(size=(3, 14, 60))).assign_coords(x=("unit", places[:, 0]))
    return {"features": rsa.rdm(responses(features), "euclidean")}, x, places


@pytest.mark.parametrize("dissimilarity", ["correlation", "euclidean", "cv-euclidean", "crossnobis"])
def test_numbers_are_those_of_a_plain_loop(cortex, key, dissimilarity, monkeypatch):
    models, x, places = cortex
    around = rsa.neighbourhoods(places, radius=0.25)
    how = {"key": key, "dissimilarity": dissimilarity, "method": "spearman", "n_permutations": 20}
    found = rsa.searchlight(models, x, around, **how)
    for i in range(0, 60, 7):
        here = x.isel(unit=np.flatnonzero(np.linalg.norm(places - places[i], axis=1) <= 0.25))
        noise = rsa.noise_precision(here) if dissimilarity == "crossnobis" else None
        expected = rsa.similarity(models["features"], rsa.rdm(here, dissimilarity, noise=noise), "spearman")
        assert found.similarity[0, i].item() == pytest.approx(expected.item())
        assert found.size[i].item() == here.sizes["unit"]
    monkeypatch.setattr(import_module("isocortex.analysis.rsa.searchlight"), "AT_ONCE", 2000)
    in_blocks = rsa.searchlight(models, x, around, **how)
    assert in_blocks.similarity.values == pytest.approx(found.similarity.values)
    assert (in_blocks.p.values == found.p.values).all()


@pytest.mark.parametrize("correction", ["max", "fdr"])
def test_an_effect_is_found_where_it_is(cortex, key, correction):
    models, x, places = cortex
    how = {"key": key, "dissimilarity": "euclidean", "correction": correction, "n_permutations": 200}
    found = rsa.searchlight(models, x, rsa.neighbourhoods(places, nearest=8), **how)
    inside, outside = places[:, 0] < 0.3, places[:, 0] > 0.75
    assert (found.p.values[0, inside] < 0.05).mean() > 0.9
    assert (found.p.values[0, outside] < 0.05).mean() < 0.1
    assert found.p["x"].values == pytest.approx(places[:, 0])


def test_subjects_with_the_same_units_are_tested_by_sign_flips(cortex, key, rng):
    models, x, places = cortex
    data = {f"s{i}": x + rng.normal(size=x.shape) for i in range(7)}
    found = rsa.searchlight(models, data, rsa.neighbourhoods(places, nearest=8), key=key, permute="subject")
    alone = [
        rsa.searchlight(models, one, rsa.neighbourhoods(places, nearest=8), key=key, n_permutations=20)
        for one in data.values()
    ]
    assert found.similarity.values == pytest.approx(np.mean([each.similarity.values for each in alone], axis=0))
    assert found.p.values.min() == 1 / 128
    assert "128 sign flips" in found.methods


def test_a_silent_neighbourhood_has_no_similarity(cortex, key):
    models, x, places = cortex
    x = x.copy()
    silent = np.argsort(places[:, 0])[:10]
    x.values[..., silent] = 0
    graph = np.eye(60) + np.roll(np.eye(60), 1, axis=1)
    graph[silent[0]] = 0
    graph[silent[0], silent] = 1
    found = rsa.searchlight(models, x, graph, key=key, n_permutations=20, dissimilarity="euclidean")
    assert np.isnan(found.similarity.values[0, silent[0]])
    assert np.isnan(found.p.values[0, silent[0]])
    assert np.isfinite(found.p.values).sum() > 40


def share_of_false_positives(rng, experiments):
    found = 0
    for i in range(experiments):
        x, model = responses(rng.normal(size=(8, 30))), rsa.rdm(responses(rng.normal(size=(8, 5))))
        around = rsa.neighbourhoods(np.arange(30.0)[:, None], nearest=6)
        result = rsa.searchlight({"m": model}, x, around, key=jax.random.key(i), n_permutations=99)
        found += bool((result.p < 0.05).any())
    return found / experiments


def test_few_false_positives_over_all_centres(rng):
    """More than 9 of 60 have a probability of 0.1 % at 5 %."""
    assert share_of_false_positives(rng, 60) <= 9 / 60


@pytest.mark.slow
def test_false_positives_over_all_centres_are_5_percent(rng):
    """4 % of permutations have p below 0.05, and the standard error over 1000 experiments is 0.6 %."""
    assert 0.02 < share_of_false_positives(rng, 1000) < 0.065


def test_neighbourhoods_and_graphs(rng):
    places = rng.uniform(size=(20, 3))
    distance = np.linalg.norm(places[:, None] - places, axis=-1)
    assert (rsa.neighbourhoods(places, radius=0.4).toarray() == (distance <= 0.4)).all()
    nearest = rsa.neighbourhoods(places, nearest=4).toarray()
    assert (nearest == (distance <= np.sort(distance, axis=1)[:, [3]])).all()
    for how in ({}, {"radius": 1, "nearest": 3}, {"radius": 0}, {"nearest": 1}, {"nearest": 99}):
        with pytest.raises(InputError, match=r"radius|nearest"):
            rsa.neighbourhoods(places, **how)


@pytest.mark.parametrize(
    ("graph", "said"),
    [(np.ones((5, 60)), "60 × 60; got 5 × 60"), (csr_array(np.eye(60)), "at least two units; that of unit 0 has 1")],
)
def test_graphs_that_do_not_fit_are_told(cortex, key, graph, said):
    models, x, _ = cortex
    with pytest.raises(InputError, match=said):
        rsa.searchlight(models, x, graph, key=key)
