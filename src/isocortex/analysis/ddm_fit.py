"""Fit the drift–diffusion model to choices and reaction times by maximum likelihood, and compare its variants."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
from jaxtyping import Float
from scipy.stats import norm

from ..errors import InputError, look_up, require
from ..keys import generator
from ..shapes import PRNGKey
from .ddm_likelihood import COMMON, PARAMETERS, VARIANTS, WINDOW, Observed
from .ddm_search import BATCH, Search, evaluate, misfit_and_slope, observe, padded, ranges, search, signed_coherence

COLUMNS = ("coherence", "correct", "rt")
SPREAD = 0.4
"""Standard deviation of the starting points of a search around the default ones, in logarithms."""
IMPOSSIBLE = -1e8
"""Log density below which a trial counts as impossible."""
UNFINISHED = 0.1
"""Nats that a further Newton step may gain before a search counts as unfinished: a twentieth of an interval's 1.92."""
POINTS = 4 * BATCH
"""Reaction times at which a prediction sums densities."""
LEFT = 1e-4
"""A prediction goes on until the later half of its time holds less than this share; what is beyond is far less."""
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
        logarithm of the parameter; NaN for one at the limit of its range; see
        :func:`isocortex.analysis.profile_intervals` for better ones), ``at_limit`` ("lower", "upper" or ""), ``unit``
        and ``meaning``.
    log_likelihood : float
        In nats, of densities per second.
    bic : float
        Parameters × ln(trials) − 2 × log likelihood: lower is better.
    n_trials : int
    window : float
        Contaminants respond uniformly within so many ms.
    failures : tuple of str
        What is wrong with the fit, in sentences: a search that did not get away from its starting point or did not
        reach the maximum, trials that are impossible, a parameter at the limit of its range. A variability, collapse
        or share of contaminants at its lower limit is no failure: there is none in the trials.

    Examples
    --------
    >>> from isocortex.analysis import simulate_trials
    >>> planted = {"drift_per_coherence": 10.0, "bound": 0.8, "non_decision": 300.0}
    >>> trials = simulate_trials(planted, key=jax.random.key(0), n_per_coherence=200)
    >>> fit = fit_decisions(trials, "simple", key=jax.random.key(1), n_starts=1)
    >>> fit.table[["estimate", "unit"]].round(1)
                         estimate  unit
    parameter
    drift_per_coherence       9.7  1/√s
    bound                     0.8    √s
    non_decision            300.5    ms
    >>> fit.predict([0.032, 0.512])["accuracy"].round(2).tolist()
    [0.62, 1.0]
    """

    variant: str
    table: pd.DataFrame
    log_likelihood: float
    bic: float
    n_trials: int
    window: float = WINDOW
    failures: tuple[str, ...] = ()

    @property
    def theta(self) -> Float[np.ndarray, " parameter"]:
        """Logarithms of the estimates."""
        return np.log(self.table["estimate"].to_numpy(float))

    def densities(self, coherence: float, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the predicted densities of correct and error trials at reaction times in ms, per ms."""
        with jax.enable_x64(True):
            theta, drive = jnp.asarray(self.theta), np.full(len(times), coherence)
            found = [
                np.exp(evaluate(self.variant, theta, observe(times, sign * drive, self.window))) for sign in (1.0, -1.0)
            ]
        return found[0][: len(times)] / 1e3, found[1][: len(times)] / 1e3

    def predict(self, coherences: Sequence[float], levels: Sequence[float] = ()) -> pd.DataFrame:
        """Return the accuracy and reaction times that the fitted model predicts at some coherences.

        Each sum goes on until the last of the mass is there, at first to twice the window and then twice as far.

        Returns
        -------
        DataFrame
            Index coherence; ``accuracy``, ``rt``, ``rt_correct``, ``rt_errors`` (means, ms), and quantiles of the
            reaction times ``correct_0.1``, ``errors_0.1``, … for each of `levels`.
        """
        rows = []
        for coherence in coherences:
            times, right, wrong = self._until_the_last(coherence)
            total = right.sum() + wrong.sum()
            means = {"rt": times @ (right + wrong) / total}
            found = {}
            for name, density in (("correct", right), ("errors", wrong)):
                means[f"rt_{name}"] = times @ density / density.sum()
                share = density.cumsum() / density.sum()
                found |= {f"{name}_{level:g}": np.interp(level, share, times + times[0]) for level in levels}
            rows.append({"accuracy": right.sum() / total, **means, **found})
        return pd.DataFrame(rows, index=pd.Index(coherences, name="coherence"))

    def _until_the_last(self, coherence: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the middles of equal steps until nearly everybody has responded, and the shares in each step."""
        longest = 2 * self.window
        while True:
            step = longest / POINTS
            times = step * (np.arange(POINTS) + 0.5)
            right, wrong = (step * density for density in self.densities(coherence, times))
            mass = right + wrong
            if mass[POINTS // 2 :].sum() <= LEFT * mass.sum():
                return times, right, wrong
            longest *= 2


def fit_decisions(
    trials: pd.DataFrame,
    variant: str = "contaminants",
    *,
    key: PRNGKey,
    n_starts: int = 4,
    window: float | int | None = None,
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
    window : float, optional
        Contaminants respond uniformly within so many ms. Default 2000, or the longest reaction time if that is later.

    Returns
    -------
    DecisionFit

    Warns
    -----
    UserWarning
        If trials come later than the window, or if the fit failed: see `failures` of :class:`DecisionFit`.

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
    rt = checked["rt"].to_numpy()
    chosen = _contaminants_until(rt, window, warned="contaminants" in VARIANTS[variant])
    with jax.enable_x64(True):
        observed = observe(rt, signed_coherence(checked), chosen)
        weights = padded(np.ones(len(rt)), len(observed.seconds))
        fit = _with_intervals(
            variant, search(variant, observed, weights, _begin(variant, key, n_starts)), observed, weights
        )
    if fit.failures:
        warnings.warn(f"The fit of “{variant}” is doubtful. " + " ".join(fit.failures), stacklevel=2)
    return fit


def _contaminants_until(rt: np.ndarray, window: float | int | None, *, warned: bool) -> float:
    """Return until when contaminants respond, in ms; warn of later reaction times."""
    require(window is None or 0 < window < np.inf, f"window must be a number of ms above 0; got {window}.")
    limit = WINDOW if window is None else float(window)
    late, longest = int((rt > limit).sum()), float(rt.max())
    if late and warned:
        then = (
            f"contaminants are assumed to respond uniformly up to the longest, {longest:.0f} ms. A few very late "
            "trials "
            "make their density too low: leave such trials out, or set window."
            if window is None
            else "none of them can be a contaminant, which can bias the drift."
        )
        warnings.warn(f"{late} of {len(rt)} reaction times are longer than {limit:g} ms: {then}", stacklevel=3)
    return max(limit, longest) if window is None else limit


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

    Examples
    --------
    >>> from isocortex.analysis import simulate_trials
    >>> planted = {"drift_per_coherence": 10.0, "bound": 0.8, "non_decision": 300.0}
    >>> trials = simulate_trials(planted, key=jax.random.key(0), n_per_coherence=100).query("rt < 2000")
    >>> fits = [fit_decisions(trials, name, key=jax.random.key(1), n_starts=1) for name in ("simple", "contaminants")]
    >>> simple, contaminants = held_out(trials, fits, key=jax.random.key(2), n_folds=2)
    >>> bool(abs(contaminants.mean() - simple.mean()) < 0.01)  # nats per trial: no contaminants were planted
    True
    """
    checked = check_trials(trials)
    require(2 <= n_folds <= len(checked), f"n_folds must be in 2…{len(checked)}; got {n_folds}.")
    fold = np.asarray(jax.random.permutation(key, len(checked))) % n_folds
    out = np.empty((len(fits), len(checked)))
    with jax.enable_x64(True):
        for i, fit in enumerate(fits):
            observed = observe(checked["rt"].to_numpy(), signed_coherence(checked), fit.window)
            for n in range(n_folds):
                weights = padded((fold != n).astype(float), len(observed.seconds))
                theta = jnp.asarray(search(fit.variant, observed, weights, [fit.theta]).theta)
                values = np.asarray(evaluate(fit.variant, theta, observed))[: len(checked)]
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
    require(
        bool((coherence > 0).any()),
        "Every coherence is 0, so the growth of the drift with coherence cannot be fitted.",
    )
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


def _begin(variant: str, key: PRNGKey, n: int) -> list[np.ndarray]:
    middle = np.log([PARAMETERS[name].begin for name in VARIANTS[variant]])
    numbers = generator(key)
    jitter = SPREAD * numbers.standard_normal((n, len(middle)))
    jitter[0] = 0
    return [middle + row for row in jitter]


def _with_intervals(
    variant: str, found: Search, observed: Observed, weights: Float[np.ndarray, " trial"]
) -> DecisionFit:
    """Return the fit, with intervals from the curvature of the log likelihood (the observed information)."""
    names, n, theta = VARIANTS[variant], int(weights.sum()), found.theta
    box = ranges(variant, observed, weights)
    low, high = theta <= box[:, 0] + 1e-6, theta >= box[:, 1] - 1e-6
    free = ~(low | high)
    h = 1e-4
    given = jnp.asarray(weights)
    ends = [
        [np.asarray(misfit_and_slope(theta + s * h * e, variant, observed, given)[1]) for s in (1, -1)]
        for e in np.eye(len(theta))
    ]
    columns = np.array([(after - before) / (2 * h) for after, before in ends])
    information = n * (columns + columns.T) / 2
    inside, error = information[np.ix_(free, free)], np.full(len(theta), np.nan)
    misfit, slope = misfit_and_slope(theta, variant, observed, given)
    total, downhill, gain = -n * float(misfit), n * np.asarray(slope)[free], 0.0
    curved = bool(not free.any() or np.linalg.eigvalsh(inside)[0] > 0)
    if curved:
        error[free] = np.sqrt(np.diag(np.linalg.inv(inside)))
        gain = float(downhill @ np.linalg.solve(inside, downhill)) / 2
    half = norm.isf(0.025) * error
    table = pd.DataFrame(
        {"estimate": np.exp(theta), "low": np.exp(theta - half), "high": np.exp(theta + half)},
        index=pd.Index(names, name="parameter"),
    )
    table["at_limit"] = np.select([low, high], ["lower", "upper"], "")
    table["unit"] = [PARAMETERS[name].unit for name in names]
    table["meaning"] = [PARAMETERS[name].meaning for name in names]
    impossible = int((np.asarray(evaluate(variant, theta, observed))[:n] < IMPOSSIBLE).sum())
    sentences = {
        "The search found nothing better than its starting point.": not found.moved,
        f"Under the estimates {impossible} of {n} trials are impossible.": impossible > 0,
        "The log likelihood has no maximum at the estimates, so that its curvature gives no intervals.": not curved,
        f"The search stopped early: a further step promises {gain:.2g} nats. More n_starts may help.": gain
        > UNFINISHED,
    }
    limits = [
        f"{name} is at the {side} limit of its range, {estimate:.4g} {PARAMETERS[name].unit}."
        for name, side, estimate in zip(names, table["at_limit"], table["estimate"], strict=True)
        if side == "upper" or (side == "lower" and name in COMMON)
    ]
    failures = (*(sentence for sentence, said in sentences.items() if said), *limits)
    window = 1e3 * float(observed.window)
    return DecisionFit(variant, table, total, len(names) * np.log(n) - 2 * total, n, window, failures)
