"""Intervals of a fitted drift–diffusion model from its profile likelihood."""

from collections.abc import Callable
from dataclasses import replace

import jax
import numpy as np
import pandas as pd
from scipy.stats import norm

from .ddm_fit import DecisionFit, check_trials
from .ddm_search import observe, padded, ranges, search, signed_coherence

CLOSE = 0.01
"""How near the half-width of an interval is found, as a share of it."""
FIRST_STEP, LONGEST_STEP = 0.2, 3.0
"""In the logarithm of a parameter: the first step where the curvature gives none, and the longest one."""
MOST_STEPS = 15


def profile_intervals(trials: pd.DataFrame, fit: DecisionFit) -> DecisionFit:
    """Return the fit with 95 % intervals from its profile likelihood.

    An end is where the log likelihood, maximised over all other parameters, has fallen by 1.92. Unlike the curvature
    at the optimum, it follows a likelihood that is no parabola: a share of contaminants near 0, or two parameters that
    stand in for each other. An end that the likelihood does not reach is the end of the parameter's range.

    Parameters
    ----------
    trials : DataFrame
        Those that were fitted.
    fit : DecisionFit
        From :func:`fit_decisions`.

    Returns
    -------
    DecisionFit
        With other ``low`` and ``high`` in its table.

    Examples
    --------
    >>> from isocortex.analysis import fit_decisions, simulate_trials
    >>> planted = {"drift_per_coherence": 10.0, "bound": 0.8, "non_decision": 300.0}
    >>> trials = simulate_trials(planted, key=jax.random.key(0), n_per_coherence=100)
    >>> table = profile_intervals(trials, fit_decisions(trials, "simple", key=jax.random.key(1), n_starts=1)).table
    >>> bool((table["low"] < table["estimate"]).all() and (table["estimate"] < table["high"]).all())
    True
    """
    checked = check_trials(trials)
    n = len(checked)
    with jax.enable_x64(True):
        observed = observe(checked["rt"].to_numpy(), signed_coherence(checked), fit.window)
        weights = padded(np.ones(n), len(observed.seconds))
        box = ranges(fit.variant, observed, weights)
        best = -fit.log_likelihood / n

        def end(i: int, side: int) -> float:
            """Return the logarithm of the parameter at one end of its interval."""
            theta, edge = fit.theta, box[i, (side + 1) // 2]

            def loss(away: float) -> float:
                """Return the root of twice the loss of log likelihood `away` from the estimate, 1 at the end."""
                nonlocal theta
                held = box.copy()
                held[i] = fit.theta[i] + side * away
                misfit, theta, _ = search(fit.variant, observed, weights, [theta], box=held, tolerance=1e-10)
                return float(np.sqrt(max(0.0, 2 * n * (misfit - best))) / norm.isf(0.025))

            guess = float(np.log(fit.table["high"].iloc[i] / fit.table["low"].iloc[i])) / 2
            first = guess if np.isfinite(guess) and guess > 0 else FIRST_STEP
            return float(fit.theta[i] + side * _where_one(loss, first, abs(edge - fit.theta[i])))

        ends = {name: [end(i, side) for i in range(len(fit.table))] for side, name in ((-1, "low"), (1, "high"))}
    return replace(fit, table=fit.table.assign(**{name: np.exp(values) for name, values in ends.items()}))


def _where_one(growing: Callable[[float], float], first: float, most: float) -> float:
    """Return where a growing function that is 0 at 0 reaches 1, and `most` if that is beyond; `first` is a guess."""
    low, high = (0.0, 0.0), (np.inf, np.inf)
    at = min(first, most)
    for _ in range(MOST_STEPS):
        value = growing(at)
        if abs(value - 1) < CLOSE or (value < 1 and at >= most):
            break
        low, high = ((at, value), high) if value < 1 else (low, (at, value))
        if np.isinf(high[0]):
            at = min(most, at * min(1.05 / max(value, 0.1), 3.0), at + LONGEST_STEP)
        else:
            share = (1 - low[1]) / (high[1] - low[1])
            at = low[0] + (high[0] - low[0]) * min(max(share, 0.1), 0.9)
    return at
