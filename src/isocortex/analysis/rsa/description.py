"""Say what a comparison of RDMs or a noise ceiling did, in a paragraph made from the arguments that were used."""

from collections.abc import Mapping, Sequence
from typing import Any

from ...formats import counted, listed, significant
from ...rdms import RDMs
from ..inference.corrections import CORRECTIONS
from .similarities.pairs import miss_alike
from .similarities.products import covariance, products
from .similarities.ranked import Ranked
from .similarities.similarity import SIMILARITIES

FACTORS = {
    "stimulus": "new stimuli",
    "subject": "new subjects",
    "seed": "new seeds of each model",
}
"""What may be taken as a random sample of what could have been, and what the interval then holds for."""
PLURALS = {"stimulus": "stimuli", "subject": "subjects", "seed": "seeds"}
T_DISTRIBUTION = (
    "t distributions with ν degrees of freedom, where 1/ν is the sum over these factors of max(w, w²)/(n − 1), with w "
    "the share of a factor in the variance and n the number of its items; docs/rsa.md describes the corrections for "
    "skewness and heavy tails"
)
COMPARABLE: dict[Any, str] = {covariance: "z-scored", products: "scaled to unit length"}
"""The norm by which RDMs are divided before they are averaged → what that does to them."""


def describe_comparison(
    models: Mapping[str, RDMs],
    data: RDMs,
    *,
    method: str,
    factors: Sequence[str],
    confidence: float,
    correction: str,
    inference: str,
    n_bootstraps: int,
    tests_ceiling: bool,
) -> str:
    """Return the methods of :func:`.comparison.compare`.

    Parameters
    ----------
    tests_ceiling : bool
        Whether models were tested against the lower bound of the noise ceiling.
    """
    said = [_similarities(models, data, method)]
    new = _new(models, data, factors)
    if not new:
        return " ".join([*said, _no_intervals(models, data, factors)])
    said.append(
        f"{_percentage(confidence)} intervals and two-sided tests against 0 hold for {listed(new)}. "
        f"They come from {_resampling(inference, n_bootstraps)}, and from {_distribution(inference)}."
    )
    said += _fixed(models, data, factors)
    if tests_ceiling:
        cautious = (
            "; the test of lying above it uses the variance of the plain jackknife, which is cautious"
            if inference == "jackknife"
            else ""
        )
        said.append(
            "One-sided tests ask whether a model lies below the lower bound of the noise ceiling, or above it"
            f"{cautious}."
        )
    if len(models) > 1:
        said.append(f"The p values of the {len(models)} models are {CORRECTIONS[correction].label}.")
    return " ".join(said)


def describe_differences(
    models: Mapping[str, RDMs],
    data: RDMs,
    *,
    n_pairs: int,
    method: str,
    factors: Sequence[str],
    confidence: float,
    correction: str,
    inference: str,
    n_bootstraps: int,
    paired_seeds: bool,
) -> str:
    """Return the methods of :func:`.comparison.differences`."""
    said = [
        f"{counted(n_pairs, 'pair')} of models {'was' if n_pairs == 1 else 'were'} compared by the difference of their "
        f"mean similarities ({SIMILARITIES[method].label}) with the data of the same "
        f"{counted(len(data), 'subject')}, over the same {len(data.stimuli)} stimuli; what two models share cancels."
    ]
    new = _new(models, data, factors)
    if not new:
        return " ".join([*said, _no_intervals(models, data, factors)])
    if paired_seeds and max(map(len, models.values())) > 1:
        said.append("Seed i of every model is one draw, so that what the seeds share cancels too.")
    said.append(
        f"{_percentage(confidence)} intervals and two-sided tests hold for {listed(new)}; they come from "
        f"{_resampling(inference, n_bootstraps)}."
    )
    if n_pairs > 1:
        said.append(f"The p values of the {n_pairs} pairs are {CORRECTIONS[correction].label}.")
    return " ".join(said)


def describe_ceiling(data: RDMs, method: str) -> str:
    """Return the methods of :func:`.ceiling.noise_ceiling`."""
    similarity = SIMILARITIES[method]
    prepared = (
        "replaced by ranks"
        if isinstance(similarity.compute, Ranked)
        else COMPARABLE.get(similarity.compute.pooled_by, "made comparable")
    )
    return (
        "The noise ceiling is the range in which the best possible model would lie (Nili et al. 2014). Its lower bound "
        f"is the mean {similarity.label} of each of {len(data)} subjects with the mean RDM of the other subjects, and "
        "its upper bound the same with the mean RDM of all subjects. The dissimilarities of each subject were "
        f"{prepared} before they were averaged over subjects."
    )


def describe_halves(method: str) -> str:
    """Return the methods of :func:`.ceiling.split_half_ceiling`."""
    return (
        "The noise ceiling is the range in which a perfect model of one subject would lie, given the noise of the "
        f"measurements. Its lower bound is r, the {SIMILARITIES[method].label} of two halves of the measurements. Its "
        "upper bound is √(2r/(1 + r)), the square root of the Spearman–Brown reliability of both halves together."
    )


def _similarities(models: Mapping[str, RDMs], data: RDMs, method: str) -> str:
    seeds = {name: len(rows) for name, rows in models.items() if len(rows) > 1}
    several = [f"{counted(len(data), 'subject')}"] if len(data) > 1 else []
    if len(set(seeds.values())) == 1 and len(seeds) == len(models):
        several.append(f"{next(iter(seeds.values()))} seeds of {'each' if len(models) > 1 else 'the'} model")
    elif len(set(seeds.values())) == 1:
        several.append(f"{next(iter(seeds.values()))} seeds of {len(seeds)} of the models")
    elif seeds:
        several.append(f"seeds ({listed([f'{name}: {n}' for name, n in seeds.items()])})")
    missing = "" if data.complete else " Pairs of stimuli that were not measured are left out."
    if not miss_alike(data, *models.values()):
        missing = " Every two RDMs are compared on the pairs of stimuli that both have."
    return (
        f"{counted(len(models), 'model')} and {counted(len(data), 'subject')} were compared over {len(data.stimuli)} "
        f"stimuli by the {SIMILARITIES[method].label}"
        f"{f', which was averaged over {listed(several)}' if several else ''}.{missing}"
    )


def _sizes(models: Mapping[str, RDMs], data: RDMs) -> dict[str, int]:
    return {"stimulus": len(data.stimuli), "subject": len(data), "seed": max(map(len, models.values()))}


def _new(models: Mapping[str, RDMs], data: RDMs, factors: Sequence[str]) -> list[str]:
    """Return what intervals hold for; one item of a factor is no sample."""
    sizes = _sizes(models, data)
    return [FACTORS[factor] for factor in FACTORS if factor in factors and sizes[factor] > 1]


def _fixed(models: Mapping[str, RDMs], data: RDMs, factors: Sequence[str]) -> list[str]:
    """Say which of several items were no random sample."""
    held = [PLURALS[name] for name, n in _sizes(models, data).items() if n > 1 and name not in factors]
    if not held:
        return []
    return [f"The {listed(held)} are held fixed: intervals and tests say nothing about other {listed(held)}."]


def _no_intervals(models: Mapping[str, RDMs], data: RDMs, factors: Sequence[str]) -> str:
    ones = [f"one {name}" for name, n in _sizes(models, data).items() if n == 1 and name in factors]
    return f"There are no intervals, because {listed(ones)} {'is' if len(ones) == 1 else 'are'} no sample."


def _resampling(inference: str, n_bootstraps: int) -> str:
    if inference == "jackknife":
        return "a jackknife over these crossed factors, which counts their interactions once (Efron & Stein 1981)"
    return f"{n_bootstraps} samples of the dual bootstrap over these crossed factors (Schütt et al. 2023)"


def _distribution(inference: str) -> str:
    return T_DISTRIBUTION if inference == "jackknife" else "t distributions"


def _percentage(confidence: float) -> str:
    return f"{significant(100 * confidence)} %"
