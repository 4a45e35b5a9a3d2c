"""Legends, panels and losses: all that is named can be read, and like stands beside like."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from isocortex import RDMs, plots
from isocortex.analysis.rsa import NoiseCeiling

VARIANTS = ("tilt", "boundary", "orientation", "rotation", "untrained", "random filters", "no learning")


@pytest.mark.parametrize("n", [2, len(VARIANTS)])
def test_no_entry_of_a_legend_is_clipped(n):
    table = pd.DataFrame({"layer": "fc", "variant": VARIANTS[:n], "mean": 0.5, "low": 0.4, "high": 0.6})
    figure = plots.similarity_bars(table, measure="r", ceiling=NoiseCeiling(0.7, 0.8, ""))
    figure.draw_without_rendering()
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["noise ceiling", *VARIANTS[:n]]
    assert legend.get_window_extent().width <= figure.bbox.width


def test_panels_of_matrices_fill_their_lines(rng):
    stack = RDMs(rng.random((1, 45)), np.arange(10.0))
    for n, columns in {1: 1, 4: 4, 5: 3, 8: 4, 9: 3}.items():
        figure = plots.rdm_panels({str(i): stack for i in range(n)})
        assert figure.axes[0].get_subplotspec().get_gridspec().ncols == columns


def test_published_losses_stand_beside_ours_of_the_same_mini_batches():
    """Each epoch has three mini-batches with losses 9, 9, 1 times the epoch: the mean is 19/3 of it, the last 1."""
    epoch = np.repeat([1, 2], 3)
    loss = xr.DataArray(
        np.tile([9.0, 9, 1], 2)[None] * epoch, dims=("seed", "step"), coords={"epoch": ("step", epoch), "seed": [0]}
    )
    figure = plots.training_curves({"tilt": loss}, units={"tilt": "nats"}, published={"tilt": {2: 1.5}})
    drawn = {line.get_marker(): line for line in figure.axes[0].lines if line.get_linestyle() == "None"}
    assert drawn["x"].get_ydata() == [1.5]
    assert np.asarray(drawn["o"].get_ydata()).tolist() == [2.0]
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert names == ["each seed, mean over the epoch", "median of seeds", "each seed, last mini-batch",
                     "published, one seed, last mini-batch"]  # fmt: skip
