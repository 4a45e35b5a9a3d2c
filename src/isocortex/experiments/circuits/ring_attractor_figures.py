"""The pictures of ``ring-attractor``."""

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.figure import Figure

from ... import plots
from ...dynamics import Bump, population_vector
from .ring_attractor_measures import bump_or_none

SHOWN = 6
"""Paths in a picture."""


def draw_memory(remembered: xr.DataArray, cue: float, cued: float) -> Figure:
    """Draw the direction in a few trials, with the cue."""
    trials = {f"trial {i + 1}": path for i, path in enumerate(remembered[:SHOWN])}
    return plots.paths({"": trials}, y_label="direction (°)", shaded=(0, cued), level=[cue])


def draw_theory(
    growth: pd.DataFrame,
    theory: Bump,
    wandering: xr.DataArray,
    unequal: np.ndarray,
    at: np.ndarray,
    speed: np.ndarray,
) -> Figure:
    """Draw the growth of a small cosine, the diffusion in noise, and the drift, each beside its closed form."""
    times = wandering["time"].values
    moved = ((wandering - wandering.isel(time=0)) ** 2).mean("trial").values
    few = slice(None, None, max(1, len(times) // 20))
    J, circle, order = growth["J_1"].to_numpy(), np.arange(0.0, 360.5, 1.0), np.argsort(at % 360)
    return plots.profiles(
        {
            "growth of a small cosine": {
                "simulated": (J, 1000 * growth["rate"].to_numpy()),
                "theory": (J, 1000 * growth["theory"].to_numpy()),
            },
            "diffusion in noise": {
                "simulated": (times[few], moved[few]),
                "theory": (times, 2 * theory.diffusion_constant * times),
            },
            "drift by unequal inputs": {
                "simulated": ((at % 360)[order], 1000 * speed[order]),
                "theory": (circle, 1000 * theory.drift(unequal, circle)),
            },
        },
        x_label=["strength of the cosine J₁", "time (ms)", "direction of the bump (°)"],
        y_label=["growth rate (1/s)", "mean square move (deg²)", "speed (°/s)"],
        level=0.0,
    )


def draw_unequal(moved: xr.DataArray) -> Figure:
    """Draw the direction of bumps with unequal inputs, from several directions."""
    starts = {f"from {round(float(path[0])) % 360}°": path for path in moved[:: len(moved) // SHOWN]}
    return plots.paths({"": starts}, y_label="direction (°)")


def draw_bump(theory: Bump, cue: float, held: xr.DataArray, strengths: pd.DataFrame) -> Figure:
    """Draw a bump, and the half-width and the highest rate of bumps by J₁, beside their closed forms."""
    ring, J = theory.ring, strengths["J_1"].to_numpy()
    curve = [(each, bump_or_none(ring.replace(J_1=each))) for each in np.linspace(2.001, J.max(), 300)]
    known = [(each, found) for each, found in curve if found is not None]
    strong = np.array([J.min(), 2.0, *(each for each, _ in known)])
    away = (ring.angles - cue + 180) % 360 - 180  # so that the bump stands in the middle of the panel
    places = np.argsort(away)
    uniform = float(np.asarray(ring.I)) / (1 - float(ring.J_0))
    half_widths = np.array([180, 180, *(found.half_width for _, found in known)], float)
    peaks = np.array([uniform, uniform, *(found.peak for _, found in known)])
    return plots.profiles(
        {
            "the bump": {
                "simulated": (away[places], held.values[places]),
                "theory": (away[places], theory.rates(cue)[places]),
            },
            "its half-width": {
                "simulated": (J, strengths["half_width"].to_numpy()),
                "theory": (strong, half_widths),
            },
            "its highest rate": {"simulated": (J, strengths["peak"].to_numpy()), "theory": (strong, peaks)},
        },
        x_label=["direction of the population − cue (°)", "strength of the cosine J₁", "strength of the cosine J₁"],
        y_label=["rate (a.u.)", "half-width θ_c (°)", "rate (a.u.)"],
    )


def draw_birth(born: xr.DataArray, theory: Bump) -> Figure:
    """Draw the length of the population vector as bumps form in noise."""
    length = population_vector(born.values)[1]
    lengths = xr.DataArray(length, dims=("trial", "time"), coords={"time": born["time"].values})
    return plots.paths(
        {"": {f"trial {i + 1}": path for i, path in enumerate(lengths)}},
        y_label="population vector",
        level=[theory.amplitude / float(theory.ring.J_1)],
    )
