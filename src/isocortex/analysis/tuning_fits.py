"""Fits of von Mises tuning curves to all units at once, by variable projection.

Given the shape (μ, κ) of a curve, its amplitudes and baseline are linear least squares; two numbers per unit are left
to search, whatever the number of lobes (Golub & Pereyra 2003, 10.1088/0266-5611/19/2/201): the best point of a grid,
then Newton steps, which also converge for noisy units where Gauss–Newton creeps.
"""

from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
import xarray as xr
from jaxtyping import Array, Float
from scipy.stats import f as f_distribution

from ..errors import require
from ..registries import Registry
from .tuning import PerUnit, Trials, angles_and_trials, circle, unit_index


@dataclass(frozen=True)
class TuningShape:
    """A tuning curve that can be fitted.

    Attributes
    ----------
    harmonic : int
        m: the curve has the period 360°/m.
    lobes : int
        Number of its peaks.
    """

    harmonic: int
    lobes: int


FITS = Registry(
    "tuning curve", "tuning_curves", {"von_mises": TuningShape(2, 1), "double_von_mises": TuningShape(1, 2)}
)

BROADEST = 0.1
"""Least κ: there a von Mises curve is a cosine to 3 %, and below, amplitude and κ cannot be told apart."""
NARROWEST = 3.0
"""Least half-width at half-height, in degrees, unless the stimuli are too far apart to determine it."""
WIDEST_GAP = 120
"""Widest gap between neighbouring stimuli, in degrees of m·θ."""
GRID = (72, 16)
"""Starting points: μ over half a turn per lobe, log κ over its range."""
N_STEPS = 40
TOLERANCE = 1e-9
BATCH = 256
"""Units fitted together; bounds the memory, and spares a compilation for every number of units."""

Phase = Float[Array, " stimulus"]
Curve = Float[Array, " stimulus"]
Shape = Float[Array, " 2"]
Lobes = Float[Array, "lobe stimulus"]
Amplitudes = Float[Array, " lobe"]


def fit_tuning(responses: xr.DataArray, kind: str = "von_mises") -> pd.DataFrame:
    """Fit a tuning curve to every unit, by least squares on the mean over repeats.

    ``"von_mises"``, for orientation (Swindale 1998, 10.1007/s004220050411):

        r(θ) = baseline + amplitude·exp(κ(cos 2(θ − μ) − 1))

    ``"double_von_mises"``, for direction, a lobe each way with one width:

        r(θ) = baseline + amplitude·exp(κ(cos(θ − μ) − 1)) + opposite·exp(κ(cos(θ − μ − 180°) − 1))

    with amplitude ≥ opposite ≥ 0. The baseline is free, so that negative (z-scored) responses need no care; a unit
    that is only suppressed is described by the orientation that suppresses it least. Curves narrower than the widest
    gap between stimuli could hide in it and are excluded, as are half-widths below 3°; κ is at least 0.1.

    Parameters
    ----------
    responses : DataArray
        stimulus × unit, optionally with ``repeat``. The ``stimulus`` coordinate holds degrees, in any order.
    kind : {"von_mises", "double_von_mises"}

    Returns
    -------
    DataFrame
        Index unit; in the unit of the responses unless said otherwise:

        - ``preferred``: μ in degrees, in [−90, 90); for directions in [0, 360).
        - ``kappa``: concentration κ, without unit.
        - ``half_width``: degrees from the peak of a lobe to where it has fallen half-way to its trough. Defined for
          every κ; for κ > 2 within 1° of the half-width above the baseline (2° for directions).
        - ``amplitude``, with directions ``opposite``: height of each lobe above the baseline. A broad curve (κ < 0.5)
          never comes down to its baseline, and only its peak and trough are then well determined.
        - ``baseline``
        - ``r2``: share of the variance of the mean responses over stimuli that the fit explains.
        - ``r2_corrected``, with repeats: the same for the noise-free responses (Haefner & Cumming 2008; Pospisil & Bair
          2021, 10.1371/journal.pcbi.1009212); noise can push it above 1. A ratio to a small power is unstable, hence
          NaN unless the responses differ between stimuli beyond doubt (F-test, p < 10⁻⁶).

        A unit that answers every stimulus alike has r2 0 and NaN elsewhere.

    Raises
    ------
    InputError
        For an unknown kind, stimuli that are not angles, fewer than five orientations (six directions), a gap between
        them wider than 60° (120°), orientations given to a fit of directions, or a seed that has not been selected.

    Examples
    --------
    >>> import numpy as np
    >>> from isocortex import responses
    >>> angles = np.arange(-90.0, 90, 10)
    >>> bump = 1 + 3 * np.exp(2 * (np.cos(np.deg2rad(2 * (angles - 30))) - 1))[:, None]
    >>> fit_tuning(responses(bump, stimuli=angles)).iloc[0].round(2).to_dict()
    {'preferred': 30.0, 'kappa': 2.0, 'half_width': 24.25, 'amplitude': 3.0, 'baseline': 1.0, 'r2': 1.0}
    """
    shape = FITS.named(kind)
    m, n_lobes = shape.harmonic, shape.lobes
    angles, trials = angles_and_trials(responses)
    period = 360 // m
    phase = np.deg2rad(m * angles)
    distinct = np.unique(np.round(angles % period, 9))
    noun, fewest = ("orientations", 5) if m == 2 else ("directions", 6)
    require(
        m == 2 or circle(angles) == 360,
        f"The stimuli span {np.ptp(angles):g}°, so they are orientations; fit them with kind='von_mises'.",
    )
    require(
        len(distinct) >= fewest,
        f"A {kind} fit has {n_lobes + 3} parameters and needs at least {fewest} {noun}; got {len(distinct)}.",
    )
    gap = m * np.diff(distinct, append=distinct[0] + period).max()
    require(
        bool(gap <= WIDEST_GAP),
        f"The stimuli leave a gap of {gap / m:g}°; a {kind} fit needs neighbours at most {WIDEST_GAP // m}° apart.",
    )
    narrowest = np.log(2) / (1 - np.cos(np.deg2rad(max(gap / 2, m * NARROWEST))))
    curves = trials.mean(axis=0).T
    with jax.enable_x64(True):
        batches = np.pad(curves, ((0, -len(curves) % BATCH), (0, 0))).reshape(-1, BATCH, len(angles))
        fitted = [_fit(batch, phase, np.log([BROADEST, narrowest]), n_lobes) for batch in batches]
    shape, amplitudes, baseline, misfit = (np.concatenate(part)[: len(curves)].T for part in zip(*fitted, strict=True))
    mu, log_kappa = shape
    varies = (np.ptp(curves, axis=1) > 0) & (amplitudes[0] > 0)
    total = curves.var(axis=1) * len(angles)
    kappa = np.exp(log_kappa)
    offset = 90 if m == 2 else 0
    table = {
        "preferred": (np.rad2deg(mu) / m + offset) % period - offset,
        "kappa": kappa,
        "half_width": np.rad2deg(np.arccos(1 + np.log((1 + np.exp(-2 * kappa)) / 2) / kappa)) / m,
        "amplitude": amplitudes[0],
        **({"opposite": amplitudes[1]} if n_lobes == 2 else {}),
        "baseline": baseline,
    }
    table = {name: np.where(varies, values, np.nan) for name, values in table.items()}
    table["r2"] = 1 - np.divide(misfit, total, out=np.ones_like(total), where=varies)
    if len(trials) > 1:
        table["r2_corrected"] = _noise_corrected(trials, misfit, total, n_lobes + 3)
    return pd.DataFrame(table, index=unit_index(responses))


def tuning_model(fits: pd.DataFrame, angles: np.ndarray) -> Float[np.ndarray, "unit angle"]:
    """Evaluate fitted tuning curves, to draw them or to predict responses.

    Parameters
    ----------
    fits : DataFrame
        From :func:`fit_tuning`.
    angles : array, shape (angle,)
        Degrees.

    Returns
    -------
    array, shape (unit, angle)
        NaN for units without a fit.

    Examples
    --------
    >>> from isocortex import synthetic_v1
    >>> import jax
    >>> neurons = synthetic_v1(key=jax.random.key(0), n_animals=1, n_neurons=5, n_orientations=24)["animal 1"]
    >>> tuning_model(fit_tuning(neurons), np.array([-45.0, 0.0, 45.0])).shape
    (5, 3)
    """
    m = 1 if "opposite" in fits else 2
    column = {name: fits[name].to_numpy()[:, None] for name in fits}
    wave = np.cos(np.deg2rad(m * (np.asarray(angles, float)[None] - column["preferred"])))
    curve = column["baseline"] + column["amplitude"] * np.exp(column["kappa"] * (wave - 1))
    return curve + column["opposite"] * np.exp(column["kappa"] * (-wave - 1)) if m == 1 else curve


def _noise_corrected(trials: Trials, misfit: PerUnit, total: PerUnit, n_parameters: int) -> PerUnit:
    """Return r² without the noise of the mean.

    With noise of variance v in each mean response, E[misfit] = misfit of the true curve + (S − parameters)·v and
    E[total] = power of the true curve + (S − 1)·v. v comes from what is left of the trials after the means over
    repeats and over stimuli, so that a drift that all stimuli share is not taken for noise of the mean.
    """
    n_repeats, n_stimuli, _ = trials.shape
    left = trials - trials.mean(axis=0) - trials.mean(axis=1, keepdims=True) + trials.mean(axis=(0, 1))
    freedom = (n_repeats - 1) * (n_stimuli - 1)
    v = (left**2).sum(axis=(0, 1)) / freedom / n_repeats
    evident = total > (n_stimuli - 1) * v * f_distribution.isf(1e-6, n_stimuli - 1, freedom)
    power = total - (n_stimuli - 1) * v
    unexplained = misfit - (n_stimuli - n_parameters) * v
    return 1 - np.divide(unexplained, power, out=np.full_like(power, np.nan), where=evident)


def lobes(shape: Shape, phase: Phase, n_lobes: int) -> Lobes:
    """Return exp(κ(cos(φ − μ − lobe) − 1)), for lobes equally spaced around the circle."""
    mu, log_kappa = shape
    peaks = mu + 2 * jnp.pi * jnp.arange(n_lobes)[:, None] / n_lobes
    wave = jnp.cos(peaks) * jnp.cos(phase)[None] + jnp.sin(peaks) * jnp.sin(phase)[None]  # no cosine per unit
    return jnp.exp(jnp.exp(log_kappa) * (wave - 1))


def solve_two(A: Float[Array, "2 2"], b: Float[Array, " 2"]) -> Float[Array, " 2"]:
    """Solve the symmetric system Ax = b by Cramer's rule, which vectorises over units."""
    x = jnp.stack([A[1, 1] * b[0] - A[0, 1] * b[1], A[0, 0] * b[1] - A[0, 1] * b[0]])
    return x / (A[0, 0] * A[1, 1] - A[0, 1] ** 2)


def non_negative(gram: Float[Array, "lobe lobe"], h: Amplitudes) -> Amplitudes:
    """Minimise aᵀGa − 2hᵀa over a ≥ 0 for one or two lobes: both, if both are positive, else the better one alone."""
    if len(h) == 1:
        return jnp.maximum(h, 0) / gram[0]
    both = solve_two(gram, h)
    alone = jnp.maximum(h, 0) / jnp.diag(gram)
    better = jnp.where(jnp.arange(2) == jnp.argmax(alone * h), alone, 0)
    return jnp.where((both > 0).all(), both, better)


@partial(jax.jit, static_argnames="n_lobes")
def _fit(
    curves: Float[Array, "unit stimulus"], phase: Phase, bounds: Float[Array, " 2"], n_lobes: int
) -> tuple[Array, Array, Array, Array]:
    """Return shapes, amplitudes, baselines and summed squared residuals, each (unit, ...)."""
    mu = jnp.linspace(0, 2 * jnp.pi / n_lobes, GRID[0], endpoint=False)
    grid = jnp.stack(jnp.meshgrid(mu, jnp.linspace(bounds[0], bounds[1], GRID[1])), axis=-1).reshape(-1, 2)

    def centred(shape: Shape) -> Lobes:
        f = lobes(shape, phase, n_lobes)
        return f - f.mean(axis=1, keepdims=True)

    table = jax.vmap(centred)(grid)
    grams = jnp.einsum("gls,gks->glk", table, table)

    def project(shape: Shape, y: Curve) -> tuple[Amplitudes, Curve]:
        f = centred(shape)
        a = non_negative(f @ f.T, f @ y)
        return a, y - a @ f

    def misfit(shape: Shape, y: Curve) -> Array:
        return (project(shape, y)[1] ** 2).sum()

    def fit_one(curve: Curve) -> tuple[Shape, Amplitudes, Array, Array]:
        y = curve - curve.mean()
        h = jnp.einsum("gls,s->gl", table, y)
        explained = (jax.vmap(non_negative)(grams, h) * h).sum(axis=1)

        def step(state: tuple[Shape, Array, Array, Array]) -> tuple[Shape, Array, Array, Array]:
            """Damped Newton; κ does not move while it is at a bound and the slope points outwards."""
            shape, damping, n, _ = state
            slope, H = jax.grad(misfit)(shape, y), jax.hessian(misfit)(shape, y)
            outwards = jnp.where(slope[1] > 0, shape[1] <= bounds[0], shape[1] >= bounds[1])
            free = jnp.stack([1.0, 1.0 - outwards])
            H = H * jnp.outer(free, free)
            spread = jnp.hypot(H[0, 0] - H[1, 1], 2 * H[0, 1])
            lowest = (H[0, 0] + H[1, 1] - spread) / 2
            shift = jnp.maximum(-2 * lowest, 0) + damping * spread + 1e-12 * (y**2).sum()
            moved = shape - solve_two(H + shift * jnp.eye(2), slope * free)
            moved = moved.at[1].set(jnp.clip(moved[1], bounds[0], bounds[1]))
            better = misfit(moved, y) < misfit(shape, y)
            damping = jnp.where(better, damping / 10, damping * 10)
            return jnp.where(better, moved, shape), damping, n + 1, jnp.abs(moved - shape).max()

        def goes_on(state: tuple[Shape, Array, Array, Array]) -> Array:
            return (state[2] < N_STEPS) & (state[3] > TOLERANCE)

        start = (grid[jnp.argmax(explained)], jnp.array(1e-2), jnp.array(0), jnp.array(jnp.inf))
        shape = jax.lax.while_loop(goes_on, step, start)[0]
        a, left = project(shape, y)
        baseline = curve.mean() - (a @ lobes(shape, phase, n_lobes)).mean()
        swap = a[-1] > a[0]
        shape = shape.at[0].add(jnp.where(swap, jnp.pi, 0.0))
        return shape, jnp.where(swap, a[::-1], a), baseline, (left**2).sum()

    return jax.vmap(fit_one)(curves)
