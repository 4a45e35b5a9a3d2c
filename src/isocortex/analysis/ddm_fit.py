"""Fit the drift–diffusion model to choices and reaction times by maximum likelihood, and compare its variants."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
from jaxtyping import Array, Float
from scipy.optimize import minimize
from scipy.stats import norm
from threadpoolctl import threadpool_limits

from ..cores import on_cores
from ..errors import InputError, look_up, require
from ..shapes import PRNGKey
from .ddm_likelihood import PARAMETERS, VARIANTS, WINDOW, Observed, log_likelihood

COLUMNS = ("coherence", "correct", "rt")
BATCH = 1024
"""Trials are padded to a multiple of this, so that animals and folds share one compiled program."""
SPREAD = 0.4
"""Standard deviation of the starting points of a search around the default ones, in logarithms."""
IMPOSSIBLE = -1e8
TOO_FAST, TOO_SLOW = 20.0, 20000.0
"""Median reaction times in ms beyond which the unit is doubtful."""


@dataclass(frozen=True, eq=False)
class DecisionFit:
    """A drift–diffusion model fitted to the trials of one animal.

    Attributes
    ----------
    variant : str
    table : DataFrame
        Index parameter; columns ``estimate``, ``low``, ``high`` (95 %, from the curvature of the log likelihood in the
        logarithm of the parameter; NaN for one that rests at the end of its range; see
        :func:`isocortex.analysis.profile_intervals` for better ones), ``unit`` and ``meaning``.
    log_likelihood : float
        In nats, of densities per second.
    bic : float
        Parameters × ln(trials) − 2 × log likelihood: lower is better.
    n_trials : int
    """

    variant: str
    table: pd.DataFrame
    log_likelihood: float
    bic: float
    n_trials: int

    @property
    def theta(self) -> Float[np.ndarray, " parameter"]:
        """Logarithms of the estimates."""
        return np.log(self.table["estimate"].to_numpy(float))

    def densities(self, coherence: float, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the predicted densities of correct and error trials at reaction times in ms, per ms."""
        with jax.enable_x64(True):
            theta, drive = jnp.asarray(self.theta), np.full(len(times), coherence)
            found = [np.exp(_evaluate(self.variant, theta, observe(times, sign * drive))) for sign in (1.0, -1.0)]
        return found[0][: len(times)] / 1e3, found[1][: len(times)] / 1e3

    def predict(self, coherences: Sequence[float], levels: Sequence[float] = ()) -> pd.DataFrame:
        """Return what the fitted model expects at some coherences up to 2 s, by sums of its densities over ms.

        Returns
        -------
        DataFrame
            Index coherence; ``accuracy``, ``rt``, ``rt_correct``, ``rt_errors`` (means, ms), and quantiles of the
            reaction times ``correct_0.1``, ``errors_0.1``, … for each of `levels`.
        """
        times = np.arange(0.5, 1e3 * WINDOW)
        rows = []
        for coherence in coherences:
            right, wrong = self.densities(coherence, times)
            total = right.sum() + wrong.sum()
            means = {"rt": times @ (right + wrong) / total}
            found = {}
            for name, density in (("correct", right), ("errors", wrong)):
                means[f"rt_{name}"] = times @ density / density.sum()
                share = density.cumsum() / density.sum()
                found |= {f"{name}_{level:g}": np.interp(level, share, times + 0.5) for level in levels}
            rows.append({"accuracy": right.sum() / total, **means, **found})
        return pd.DataFrame(rows, index=pd.Index(coherences, name="coherence"))


def fit_decisions(
    trials: pd.DataFrame, variant: str = "contaminants", *, key: PRNGKey, n_starts: int = 4
) -> DecisionFit:
    """Fit a variant of the drift–diffusion model by maximum likelihood.

    Correct choices are the upper bound, errors the lower; the drift is proportional to coherence. L-BFGS with exact
    gradients, from several starting points.

    Parameters
    ----------
    trials : DataFrame
        A row per trial: ``coherence`` (0…1), ``correct`` (boolean), ``rt`` (reaction time in ms).
    variant : str
        ``simple``, ``contaminants``, ``drift varies``, ``start varies``, ``non-decision varies``, ``all vary``,
        ``bound falls`` or ``bound falls, both vary``. Default ``contaminants``.
    key : key
        Of the starting points.
    n_starts : int
        Default 4; the first is always the default one.

    Returns
    -------
    DecisionFit

    Raises
    ------
    InputError
        For an unknown variant, missing columns, numbers out of range, or a single coherence of zero.

    Examples
    --------
    >>> from isocortex.analysis import simulate_trials
    >>> planted = {"drift_per_coherence": 10.0, "bound": 0.8, "non_decision": 300.0}
    >>> trials = simulate_trials(planted, key=jax.random.key(0), n_per_coherence=200)
    >>> fit = fit_decisions(trials, "simple", key=jax.random.key(1), n_starts=1)
    >>> bool(abs(fit.table.estimate["bound"] - 0.8) < 0.05)
    True
    """
    look_up("variant", variant, VARIANTS)
    require(n_starts >= 1, f"n_starts must be at least 1; got {n_starts}.")
    checked = check_trials(trials)
    seconds, drive = checked["rt"].to_numpy(), signed_coherence(checked)
    with jax.enable_x64(True):
        observed = observe(seconds, drive)
        weights = padded(np.ones(len(seconds)), len(observed.seconds))
        found = search(variant, observed, weights, _begin(variant, key, n_starts))
        return _with_intervals(variant, found[1], observed, weights)


def held_out(
    trials: pd.DataFrame, fits: Sequence[DecisionFit], *, key: PRNGKey, n_folds: int = 5
) -> Float[np.ndarray, "variant trial"]:
    """Return the log density of every trial under parameters fitted to the other folds, −∞ where it was impossible.

    Parameters
    ----------
    trials : DataFrame
        As for :func:`fit_decisions`.
    fits : sequence of DecisionFit
        To all trials; each search begins at their estimates.
    key : key
        Of the random folds, the same for all variants.
    n_folds : int
        Default 5.
    """
    checked = check_trials(trials)
    require(2 <= n_folds <= len(checked), f"n_folds must be in 2…{len(checked)}; got {n_folds}.")
    fold = np.asarray(jax.random.permutation(key, len(checked))) % n_folds
    out = np.empty((len(fits), len(checked)))
    with jax.enable_x64(True):
        observed = observe(checked["rt"].to_numpy(), signed_coherence(checked))
        for i, fit in enumerate(fits):
            for n in range(n_folds):
                weights = padded((fold != n).astype(float), len(observed.seconds))
                theta = jnp.asarray(search(fit.variant, observed, weights, [fit.theta])[1])
                values = np.asarray(_evaluate(fit.variant, theta, observed))[: len(checked)]
                out[i, fold == n] = np.where(values < IMPOSSIBLE, -np.inf, values)[fold == n]
    return out


def check_trials(trials: pd.DataFrame) -> pd.DataFrame:
    """Return the three columns as numbers; raise an :class:`InputError`, or warn of a doubtful unit."""
    missing = [name for name in COLUMNS if name not in trials]
    require(
        not missing, f"The trials need the columns {', '.join(COLUMNS)}; {', '.join(missing) or 'none'} is missing."
    )
    require(len(trials) >= 20, f"A fit needs at least 20 trials; got {len(trials)}.")
    coherence, correct, rt = (trials[name].to_numpy(float) for name in COLUMNS)
    if not np.isfinite([coherence, correct, rt]).all():
        raise InputError("The trials hold NaN or infinite values; leave those rows out.")
    require(bool((rt > 0).all()), f"Reaction times must be above 0 ms; the least is {rt.min():g}.")
    require(
        bool(((coherence >= 0) & (coherence <= 1)).all()),
        f"Coherence must be a share, 0…1; it spans {coherence.min():g}…{coherence.max():g}. Divide percent by 100.",
    )
    require(bool(np.isin(correct, (0, 1)).all()), "correct must be true or false (1 or 0).")
    require(bool((coherence > 0).any()), "Every coherence is 0, so nothing tells how the drift grows.")
    check_unit(rt)
    return pd.DataFrame({"coherence": coherence, "correct": correct, "rt": rt})


def check_unit(rt: np.ndarray) -> None:
    """Warn if reaction times that should be in ms look like seconds or microseconds."""
    middle = float(np.median(rt))
    if middle < TOO_FAST:
        warnings.warn(
            f"The median reaction time is {middle:.3g} ms, which looks like seconds; multiply by 1000.", stacklevel=3
        )
    elif middle > TOO_SLOW:
        warnings.warn(
            f"The median reaction time is {middle:.3g} ms, which looks like microseconds; divide by 1000.",
            stacklevel=3,
        )


def signed_coherence(trials: pd.DataFrame) -> Float[np.ndarray, " trial"]:
    """Return coherence, negative for errors."""
    return trials["coherence"].to_numpy(float) * np.where(trials["correct"].to_numpy(float) > 0, 1.0, -1.0)


def observe(rt: np.ndarray, drive: np.ndarray) -> Observed:
    """Return padded trials; `rt` in ms."""
    pad = -len(rt) % BATCH
    seconds = np.pad(np.asarray(rt, float) / 1e3, (0, pad), mode="edge")
    drives, which = np.unique(np.pad(drive, (0, pad), mode="edge"), return_inverse=True)
    horizon = max(WINDOW, float(seconds.max()))
    parts = (seconds, drives, which, horizon)
    return Observed(*(jnp.asarray(part) for part in parts))


def padded(values: np.ndarray, n: int) -> Float[np.ndarray, " trial"]:
    return np.pad(values, (0, n - len(values)))


def _begin(variant: str, key: PRNGKey, n: int) -> list[np.ndarray]:
    middle = np.log([PARAMETERS[name].begin for name in VARIANTS[variant]])
    numbers = np.random.default_rng(np.asarray(jax.random.key_data(key)))  # jax.random would compile for these few
    jitter = SPREAD * numbers.standard_normal((n, len(middle)))
    jitter[0] = 0
    return [middle + row for row in jitter]


@partial(jax.jit, static_argnames="variant")
def _evaluate(variant: str, theta: Array, observed: Observed) -> Array:
    return log_likelihood(variant, theta, observed)


def _misfit(theta: Array, variant: str, observed: Observed, weights: Float[Array, " trial"]) -> Array:
    return -(weights * log_likelihood(variant, theta, observed)).sum() / weights.sum()


_slope = jax.jit(jax.value_and_grad(_misfit), static_argnames="variant")


def search(
    variant: str,
    observed: Observed,
    weights: Float[np.ndarray, " trial"],
    starts: Sequence[np.ndarray],
    *,
    box: Float[np.ndarray, "parameter 2"] | None = None,
    tolerance: float = 1e-13,
) -> tuple[float, Float[np.ndarray, " parameter"]]:
    """Return the lowest misfit (nats per trial) and where it is, over searches from several starting points.

    The `box` is that of :func:`ranges`, unless another is given: one that has no width holds a parameter fixed.
    """
    box, given = ranges(variant, observed, weights) if box is None else box, jnp.asarray(weights)

    def slope(theta: np.ndarray) -> tuple[float, np.ndarray]:
        value, gradient = _slope(theta, variant, observed, given)
        return float(value), np.asarray(gradient)

    def climb(start: np.ndarray) -> Any:
        options = {"ftol": tolerance, "gtol": 1e-7, "maxiter": 300}
        with jax.enable_x64(True):  # it holds for one thread alone
            return minimize(slope, np.clip(start, *box.T), jac=True, method="L-BFGS-B", bounds=box, options=options)

    # BLAS threads would wait for each other over matrices of a few rows; the searches share the cores instead.
    with threadpool_limits(1, "blas"):
        results = on_cores(climb, starts)
    best = min(results, key=lambda result: result.fun)
    return float(best.fun), best.x


def ranges(variant: str, observed: Observed, weights: Float[np.ndarray, " trial"]) -> Float[np.ndarray, "parameter 2"]:
    """Return the ranges of the logarithms; without contaminants nobody responds before the non-decision time."""
    names = VARIANTS[variant]
    box = np.log([(PARAMETERS[name].low, PARAMETERS[name].high) for name in names])
    if "contaminants" not in names:
        earliest = 1e3 * np.asarray(observed.seconds)[weights > 0].min()
        box[names.index("non_decision")] = np.log([0.05 * earliest, 0.999 * earliest])
    return box


def _with_intervals(
    variant: str, theta: np.ndarray, observed: Observed, weights: Float[np.ndarray, " trial"]
) -> DecisionFit:
    """Return the fit at `theta`, with intervals from the curvature of the log likelihood (the observed information)."""
    names, n = VARIANTS[variant], int(weights.sum())
    box = ranges(variant, observed, weights)
    free = (theta > box[:, 0] + 1e-6) & (theta < box[:, 1] - 1e-6)
    h = 1e-4
    given = jnp.asarray(weights)
    ends = [
        [np.asarray(_slope(theta + s * h * e, variant, observed, given)[1]) for s in (1, -1)]
        for e in np.eye(len(theta))
    ]
    columns = np.array([(after - before) / (2 * h) for after, before in ends])
    information = n * (columns + columns.T) / 2
    error = np.full(len(theta), np.nan)
    inside = information[np.ix_(free, free)]
    if free.any() and np.linalg.eigvalsh(inside)[0] > 0:
        error[free] = np.sqrt(np.diag(np.linalg.inv(inside)))
    half = norm.isf(0.025) * error
    table = pd.DataFrame(
        {"estimate": np.exp(theta), "low": np.exp(theta - half), "high": np.exp(theta + half)},
        index=pd.Index(names, name="parameter"),
    )
    table["unit"] = [PARAMETERS[name].unit for name in names]
    table["meaning"] = [PARAMETERS[name].meaning for name in names]
    total = -n * float(_slope(theta, variant, observed, given)[0])
    return DecisionFit(variant, table, total, len(names) * np.log(n) - 2 * total, n)
