"""Definitions equal Elephant's on shared data (benchmarks/peers/elephant_expected.py).

Both sides do the same sums in double precision, in another order: they agree to 1e-10 of the largest number.
"""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from isocortex import SpikeTrains
from isocortex.analysis import spikes

EXPECTED = np.load(Path(__file__).with_name("expected_elephant.npz"))
TRAINS = SpikeTrains.from_spikes(EXPECTED["times"], EXPECTED["unit"], n_units=3, duration=5000.0)
QUARTERS = TRAINS.align([0, 1250, 2500, 3750], (0, 1250))


def close(found, name, factor=1.0):
    expected = factor * EXPECTED[name]
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-10 * np.abs(expected).max())


def test_rates_and_intervals():
    close(spikes.firing_rates(TRAINS)["estimate"], "rate")
    found = spikes.interval_statistics(TRAINS)["estimate"]
    for name in ("cv", "cv2", "lv"):
        close(found.sel(statistic=name), name)


def test_counts():
    """Elephant's variance has n = 4 trials below, ours n − 1."""
    close(spikes.fano_factors(QUARTERS, [1250], across="trials")["estimate"][0], "fano", 4 / 3)
    close(spikes.fano_factors(TRAINS, [1250])["estimate"][0], "fano", 4 / 3)
    close(spikes.psth(QUARTERS, 125)["estimate"].T, "psth")
    for width in (5, 50):
        close(spikes.count_correlations(TRAINS, [width])["estimate"][0], f"correlation.{width}")


def test_correlograms():
    """Elephant pairs a spike with itself at lag 0 of an autocorrelogram, and we do not."""
    own = np.zeros((3, 3, 41))
    own[[0, 1, 2], [0, 1, 2], 20] = np.bincount(TRAINS.unit)
    counts = spikes.correlograms(TRAINS, reach=20, scale="count")["estimate"]
    np.testing.assert_array_equal(counts + own, EXPECTED["correlogram.count"])
    rates = spikes.correlograms(TRAINS, reach=20)["estimate"].values
    corrected = rates * np.bincount(TRAINS.unit)[:, None, None] / 1000
    np.testing.assert_allclose(corrected + own, EXPECTED["correlogram.border"], rtol=1e-10)


def test_spike_triggered_average():
    stimulus = xr.DataArray(EXPECTED["signal"], dims="time", coords={"time": np.arange(5000.0)})
    close(spikes.spike_triggered_average(TRAINS, stimulus, window=(-30, 10))["estimate"], "sta")


@pytest.mark.parametrize("tau", [2, 50])
def test_van_rossum(tau):
    """A squared distance is a difference of sums of some 90 numbers, with an error of some 90 ε."""
    close(spikes.van_rossum(TRAINS, tau)[0], f"van_rossum.{tau}")


@pytest.mark.parametrize("cost", [0, 0.05, 1])
def test_victor_purpura(cost):
    close(spikes.victor_purpura(TRAINS, cost)[0], f"victor_purpura.{cost}")
