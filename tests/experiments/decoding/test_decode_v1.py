"""Orientation decoded from V1: small runs of the whole experiment, and what is said of other recordings."""

import json

import numpy as np
import pytest

from isocortex import InputError
from isocortex.experiments.decoding.decode_v1 import DecodeV1
from isocortex.experiments.decoding.orientation import sizes_up_to
from isocortex.experiments.decoding.orientation_classes import class_of


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs")
    return DecodeV1(neurons_per_animal=60, repeats=3, folds=2, classes=4, out=out).execute()


@pytest.fixture(scope="module")
def summary(run):
    return json.loads((run / "summary.json").read_text())


@pytest.mark.slow
def test_neurons_are_read_and_the_constant_reads_nothing(summary):
    errors = {key.split(".")[1]: x for key, x in summary.items() if key.endswith("error_deg.median")}
    assert set(errors) == {"ridge", "gaussian-bayes", "poisson-bayes", "population-vector", "mlp", "constant"}
    assert 40 < errors["constant"] < 50
    assert all(error < 30 for name, error in errors.items() if name not in ("constant", "mlp"))
    assert summary["decoding.ridge.error_deg.low"] < errors["ridge"] < summary["decoding.ridge.error_deg.high"]


@pytest.mark.slow
def test_classes_and_their_neighbours(summary):
    assert 0.4 < summary["decoding.classes.accuracy.mean"] <= summary["decoding.classes.near.mean"]
    assert summary["decoding.classes.L1.zeros"] > summary["decoding.classes.none.zeros"]


@pytest.mark.slow
def test_the_page_says_what_was_held_out_and_names_the_control(run):
    page = (run / "report.html").read_text()
    assert "orientation of trials that were held out" in page
    assert "A constant, which ignores the neurons" in page
    assert len(list((run / "figures").glob("*.svg"))) == 7


@pytest.mark.slow
def test_averages_are_held_out_by_orientation(tmp_path):
    """A file of the published layout, one animal: mean responses to 36 directions."""
    angles = np.arange(0, 360, 5.0)
    rng = np.random.default_rng(0)
    tuning = np.exp(np.cos(2 * np.deg2rad(angles[:, None] - rng.uniform(0, 180, 30))))
    np.savez(tmp_path / "mouse.npz", resp=tuning + 0.1 * rng.normal(size=tuning.shape), stimuli=angles)
    found = DecodeV1(data=str(tmp_path / "mouse.npz"), folds=2, classes=4, out=tmp_path / "runs").execute()
    page = (found / "report.html").read_text()
    assert "orientations that were held out" in page
    assert "averages over trials, so whole orientations were held out" in page
    assert "There is one animal" in page


def test_too_few_orientations_are_refused(tmp_path):
    np.savez(tmp_path / "x.npz", responses=np.eye(6), stimuli=np.arange(0, 180, 30.0))
    with pytest.raises(InputError, match="saw 6 orientations"):
        DecodeV1(data=str(tmp_path / "x.npz"), out=tmp_path / "runs").execute()
    assert not (tmp_path / "runs").exists()


def test_classes_cover_the_circle_equally():
    counts = np.bincount(class_of(np.arange(-90, 90, 1.0), 20))
    assert (counts == 9).all()
    assert sizes_up_to(1000) == [10, 20, 50, 100, 200, 500, 1000]
