"""Simple and complex cells: how strongly responses follow the phase of a grating, measured and in closed form.

The classical criterion is F1/F0, the amplitude of the first harmonic over the mean: above 1 a cell is simple, below 1
complex (Skottun et al. 1991, 10.1016/0042-6989(91)90033-2).
"""

import numpy as np
import pandas as pd
import xarray as xr
from jaxtyping import Float

from ..errors import require
from ..responses import check

FEWEST_PHASES = 5
"""The second harmonic needs more than two phases in its period."""
SILENT = 1e-9
"""A mean response below this share of the largest one counts as none."""

PerUnit = Float[np.ndarray, " unit"]
Numbers = Float[np.ndarray, "..."]


def modulation(responses: xr.DataArray) -> pd.DataFrame:
    """Measure how every unit's response is modulated over one cycle of a grating's phase.

    With N phases φ, F0 = Σ r/N and Fk = |2/N Σ r e^{−ikφ}|.

    Parameters
    ----------
    responses : DataArray
        stimulus × unit; the ``stimulus`` coordinate holds the phases in degrees, in equal steps through one whole
        cycle of 360°, at least five.

    Returns
    -------
    DataFrame
        A row per unit: ``mean`` (F0), ``f1_f0`` and ``f2_f0``, NaN for a unit whose mean response is not above 0.

    Raises
    ------
    InputError
        If the phases are fewer than five, or do not go once around in equal steps.

    Examples
    --------
    >>> import numpy as np
    >>> from isocortex import responses
    >>> phase = np.arange(0.0, 360.0, 10.0)
    >>> wave = np.cos(np.deg2rad(phase))[:, None]
    >>> modulation(responses(1 + wave / 2, stimuli=phase)).round(3).to_dict("records")
    [{'mean': 1.0, 'f1_f0': 0.5, 'f2_f0': 0.0}]
    """
    check(responses)
    require(
        responses.ndim == 2 and responses["stimulus"].dtype.kind in "fiu",
        f"Modulation needs stimulus × unit, with phases in degrees; got the dimensions {responses.dims}.",
    )
    values = responses.transpose("stimulus", "unit").values.astype(np.float64)
    phases = np.asarray(responses["stimulus"].values, np.float64)
    n = len(phases)
    require(n >= FEWEST_PHASES, f"Modulation needs at least {FEWEST_PHASES} phases; got {n}.")
    require(
        bool(np.allclose(np.diff(phases), 360 / n, rtol=0, atol=1e-6)),
        f"The {n} phases must go once around in steps of {360 / n:g}°; got {phases[0]:g}° to {phases[-1]:g}°.",
    )
    mean = values.mean(axis=0)
    heard = mean > SILENT * np.abs(values).max()
    table = {"mean": mean}
    for k in (1, 2):
        amplitude = np.abs(2 / n * np.exp(-1j * k * np.deg2rad(phases)) @ values)
        table[f"f{k}_f0"] = np.divide(amplitude, mean, out=np.full_like(mean, np.nan), where=heard)
    return pd.DataFrame(table)


def rectified_modulation(offset: Numbers | float) -> Numbers:
    """Return F1/F0 of a half-rectified sinusoid, max(0, b + cos φ), in closed form.

    With cos α = −b it is (α − sin α cos α)/(sin α − α cos α): π/2 at b = 0, exactly 1 at b = 1, where the response
    just touches zero, and 1/b above. So a linear cell has F1/F0 > 1 exactly if its threshold cuts the response
    (Mechler & Ringach 2002, 10.1016/S0042-6989(02)00025-1).

    Parameters
    ----------
    offset : array or float
        b, the mean of the response before rectification over its amplitude.

    Returns
    -------
    array
        NaN where b ≤ −1: the unit is silent.

    Examples
    --------
    >>> rectified_modulation(np.array([-1.0, 0.0, 1.0, 2.0])).round(4)
    array([   nan, 1.5708, 1.    , 0.5   ])
    """
    b = np.asarray(offset, np.float64)
    cut = np.clip(b, -1, 1)
    alpha = np.arccos(-cut)
    numerator, denominator = alpha + np.sin(alpha) * cut, np.sin(alpha) + alpha * cut
    ratio = np.divide(numerator, denominator, out=np.full_like(b, np.nan), where=b > -1)
    return np.where(b > 1, 1 / np.where(b > 1, b, 1.0), ratio)


def pooled_modulation(extent: Numbers | float) -> Numbers:
    """Return F1/F0 of the largest of half-rectified sinusoids whose phases fill a range, in closed form.

    Max-pooling over a range L of phases turns max(0, cos φ) into a plateau of length L with a quarter of a cosine on
    each side, cut where the two sides meet, at t = min(π/2, π − L/2) from the plateau:

        F0 = (L + 2 sin t)/2π,  F1 = (2 sin(L/2) + cos(L/2)(t + sin t cos t) − sin(L/2) sin² t)/π.

    Parameters
    ----------
    extent : array or float
        L in radians, at least 0: 2π · (width of the pool − 1 pixel) · (|cos θ| + |sin θ|) / period for a square pool.

    Returns
    -------
    array
        π/2 at L = 0 (no pooling), 0 from L = 2π on (a whole period is pooled).

    Examples
    --------
    >>> pooled_modulation(np.array([0.0, np.pi, 2 * np.pi])).round(4)
    array([1.5708, 0.389 , 0.    ])
    """
    length = np.minimum(np.asarray(extent, np.float64), 2 * np.pi)
    t, half = np.minimum(np.pi / 2, np.pi - length / 2), length / 2
    f0 = (length + 2 * np.sin(t)) / (2 * np.pi)
    f1 = 2 * np.sin(half) + np.cos(half) * (t + np.sin(t) * np.cos(t)) - np.sin(half) * np.sin(t) ** 2
    return np.asarray(f1 / np.pi / f0)
