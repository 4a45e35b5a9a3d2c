"""The pictures of ``rate-model``."""

from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from ... import plots
from ...dynamics import CURVES, RatePopulation, rates
from ...formats import significant


def gains(system: RatePopulation) -> list[float]:
    """Return half the gain of a population, its gain, and twice its gain."""
    return [float(system.a) * by for by in (0.5, 1, 2)]


def draw_curves(system: RatePopulation) -> Figure:
    """Draw F–I curves for several gains, and dr/dt for several inputs."""
    r, drive = np.linspace(0, 1, 201), np.linspace(0, 6, 121)
    slopes = {
        f"I = {significant(I)}": rates(system.replace(I=I), r[:, None])[:, 0]
        for I in sorted({0.0, float(system.I), 1.0})
    }
    curves = {
        f"a = {significant(a)}": np.asarray(CURVES[system.curve].rate(drive, a, system.theta)) for a in gains(system)
    }
    return plots.profiles(
        {
            "F–I curve": {name: (drive, y) for name, y in curves.items()},
            "slope": {name: (r, y) for name, y in slopes.items()},
        },
        x_label=["input (a.u.)", "rate r (share of maximum)"],
        y_label=["rate F (share of maximum)", "dr/dt (1/ms)"],
        level=0.0,
    )


def draw_paths(paths: xr.DataArray, points: Sequence[float]) -> Figure:
    """Draw the rate from every start, with the fixed points."""
    starts = {f"from {significant(path[0])}": path for path in paths.sel(variable="r")}
    return plots.paths({"": starts}, y_label="rate r", level=points)


def draw_noise(noisy: xr.DataArray, border: float) -> Figure:
    """Draw the rate under noise, with the border between low and high rates."""
    return plots.paths({"": {"r": noisy.sel(variable="r")}}, y_label="rate r", level=[border])
