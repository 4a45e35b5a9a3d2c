"""What ``decision-ddm`` found in an animal, as numbers and tables."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...analysis import PARAMETERS, WINDOW, DecisionFit
from ...dynamics import choice_probability, mean_decision_time

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
        k, B, delay = (self.best.table["estimate"][name] for name in ("drift_per_coherence", "bound", "non_decision"))
        verdict = (
            f"calls {simple['impossible']:.0f} held-out trials impossible"
            if simple["impossible"]
            else f"falls behind by {simple['behind']:.3f} ± {2 * simple['behind_error']:.3f} nats per trial"
        )
        return (
            f"“{self.best.variant}” predicts held-out trials best (k = {k:.3g}/√s, B = {B:.3g} √s, non-decision "
            f"{delay:.0f} ms); the simple model {verdict}, and with contaminants still falls behind by "
            f"{contaminants['behind']:.3f} ± {2 * contaminants['behind_error']:.3f} nats per trial."
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
    fast = animal.trials["rt"].min()
    which = "slower" if gap > 0 else "faster"
    return (
        f"{name.capitalize()}: errors are {abs(gap):.0f} ± {2 * error:.0f} ms {which} than correct choices of the "
        f"same coherence (two standard errors; the simple model says 0). The fastest response came after {fast:.0f} "
        "ms; without contaminants, everybody's non-decision time would have to be shorter."
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


def numbers(
    animals: Mapping[str, Animal], published: Mapping[str, Mapping[str, float]], planted: Mapping[str, float]
) -> dict[str, float]:
    """Return the numbers of the summary, with flat keys; coherences are per mille."""
    out = {}
    for name, animal in animals.items():
        place = f"ddm.{name.replace(' ', '')}"
        for parameter, row in animal.best.table.iterrows():
            out[f"{place}.{parameter}"] = row["estimate"]
            out |= {f"{place}.{parameter}.{end}": row[end] for end in ("low", "high")}
        for row in animal.variants.to_dict("records"):
            slug = row["variant"].replace(",", "").replace(" ", "_").replace("-", "_")
            for what in ("log_likelihood", "bic", "held_out", "behind", "behind_error", "impossible"):
                out[f"{place}.variant.{slug}.{what}"] = row[what]
        for coherence, row in animal.behaviour.iterrows():
            slug = f"{place}.coherence_{1000 * float(str(coherence)):.0f}"
            out |= {f"{slug}.accuracy": row["accuracy"], f"{slug}.rt": row["rt"]}
        gap, error = error_delay(animal)
        out |= {f"{place}.error_delay": gap, f"{place}.error_delay.error": error}
        coherences = animal.behaviour.index.to_numpy(float)
        p, t = closed_form_errors(animal.fits["simple"], coherences)
        out |= {f"{place}.closed_form.probability_error": p, f"{place}.closed_form.time_error": t}
        out |= {f"{place}.published.{what}": value for what, value in published.get(name, {}).items()}
        if name == "simulated":
            out |= {f"{place}.planted.{parameter}": value for parameter, value in planted.items()}
    return {key: float(value) for key, value in out.items()}


def shown_parameters(animals: Mapping[str, Animal], planted: Mapping[str, float]) -> pd.DataFrame:
    """Return the parameters of each animal's winning variant, with their intervals, and what was planted."""
    columns = {f"{name} ({animal.best.variant})": animal.best.table for name, animal in animals.items()}
    names = list(dict.fromkeys(parameter for table in columns.values() for parameter in table.index))
    units = {parameter: table["unit"][parameter] for table in columns.values() for parameter in table.index}
    out = pd.DataFrame({"parameter": [f"{name.replace('_', ' ')} ({units[name]})" for name in names]})
    for title, table in columns.items():
        out[title] = [_interval(name, table.loc[name]) if name in table.index else "" for name in names]
    if planted:
        out["planted"] = [f"{planted[name]:.3g}" if name in planted else "–" for name in names]
    return out


def shown_answer(animals: Mapping[str, Animal]) -> pd.DataFrame:
    """Return variants × animals, how far each is behind the best on held-out trials, and in BIC."""
    out = pd.DataFrame({"variant": next(iter(animals.values())).variants["variant"]})
    for name, animal in animals.items():
        table = animal.variants
        out[name] = [
            f"−∞ ({row['impossible']} impossible)"
            if row["impossible"]
            else f"{row['behind']:.3f} ± {2 * row['behind_error']:.3f}"
            for row in table.to_dict("records")
        ]
        out[f"{name}: ΔBIC"] = [f"{value:.0f}" for value in table["bic"] - table["bic"].min()]
    return out


def _interval(name: str, row: pd.Series) -> str:
    """Return "estimate [low, high]", with ≤ and ≥ at the ends of the parameter's range."""
    estimate, low, high = np.asarray(row[["estimate", "low", "high"]], float)
    below = "≤ " if low <= 1.001 * PARAMETERS[name].low else ""
    above = "≥ " if high >= 0.999 * PARAMETERS[name].high else ""
    return f"{estimate:.3g} [{below}{low:.3g}, {above}{high:.3g}]"
