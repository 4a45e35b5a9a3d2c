"""The trials of an animal, the models fitted to them, and what both say."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ...analysis import WINDOW, DecisionFit
from ...dynamics import choice_probability, mean_decision_time
from ...formats import counted, listed, number, significant

FEWEST_ERRORS = 20
"""Errors at a coherence, for their mean reaction time to be compared with that of correct choices."""

ADDED = {
    "collapse": "the bound falls",
    "drift_sd": "the drift varies between trials",
    "start_range": "the start varies between trials",
    "non_decision_range": "the non-decision time varies between trials",
    "contaminants": "a few choices are random (contaminants)",
}
"""Parameter → what a model with it adds to the simple one."""
SIMPLER = {"simple": "The simple model", "contaminants": "The simple model with contaminants"}


@dataclass(frozen=True, eq=False)
class Animal:
    """The trials of an animal and what was fitted to them.

    Attributes
    ----------
    trials : DataFrame
    behaviour : DataFrame
        From :func:`isocortex.analysis.by_coherence`.
    fits : dict of str to DecisionFit
    variants : DataFrame
        From :func:`variant_table`.
    """

    trials: pd.DataFrame
    behaviour: pd.DataFrame
    fits: dict[str, DecisionFit]
    variants: pd.DataFrame

    @property
    def best(self) -> DecisionFit:
        """The fit of the variant that predicts held-out trials best."""
        return self.fits[str(self.variants.sort_values("behind")["variant"].iloc[0])]

    def answer(self, name: str) -> str:
        """Return which model predicts the trials best, with its parameters, and how much worse simpler ones are."""
        best = self.best
        also = [what for parameter, what in ADDED.items() if parameter in best.table.index]
        k, B, delay = (_estimate(best, parameter) for parameter in ("drift_per_coherence", "bound", "non_decision"))
        said = [
            f"Of the models, “{best.variant}” predicts held-out trials of {name} best"
            f"{f': in it, {listed(also)}' if also else ''}. The drift per coherence is k = {k} /√s, the bound "
            f"B = {B} √s, and the mean non-decision time {delay} ms (95 % intervals in brackets)."
        ]
        for row in self.variants.to_dict("records"):
            if row["variant"] != best.variant and row["variant"] in SIMPLER:
                said.append(f"{SIMPLER[row['variant']]} {_verdict(row)}.")
        return " ".join(said)


def _estimate(fit: DecisionFit, parameter: str) -> str:
    """Return an estimate with its interval."""
    estimate, low, high = (significant(fit.table.loc[parameter, what]) for what in ("estimate", "low", "high"))
    return f"{estimate} [{low}, {high}]"


def _verdict(row: Mapping[Hashable, Any]) -> str:
    """Say how much worse than the best a variant predicts held-out trials."""
    if row["impossible"]:
        return f"calls {counted(row['impossible'], 'held-out trial')} impossible"
    behind, error = number(row["behind"]), number(2 * row["behind_error"])
    return f"is worse by {behind} ± {error} nats per trial (± two standard errors)"


def variant_table(fits: Mapping[str, DecisionFit], scores: np.ndarray) -> pd.DataFrame:
    """Return a row per variant.

    Parameters
    ----------
    scores : array, shape (variant, trial)
        From :func:`isocortex.analysis.held_out`.

    Returns
    -------
    DataFrame
        ``variant``, ``parameters`` (their number), ``log_likelihood``, ``bic``, ``held_out`` (nats per trial; −∞ where
        a trial was impossible), ``behind`` the best with its standard error ``behind_error`` (paired over trials, NaN
        where a trial was impossible), ``impossible`` (the number of such trials), and ``at_limit`` (which parameters
        are at a limit of their ranges: a variability at its lower one is none).
    """
    mean = scores.mean(axis=1)
    possible = np.isfinite(scores).all(axis=1)
    gap = np.full(scores.shape, np.nan)
    gap[possible] = scores[int(mean.argmax())] - scores[possible]
    return pd.DataFrame(
        {
            "variant": list(fits),
            "parameters": [len(fit.table) for fit in fits.values()],
            "log_likelihood": [fit.log_likelihood for fit in fits.values()],
            "bic": [fit.bic for fit in fits.values()],
            "held_out": mean,
            "behind": gap.mean(axis=1),
            "behind_error": gap.std(axis=1, ddof=1) / np.sqrt(scores.shape[1]),
            "impossible": (~np.isfinite(scores)).sum(axis=1),
            "at_limit": [", ".join(fit.table.query("at_limit != ''").index) for fit in fits.values()],
        }
    )


def error_delay(animal: Animal) -> tuple[float, float]:
    """Return by how many ms errors are slower than correct choices, and the standard error, pooled over coherences.

    Within each coherence above 0 with enough errors, weighted by precision; NaN where none has enough.
    """
    gaps, errors = [], []
    trials = animal.trials.astype({"correct": bool})
    for _, rows in trials.query("coherence > 0").groupby("coherence"):
        slow, fast = (rows.query(group)["rt"].to_numpy(float) for group in ("not correct", "correct"))
        if len(slow) >= FEWEST_ERRORS:
            gaps.append(slow.mean() - fast.mean())
            errors.append(np.hypot(slow.std(ddof=1) / np.sqrt(len(slow)), fast.std(ddof=1) / np.sqrt(len(fast))))
    if not gaps:
        return np.nan, np.nan
    weights = 1 / np.square(errors)
    return float(np.average(gaps, weights=weights)), float(weights.sum() ** -0.5)


def slower_errors(name: str, animal: Animal) -> str:
    """Say whether errors are slower than correct choices, and how early the earliest responses come."""
    gap, error = error_delay(animal)
    fast = animal.trials["rt"].to_numpy(float).min()
    which = "slower" if gap > 0 else "faster"
    compared = (
        f"no coherence has {FEWEST_ERRORS} errors, so that their reaction times are not compared with those of correct "
        "choices."
        if np.isnan(gap)
        else f"errors are {number(abs(gap), 0)} ± {number(2 * error, 0)} ms {which} than correct choices of the same "
        "coherence (± two standard errors); the simple model predicts no difference."
    )
    return (
        f"{name.capitalize()}: {compared} The fastest response came after {number(fast, 0)} ms; in a model without "
        "contaminants the non-decision time of every "
        "trial would have to be shorter."
    )


def closed_form_errors(fit: DecisionFit, coherences: np.ndarray) -> tuple[float, float]:
    """Return how far sums over the simple model's density are from the closed forms: probability, and time in ms."""
    k, B, delay = fit.table["estimate"].to_numpy(float)
    found = fit.predict(coherences.tolist())
    p = found["accuracy"] - choice_probability(k * coherences, B)
    t = found["rt"] - delay - 1e3 * mean_decision_time(k * coherences, B)
    return float(abs(p).max()), float(abs(t).max())


def doubts(name: str, animal: Animal) -> list[str]:
    """Return a sentence for every variant whose fit failed or is at a limit of its range, and of very late trials."""
    rt = animal.trials["rt"].to_numpy(float)
    late, longest = int((rt > WINDOW).sum()), rt.max()
    slow = (
        f"{name.capitalize()}: {late} of {len(rt)} reaction times are longer than {WINDOW:g} ms; "
        f"contaminants are taken to respond uniformly until the longest, {longest:.0f} ms."
    )
    return [slow] * bool(late) + [
        f"{name.capitalize()}, “{variant}”: the fit is doubtful. " + " ".join(fit.failures)
        for variant, fit in animal.fits.items()
        if fit.failures
    ]
