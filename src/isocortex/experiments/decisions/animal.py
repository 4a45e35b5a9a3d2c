"""The trials of an animal, the models fitted to them, and what both say."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...analysis import WINDOW, DecisionFit
from ...dynamics import choice_probability, mean_decision_time
from ...formats import number, significant

FEWEST_ERRORS = 20
"""Errors at a coherence, for their mean reaction time to be compared with that of correct choices."""


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

    def answer(self) -> str:
        """Return the outcome in a sentence."""
        rows = self.variants.set_index("variant")
        contaminants, simple = rows.loc["contaminants"], rows.loc["simple"]
        estimates = self.best.table["estimate"].to_dict()
        k, B, delay = (estimates[name] for name in ("drift_per_coherence", "bound", "non_decision"))
        verdict = (
            f"calls {simple['impossible']:.0f} held-out trials impossible"
            if simple["impossible"]
            else f"is worse by {number(simple['behind'])} ± {number(2 * simple['behind_error'])} nats per trial"
        )
        return (
            f"the model “{self.best.variant}” predicts held-out trials best (drift per coherence k = "
            f"{significant(k)}/√s, bound B = {significant(B)} √s, non-decision time {number(delay, 0)} ms). The "
            f"simple model {verdict}; with contaminants it is worse by {number(contaminants['behind'])} ± "
            f"{number(2 * contaminants['behind_error'])} nats per trial (± two standard errors)."
        )


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

    Within each coherence above 0 with enough errors, weighted by precision.
    """
    gaps, errors = [], []
    trials = animal.trials.astype({"correct": bool})
    for _, rows in trials.query("coherence > 0").groupby("coherence"):
        slow, fast = (rows.query(group)["rt"].to_numpy(float) for group in ("not correct", "correct"))
        if len(slow) >= FEWEST_ERRORS:
            gaps.append(slow.mean() - fast.mean())
            errors.append(np.hypot(slow.std(ddof=1) / np.sqrt(len(slow)), fast.std(ddof=1) / np.sqrt(len(fast))))
    weights = 1 / np.square(errors)
    return float(np.average(gaps, weights=weights)), float(weights.sum() ** -0.5)


def slower_errors(name: str, animal: Animal) -> str:
    """Say whether errors are slower than correct choices, and how early the earliest responses come."""
    gap, error = error_delay(animal)
    fast = animal.trials["rt"].to_numpy(float).min()
    which = "slower" if gap > 0 else "faster"
    return (
        f"{name.capitalize()}: errors are {number(abs(gap), 0)} ± {number(2 * error, 0)} ms {which} than correct "
        "choices of the same coherence (± two standard errors); the simple model predicts no difference. The fastest "
        f"response came after {number(fast, 0)} ms; in a model without contaminants the non-decision time of every "
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
