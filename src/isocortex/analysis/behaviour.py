"""Summarise choices and reaction times of animals and models by stimulus strength and by condition."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from jaxtyping import Bool, Float, Int, Num
from scipy.stats import t as student

from ..errors import require

LEVEL_95 = 1.959963984540054
"""Standard errors in half a 95 % interval of a normal distribution."""

PerTrial = Num[np.ndarray, "*seed trial"] | Bool[np.ndarray, "*seed trial"]
OneHot = Bool[np.ndarray, "*seed trial level"]


def tally(strength: Any, success: Any) -> xr.Dataset:
    """Count successes at every strength of the stimulus: the points of a psychometric curve.

    Parameters
    ----------
    strength : array, shape (trial,) or (seed, trial)
        Coherence in percent, contrast, … Success is accuracy if it has no sign; if it has one, success is the choice of
        the positive side.
    success : array, shape (trial,) or (seed, trial)
        0 or 1.

    Returns
    -------
    Dataset
        Along ``strength``, rising, and ``seed`` if the trials have seeds: ``successes``, ``n``, ``share``, and its 95 %
        interval ``low`` to ``high`` (Wilson 1927, 10.1080/01621459.1927.10502953). NaN where n is 0.

    Raises
    ------
    InputError
        If the shapes differ, or a success is neither 0 nor 1.

    Examples
    --------
    >>> points = tally([0, 0, 6.4, 6.4, 6.4], [0, 1, 1, 1, 0])
    >>> points["share"].values.round(2).tolist(), points["n"].values.tolist()
    ([0.5, 0.67], [2, 3])
    """
    levels, at, success = _by_strength(strength, success, "success")
    require(bool(np.isin(success, (0, 1)).all()), "success must be 0 or 1 in every trial.")
    n, k = at.sum(axis=-2), (at * success[..., None]).sum(axis=-2)
    with np.errstate(invalid="ignore", divide="ignore"):
        share, z2 = k / n, LEVEL_95**2
        centre = (share + z2 / (2 * n)) / (1 + z2 / n)
        half = LEVEL_95 * np.sqrt(share * (1 - share) / n + z2 / (4 * n**2)) / (1 + z2 / n)
    return _dataset(levels, successes=k.astype(int), n=n, share=share, low=centre - half, high=centre + half)


def chronometric(strength: Any, reaction_time: Any) -> xr.Dataset:
    """Average reaction times at every strength of the stimulus.

    Parameters
    ----------
    strength : array, shape (trial,) or (seed, trial)
    reaction_time : array, shape (trial,) or (seed, trial)
        ms; NaN where there was no answer.

    Returns
    -------
    Dataset
        Along ``strength``, rising, and ``seed`` if the trials have seeds: ``rt`` (mean of the answered trials, ms), its
        95 % interval ``low`` to ``high`` (Student's t), ``n`` answered and ``unanswered``. NaN where too few answered.

    Raises
    ------
    InputError
        If the shapes differ.

    Examples
    --------
    >>> chronometric([0, 0, 6.4, 6.4], [800.0, 700.0, 500.0, float("nan")])["rt"].values.tolist()
    [750.0, 500.0]
    """
    levels, at, times = _by_strength(strength, reaction_time, "reaction_time")
    answered = at & np.isfinite(times)[..., None]
    n = answered.sum(axis=-2)
    with np.errstate(invalid="ignore", divide="ignore"):
        values = np.where(answered, times[..., None], 0.0)
        mean = values.sum(axis=-2) / n
        squares = np.where(answered, (values - mean[..., None, :]) ** 2, 0.0).sum(axis=-2)
        half = student.ppf(0.975, np.maximum(n - 1, 1)) * np.sqrt(squares / (n - 1) / n)
    half = np.where(n > 1, half, np.nan)
    unanswered = at.sum(axis=-2) - n
    return _dataset(levels, rt=mean, low=mean - half, high=mean + half, n=n, unanswered=unanswered)


def reaction_times(
    output: Float[np.ndarray, "*batch step option"],
    threshold: float | int,
    *,
    times: Sequence[float | int] | Num[np.ndarray, " step"],
    onset: float | int = 0.0,
) -> tuple[Float[np.ndarray, "*batch"], Int[np.ndarray, "*batch"]]:
    """Return the time at which an output first reaches a threshold, as a reaction time, and which output it is.

    Parameters
    ----------
    output : array, shape (..., step, option)
        The evidence for each option as it grows, such as output probabilities; a single variable that decides by its
        sign is the pair (x, −x).
    threshold : float
        In the unit of the output.
    times : sequence, shape (step,)
        ms.
    onset : float
        When the stimulus began, in ms; earlier crossings do not count. Default 0.

    Returns
    -------
    times : array, shape (...)
        From `onset` to the first step at or above the threshold, in ms; NaN where none is.
    options : array of int, shape (...)
        The one that is highest there, −1 where none is.

    Raises
    ------
    InputError
        If `times` does not fit the output.

    Examples
    --------
    >>> rise = np.array([[0.1, 0.0], [0.3, 0.2], [0.4, 0.9]])
    >>> [each.item() for each in reaction_times(rise, 0.5, times=[0, 20, 40], onset=10)]
    [30.0, 1]
    """
    clock = np.asarray(times, float)
    require(
        clock.shape == output.shape[-2:-1],
        f"times must hold a number for each of {output.shape[-2]} steps; got shape {clock.shape}.",
    )
    crossed = (output.max(axis=-1) >= threshold) & (clock >= onset)
    answered, first = crossed.any(axis=-1), crossed.argmax(axis=-1)
    option = np.take_along_axis(output.argmax(axis=-1), first[..., None], axis=-1)[..., 0]
    return np.where(answered, clock[first] - onset, np.nan), np.where(answered, option, -1)


def confusion(truth: Any, choice: Any, n_options: int, *, condition: Any = None) -> xr.DataArray:
    """Return how often each option was chosen when each option was correct.

    Parameters
    ----------
    truth, choice : array of int, shape (trial,)
        Options 0, 1, …; a choice of −1 is no answer.
    n_options : int
    condition : array, shape (trial,), optional
        A matrix for each of its values.

    Returns
    -------
    DataArray, shape (condition, right, chosen)
        Shares of the trials of each row, the last column (−1) without an answer; NaN where there are no such trials;
        the coordinate ``n`` counts them. Without `condition` there is no such dimension.

    Raises
    ------
    InputError
        If the lengths differ, or an option is not among 0 … n_options − 1.

    Examples
    --------
    >>> confusion([0, 0, 1, 1], [0, 1, 1, -1], 2).values.tolist()
    [[0.5, 0.5, 0.0], [0.0, 0.5, 0.5]]
    """
    right, chosen = (np.asarray(each).astype(int) for each in (truth, choice))
    values = np.zeros(len(right)) if condition is None else np.asarray(condition)
    require(
        right.shape == chosen.shape == values.shape and right.ndim == 1,
        f"truth, choice and condition must have one number a trial; got shapes {right.shape}, {chosen.shape} and "
        f"{values.shape}.",
    )
    inside = (right >= 0) & (right < n_options) & (chosen >= -1) & (chosen < n_options)
    require(bool(inside.all()), f"Options must be 0 … {n_options - 1}, and −1 for no answer.")
    kinds, place = np.unique(values, return_inverse=True)
    counts = np.zeros((len(kinds), n_options, n_options + 1))
    np.add.at(counts, (place, right, np.where(chosen < 0, n_options, chosen)), 1)
    n = counts.sum(axis=-1)
    shares = np.divide(counts, n[..., None], out=np.full_like(counts, np.nan), where=n[..., None] > 0)
    found = xr.DataArray(
        shares,
        dims=("condition", "right", "chosen"),
        coords={
            "condition": kinds,
            "right": np.arange(n_options),
            "chosen": [*range(n_options), -1],
            "n": (("condition", "right"), n.astype(int)),
        },
        name="share",
    )
    return found.isel(condition=0, drop=True) if condition is None else found


def _by_strength(strength: Any, values: Any, name: str) -> tuple[np.ndarray, OneHot, PerTrial]:
    """Return the strengths, which trials had each, and the values as floats, of shape (…, trial)."""
    values = np.asarray(values, float)
    strength = np.asarray(strength, float)
    require(
        values.ndim in (1, 2) and values.size > 0 and strength.shape in (values.shape, values.shape[-1:]),
        f"strength and {name} must have shape (trial,) or (seed, trial); got {strength.shape} and {values.shape}.",
    )
    require(bool(np.isfinite(strength).all()), "strength holds NaN or infinite values.")
    rounded = np.round(strength, 6) + 0.0  # float32 makes 6.400000095 of 6.4
    levels = np.unique(rounded)
    return levels, np.broadcast_to(rounded[..., None] == levels, (*values.shape, len(levels))), values


def _dataset(levels: np.ndarray, **columns: np.ndarray) -> xr.Dataset:
    some = next(iter(columns.values()))
    dims = ("seed", "strength") if some.ndim == 2 else ("strength",)
    coords = {"strength": levels} | ({"seed": np.arange(len(some))} if some.ndim == 2 else {})
    return xr.Dataset({name: (dims, values) for name, values in columns.items()}, coords=coords)
