"""Trials of a reaction-time task: simulated ones with planted parameters, and the tables that describe them."""

from collections.abc import Mapping, Sequence

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd

from ..dynamics import simulate_decisions
from ..errors import require, unknown
from ..shapes import PRNGKey
from .ddm_likelihood import COMMON, PARAMETERS, WINDOW

COHERENCES = (0.0, 0.032, 0.064, 0.128, 0.256, 0.512)
"""Of Roitman & Shadlen (2002)."""
QUANTILES = (0.1, 0.3, 0.5, 0.7, 0.9)


def simulate_trials(
    parameters: Mapping[str, float],
    *,
    key: PRNGKey,
    n_per_coherence: int = 500,
    coherences: Sequence[float] = COHERENCES,
    step: float = 0.5,
    window: float | int = WINDOW,
) -> pd.DataFrame:
    """Simulate a reaction-time task with planted parameters, independently of the densities that fits use.

    Parameters
    ----------
    parameters : mapping of str to float
        ``drift_per_coherence`` (1/√s), ``bound`` (√s), ``non_decision`` (ms), and any of ``contaminants``,
        ``drift_sd``, ``start_range``, ``non_decision_range``, ``collapse``, as :func:`fit_decisions` names them.
    key : key
    n_per_coherence : int
        Default 500.
    coherences : sequence of float
        Shares. Default those of Roitman & Shadlen (2002).
    step : float
        Of the simulation, in ms. Default 0.5.
    window : float
        Contaminants respond uniformly within so many ms. Default 2000.

    Returns
    -------
    DataFrame
        Columns ``coherence``, ``correct``, ``rt`` (ms).

    Raises
    ------
    InputError
        For an unknown or missing parameter.

    Examples
    --------
    >>> import jax
    >>> parameters = {"drift_per_coherence": 12.0, "bound": 0.8, "non_decision": 350.0}
    >>> sorted(simulate_trials(parameters, key=jax.random.key(0), n_per_coherence=50).columns)
    ['coherence', 'correct', 'rt']
    """
    for name in parameters:
        if name not in PARAMETERS:
            raise unknown("parameter", name, PARAMETERS)
    missing = [name for name in COMMON if name not in parameters]
    require(not missing, f"The parameters lack {', '.join(missing)}.")
    p = dict.fromkeys(PARAMETERS, 0.0) | {name: float(value) for name, value in parameters.items()}
    coherence = np.repeat(np.asarray(coherences, float), n_per_coherence)
    n, keys = len(coherence), jax.random.split(key, 7)
    with jax.enable_x64(True):
        normal = np.asarray(jax.random.normal(keys[0], (n,), float))
        start, delay, chance, moment, side = (np.asarray(jax.random.uniform(k, (n,), float)) for k in keys[1:6])

    def falling(t: jax.Array) -> jax.Array:
        return p["bound"] * jnp.exp(-p["collapse"] * t)

    found = simulate_decisions(
        p["drift_per_coherence"] * coherence + p["drift_sd"] * normal,
        bound=falling if p["collapse"] else p["bound"],
        step=step / 1e3,
        start=p["start_range"] * 2 * p["bound"] * (start - 0.5),
        key=keys[6],
    )
    rt = 1e3 * found.times + p["non_decision"] + p["non_decision_range"] * (delay - 0.5)
    stray = chance < p["contaminants"]
    rt = np.where(stray, window * moment, rt)
    correct = np.where(stray, side < 0.5, found.upper)
    ended = np.isfinite(rt) & (rt > 0)
    return pd.DataFrame({"coherence": coherence[ended], "correct": correct[ended], "rt": rt[ended]})


def by_coherence(trials: pd.DataFrame) -> pd.DataFrame:
    """Return the psychometric and the chronometric curve.

    Returns
    -------
    DataFrame
        Index coherence; ``n``, ``accuracy`` with its binomial standard error ``accuracy_error``, ``rt`` (mean, ms) with
        ``rt_error``, ``rt_correct`` and ``rt_errors`` (means, NaN without such trials).

    Examples
    --------
    >>> import jax
    >>> parameters = {"drift_per_coherence": 12.0, "bound": 0.8, "non_decision": 350.0}
    >>> trials = simulate_trials(parameters, key=jax.random.key(0), n_per_coherence=50)
    >>> by_coherence(trials)["accuracy"].round(2).tolist()
    [0.38, 0.62, 0.76, 0.88, 1.0, 1.0]
    """
    rows = []
    for coherence, group in trials.astype({"correct": float}).groupby("coherence"):
        rt, correct = group["rt"].to_numpy(float), group["correct"].to_numpy() > 0
        p, n = correct.mean(), len(group)
        rows.append(
            {
                "coherence": coherence,
                "n": n,
                "accuracy": p,
                "accuracy_error": np.sqrt(p * (1 - p) / n),
                "rt": rt.mean(),
                "rt_error": rt.std(ddof=1) / np.sqrt(n),
                "rt_correct": rt[correct].mean() if correct.any() else np.nan,
                "rt_errors": rt[~correct].mean() if not correct.all() else np.nan,
            }
        )
    return pd.DataFrame(rows).set_index("coherence")


def quantiles(trials: pd.DataFrame, levels: Sequence[float] = QUANTILES) -> pd.DataFrame:
    """Return the quantiles of the reaction times, for correct and error trials of each coherence.

    Returns
    -------
    DataFrame
        Columns ``coherence``, ``correct``, ``share`` (of the trials of that coherence), ``n``, ``level``, ``rt`` (ms).

    Examples
    --------
    >>> import jax
    >>> parameters = {"drift_per_coherence": 12.0, "bound": 0.8, "non_decision": 350.0}
    >>> sorted(quantiles(simulate_trials(parameters, key=jax.random.key(0), n_per_coherence=50)).columns)
    ['coherence', 'correct', 'level', 'n', 'rt', 'share']
    """
    rows = []
    for coherence, group in trials.groupby("coherence"):
        for correct, some in group.groupby(group["correct"] > 0):
            found = np.quantile(some["rt"], levels)
            rows += [
                {"coherence": coherence, "correct": correct, "share": len(some) / len(group), "n": len(some),
                 "level": level, "rt": rt}
                for level, rt in zip(levels, found, strict=True)
            ]  # fmt: skip
    return pd.DataFrame(rows)
