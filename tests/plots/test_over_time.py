"""RDMs over time as a film strip and as a movie that needs no program."""

import io

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from isocortex import RDMs, plots
from isocortex.runs.pictures import FRAME_MS, animated

TIMES = np.array([-20.0, 0.0, 20.0])


@pytest.fixture
def rdms(rng):
    return [RDMs(rng.random((2, 10)), np.arange(5)) for _ in TIMES]


def test_a_movie_has_a_frame_for_each_time_with_its_rdm(rdms):
    table = pd.DataFrame({"time": TIMES, "model": "a", "mean": 0.5, "low": 0.4, "high": 0.6, "significant": True})
    shown = []
    for figure in plots.rdm_movie(rdms, TIMES, table=table):
        image, cursor = figure.axes[0].images[0], figure.axes[1].lines[-1]
        shown.append((figure.axes[0].get_title(), cursor.get_xdata()[0], np.nansum(image.get_array())))
    sums = [2 * stack.dissimilarities.mean(axis=0).sum() for stack in rdms]
    assert [title for title, *_ in shown] == ["−20 ms", "0 ms", "20 ms"]
    assert [time for _, time, _ in shown] == TIMES.tolist()
    assert [total for *_, total in shown] == pytest.approx(sums)
    saved = animated(plots.rdm_movie(rdms, TIMES, table=table), "synthetic neurons")
    assert len(saved) < 200_000
    with Image.open(io.BytesIO(saved)) as movie:
        assert (movie.n_frames, movie.info["duration"], movie.info["loop"]) == (3, FRAME_MS, 0)


def test_a_strip_has_one_colour_scale(rdms):
    figure = plots.rdm_strip(rdms, TIMES, shown=[0, 2])
    limits = {image.get_clim() for axis in figure.axes[:2] for image in axis.images}
    means = np.stack([stack.dissimilarities.mean(axis=0) for stack in rdms])
    assert limits == {(means.min(), means.max())}
    assert [axis.get_title() for axis in figure.axes[:2]] == ["−20 ms", "20 ms"]
