"""The memory of a pulse: where the excitatory population ends after it, with and without noise."""

import numpy as np
import xarray as xr

from ...dynamics import OUDrive, Pulse, simulate

ONSET, LENGTH, DURATION, DT = 20.0, 10.0, 100.0, 0.1
"""ms: onset and length of the pulse, duration and step of a trial."""
HIGH = 0.5
"""E above it is the high state."""
FINE_STRENGTHS = np.round(np.arange(0.0, 1.0001, 0.01), 2)
SEED_E, SEED_I = 2022, 2021
"""NumPy's seeds of the published noise."""


def persists(x: xr.DataArray) -> np.ndarray:
    """Return whether E is high, in states that have their variables along ``variable``."""
    return x.sel(variable="E").values > HIGH


def ends(pulsed: Pulse) -> xr.DataArray:
    """Return where E ends without noise for every strength of a fine grid."""
    options = {"duration": DURATION, "dt": DT, "solver": "euler", "save_every": round(DURATION / DT)}
    return simulate(pulsed, [0.0, 0.0], sweep={"height": FINE_STRENGTHS}, **options).isel(time=-1).sel(variable="E")


def ends_under_published_noise(noisy: OUDrive) -> xr.DataArray:
    """Return where E ends for every strength of the fine grid under the noise of the published seeds."""
    n = round(DURATION / DT)
    e, i = (np.random.RandomState(seed).standard_normal(n) for seed in (SEED_E, SEED_I))
    noise = np.stack([0 * e, 0 * e, e, i], axis=1)[1:]
    x0 = [0.0, 0.0, noisy.sigma * e[0], noisy.sigma * i[0]]
    options = {"duration": DURATION - DT, "dt": DT, "noise": noise, "save_every": n - 1}
    return simulate(noisy, x0, sweep={"height": FINE_STRENGTHS}, **options).isel(time=-1).sel(variable="E")


def weakest(ends: xr.DataArray) -> float | None:
    """Return the weakest pulse from which E ends high; None if there is none."""
    high = ends.values > HIGH
    return float(ends["height"].values[np.argmax(high)]) if high.any() else None
