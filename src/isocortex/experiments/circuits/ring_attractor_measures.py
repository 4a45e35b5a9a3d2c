"""What is measured of a ring of populations: its bump by strength, its growth, its neutral direction, its path."""

import numpy as np
import pandas as pd
import xarray as xr

from ...dynamics import Bump, RingAttractor, bump, jacobian, population_vector, simulate
from ...errors import InputError

STRENGTHS = np.array([0.5, 1.0, 1.5, 2.2, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0])
NEAR_THRESHOLD = np.round(np.arange(1.6, 2.41, 0.1), 1)
SEEDLING = 1e-6
"""Relative size of the deviations from which a bump grows."""
SIZES = (32, 64, 128, 256, 512)
SETTLING, GROWING, ALONE = 2000, 20, 500
"""ms that bumps settle for several J₁, that a small cosine grows, and that a bump is left alone."""
PLACES = 40
"""Positions of the bump between two populations at which the eigenvalue of a shift is looked at."""


def bump_or_none(ring: RingAttractor) -> Bump | None:
    """Return the bump, or None where it grows without bound."""
    try:
        return bump(ring)
    except InputError:
        return None


def strengths(ring: RingAttractor) -> pd.DataFrame:
    """Return half-width and peak of the bump for several J₁, from its two Fourier components."""
    I, J_0 = float(np.asarray(ring.I)), float(ring.J_0)
    start = 0.5 * I * (1 + np.cos(np.deg2rad(ring.angles)))
    J = np.array([each for each in STRENGTHS if each <= 2 or bump_or_none(ring.replace(J_1=each)) is not None])
    path = simulate(ring, start, duration=SETTLING, dt=0.5, sweep={"J_1": J}, save_every=2 * SETTLING)
    x = path.values[:, -1]
    uniform, cosine = I + J_0 * x.mean(axis=1), J * population_vector(x)[1]
    half = np.rad2deg(np.arccos(np.clip(-uniform / np.maximum(cosine, 1e-12), -1, 1)))
    found = pd.DataFrame({"J_1": J, "half_width": half, "peak": x.max(axis=1)})
    found.attrs["methods"] = path.attrs["methods"]
    return found


def growth(ring: RingAttractor) -> pd.DataFrame:
    """Return how fast a small cosine grows or decays on the uniform state, per ms, for J₁ around the threshold."""
    uniform = float(np.asarray(ring.I)) / (1 - float(ring.J_0))
    start = uniform * (1 + SEEDLING * np.cos(np.deg2rad(ring.angles)))
    path = simulate(ring, start, duration=GROWING, dt=0.1, sweep={"J_1": NEAR_THRESHOLD}, save_every=10 * GROWING)
    length = population_vector(path.values)[1]
    rate = np.log(length[:, 1] / length[:, 0]) / GROWING
    theory = (NEAR_THRESHOLD / 2 - 1) / float(ring.tau)
    found = pd.DataFrame({"J_1": NEAR_THRESHOLD, "rate": rate, "theory": theory})
    found.attrs["methods"] = path.attrs["methods"]
    return found


def unwrapped(path: xr.DataArray, starts: np.ndarray | float) -> xr.DataArray:
    """Return the direction of the bump in degrees along each path, without jumps of 360°, first near `starts`."""
    angles = np.unwrap(population_vector(path.values)[0], period=360, axis=-1)
    angles -= 360 * np.round((angles[:, 0] - starts) / 360)[:, None]
    return xr.DataArray(angles, dims=("trial", "time"), coords={"time": path["time"].values}, attrs=path.attrs)


def extremes_of_shift(ring: RingAttractor) -> tuple[float, float]:
    """Return the extremes of the eigenvalue of a shift over places of the bump between two populations, per ms."""
    theory = bump(ring)
    places = 360 / ring.n * (np.arange(PLACES) + 0.5) / PLACES
    jacobians = jacobian(ring, np.stack([theory.rates(place) for place in places]))
    away = np.deg2rad(ring.angles - places[:, None])
    # sin θ on the active populations is the neutral mode in the limit; before it, take its Rayleigh quotient
    active = np.sin(away) * (np.cos(away) > np.cos(np.deg2rad(theory.half_width)))
    quotient = np.einsum("pi,pij,pj->p", active, jacobians, active) / (active**2).sum(axis=1)
    return float(quotient.min()), float(quotient.max())
