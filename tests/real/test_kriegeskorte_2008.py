"""Kriegeskorte et al. 2008 (10.1016/j.neuron.2008.10.043): the numbers their RDMs must give."""

import json
from pathlib import Path

import numpy as np
import pytest

from isocortex import read_kriegeskorte, responses, rsa
from isocortex.experiments.vision.image_it import ImageIT


@pytest.fixture(scope="module")
def objects(recordings):
    return read_kriegeskorte(recordings / "kriegeskorte-2008")


def test_monkey_against_the_published_mean_human(objects):
    assert rsa.similarity(objects.monkey, objects.human_mean, "spearman")[0, 0] == pytest.approx(0.439, abs=5e-4)


def test_ceiling_of_four_subjects(objects):
    ceiling = rsa.noise_ceiling(objects.human, "spearman")
    assert ceiling.lower == pytest.approx(0.372, abs=5e-4)
    assert ceiling.upper == pytest.approx(0.666, abs=5e-4)


def test_hmax_and_the_v1_model(objects):
    found = {n: rsa.similarity(m, objects.human_mean, "spearman")[0, 0] for n, m in objects.models.items()}
    assert found["hmax"] == pytest.approx(0.101, abs=5e-4)
    assert found["v1_model"] == pytest.approx(0.039, abs=5e-4)


@pytest.mark.parametrize("measure", ["correlation", "euclidean"])
def test_pixels_of_the_photographs_are_as_far_apart_as_rsatoolbox_says(objects, measure):
    """Every 50th pair, stored by benchmarks/peers/rsatoolbox_expected_rdms.py."""
    with np.load(Path(__file__).parents[1] / "analysis" / "rsa" / "expected_rdms.npz", allow_pickle=False) as stored:
        expected = stored[f"kriegeskorte/{measure}"]
    found = rsa.rdm(responses(objects.images.reshape(92, -1)), measure).dissimilarities[0, ::50]
    np.testing.assert_allclose(found, expected, rtol=1e-8)


def test_categories_come_in_blocks(objects):
    assert objects.images.shape == (92, 175, 175, 3)
    assert [np.sum(objects.categories == c) for c in ("face", "body", "natural", "artificial")] == [24, 24, 23, 21]
    assert np.sum(objects.categories[1:] != objects.categories[:-1]) == 5


@pytest.mark.slow
def test_image_it_writes_a_whole_run(recordings, tmp_path):
    options = ImageIT(data=recordings / "kriegeskorte-2008", out=tmp_path, seeds=2, epochs=1, trials=100, batch=50)
    folder = options.execute()
    summary = json.loads((folder / "summary.json").read_text())
    assert summary["rsa.hmax.rdm.human.mean"] > summary["rsa.v1_model.rdm.human.mean"]
    assert summary["rsa.ceiling.human.lower"] == pytest.approx(0.372, abs=5e-4)
    for key in ("rsa.trained.pool.monkey.low", "rsa.energy.complex.human.high", "rsa.pixels.rdm.human.mean"):
        assert key in summary
    assert (folder / "report.html").stat().st_size < 5e6
