"""Compare models with brains by several measures at once, with one inference for all of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from scipy.stats import kendalltau

from ...errors import look_up, require, unknown
from ...rdms import RDMs
from ..inference.corrections import CORRECTIONS, corrected
from ..inference.leaving_out import pairs_to_leave_out, parts_left_out, samples_without, without_pair_terms
from ..inference.left_out import Layout, LeftOut
from ..inference.uncertainty import Uncertainty
from ..rsa import DISSIMILARITIES, SIMILARITIES, rdm
from .by_rdms import measured_by_rdms
from .description import describe
from .measures import MEASURES
from .recordings import Recorded, matched
from .shares import differences_of_shares, shares
from .values import Measured, measured

FACTORS = ("stimulus", "subject", "unit", "seed")
RSA = "rsa"
FEWEST_TO_RANK = 3
"""Two models have no rank correlation worth the name."""


@dataclass(frozen=True, eq=False)
class Alignment:
    """How alike models and brains are by several measures.

    Attributes
    ----------
    scores : DataFrame
        A row for each measure and model. Columns ``measure``, ``model``, ``mean`` (over subjects and seeds), ``low``,
        ``high``, ``se``, ``p`` (against 0, two-sided; NaN for a measure that is not 0 on average for unrelated
        responses), and the share of the lower bound of the noise ceiling that the
        mean is: ``of_ceiling``, ``of_ceiling_low``, ``of_ceiling_high``. Above 1, the model is more like a subject than
        the other subjects are, or than the other half of its own measurements.
    differences : DataFrame
        A row for each measure and pair of models: ``measure``, ``a``, ``b``, ``difference``, ``low``, ``high``, ``se``,
        ``p``.
    between : DataFrame
        A row for each model and pair of measures: ``model``, ``a``, ``b``, and the ``difference`` of the shares of the
        ceiling, with ``low`` and ``high``. Empty where there is no ceiling.
    agreement : DataFrame
        Kendall's τ-b of the means of the models by two measures, measure × measure; empty for fewer than three models.
    ceilings : DataFrame
        A row for each measure: ``measure``, ``lower``, ``low``, ``high`` (the interval of the lower bound), ``upper``.
    uncertainty : Uncertainty
        All means, measure by measure, and then the lower bounds of the ceilings, with their covariance.
    methods : str
        What was done, in words.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> latent = rng.normal(size=(30, 4))
    >>> data = {name: latent @ rng.normal(size=(4, 20)) + rng.normal(size=(30, 20)) for name in ("Ann", "Bob", "Cy")}
    >>> found = compare({"all": latent, "half": latent[:, :2]}, data, measures=["rsa", "cka"])
    >>> found.scores[["measure", "model", "mean", "of_ceiling"]].round(2)
      measure model  mean  of_ceiling
    0     rsa   all  0.67        0.86
    1     rsa  half  0.22        0.28
    2     cka   all  0.84        1.06
    3     cka  half  0.47        0.59
    >>> found.differences[["measure", "a", "b", "difference", "low", "high"]].round(2)
      measure    a     b  difference   low  high
    0     rsa  all  half        0.45  0.23  0.70
    1     cka  all  half        0.37  0.22  0.58
    """

    scores: pd.DataFrame
    differences: pd.DataFrame
    between: pd.DataFrame
    agreement: pd.DataFrame
    ceilings: pd.DataFrame
    uncertainty: Uncertainty
    methods: str


def compare(
    models: Mapping[str, Any],
    data: Mapping[str, Any],
    *,
    measures: Sequence[str] = ("cka", "procrustes", "encoding"),
    dissimilarity: str = "correlation",
    similarity: str = "pearson",
    rdms: Callable[[xr.DataArray, bool], RDMs] | None = None,
    factors: Sequence[str] = FACTORS,
    confidence: float = 0.95,
    correction: str = "holm",
) -> Alignment:
    """Compare models with brains by several measures, from one shared resampling of stimuli, subjects, units and seeds.

    Every measure of every model is computed without each stimulus in turn, and without pairs of stimuli for measures
    that are means over pairs, such as CKA. The jackknife is that of :func:`isocortex.rsa.compare`. Because all measures
    see the same samples, differences between models, and between measures, have intervals.

    Parameters
    ----------
    models : mapping of str to array or DataArray
        Model or layer → responses, (seed ×) stimulus × unit.
    data : mapping of str to array or DataArray
        Subject → responses, (repeat ×) stimulus × unit, to the same stimuli in the same order. Repeats are averaged; of
        a single subject, they also give the noise ceiling.
    measures : sequence of str
        Names of :data:`MEASURES`, or "rsa". Default CKA, Procrustes similarity, and prediction by ridge regression.
    dissimilarity, similarity : str
        For "rsa"; see :func:`isocortex.rsa.rdm` and :func:`isocortex.rsa.similarity`. Default correlation and Pearson.
    rdms : callable, optional
        For "rsa", in the place of the dissimilarity: takes responses and whether they are of a brain, and returns RDMs.
    factors : sequence of {"stimulus", "subject", "unit", "seed"}
        The factors whose items are random samples. Default all. Units are drawn together with their subjects; "unit"
        matters for a single subject, whose interval then holds for other units of it.
    confidence : float
        Default 0.95.
    correction : {"none", "holm", "fdr"}
        Adjustment of p values over the models, or the pairs of models, within each measure. Default Holm.

    Returns
    -------
    Alignment

    Raises
    ------
    InputError
        For different stimuli, responses that cannot be analysed or too many units for a measure, an unknown name, or
        fewer than five stimuli.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> latent = rng.normal(size=(30, 4))
    >>> data = {name: latent @ rng.normal(size=(4, 20)) + rng.normal(size=(30, 20)) for name in ("Ann", "Bob", "Cy")}
    >>> found = compare({"latent": latent, "unrelated": rng.normal(size=(30, 4))}, data)
    >>> found.scores[["measure", "model"]].values.tolist()[:2]
    [['cka', 'latent'], ['cka', 'unrelated']]
    >>> bool((found.differences["difference"] > 0).all())
    True
    """
    _check(measures, factors, confidence, correction, similarity)
    layers, subjects = matched(models, data)
    n = len(next(iter(subjects.values())).whole)
    require(
        len(subjects) == 1 or "subject" in factors or "unit" not in factors,
        "Units vary together with their subjects; add 'subject' to the factors, leave 'unit' out, or give one subject.",
    )
    units = len(subjects) == 1 and "unit" in factors
    pairs = pairs_to_leave_out(n)
    kept = np.ones((1, n), bool)
    if "stimulus" in factors:
        kept = np.concatenate([kept, samples_without(n, pairs).astype(bool)])
    by_rdms = partial(
        measured_by_rdms,
        make=rdms or (lambda array, _: rdm(array, dissimilarity)),
        similarity=similarity,
        subjects_drawn="subject" in factors,
        fewest_repeats=4 if DISSIMILARITIES.named(dissimilarity).crossvalidated else 2,
    )
    found = [_measure(name, layers, subjects, kept, pairs, units, by_rdms) for name in measures]
    uncertainty = _uncertainty(found, [len(each.rows) for each in layers.values()], n, pairs, factors, units)
    return _alignment(found, tuple(measures), layers, subjects, uncertainty, factors, confidence, correction)


def _check(
    measures: Sequence[str], factors: Sequence[str], confidence: float, correction: str, similarity: str
) -> None:
    require(bool(measures), f"Name at least one measure: {', '.join([RSA, *MEASURES])}.")
    for name in measures:
        if name not in (RSA, *MEASURES):
            raise unknown("measure", name, [RSA, *MEASURES])
    require(len(set(measures)) == len(measures), f"A measure is named twice: {', '.join(measures)}.")
    require(bool(factors), f"Name at least one factor that is a random sample: {', '.join(FACTORS)}.")
    for factor in factors:
        look_up("factor", factor, dict.fromkeys(FACTORS))
    require(0 < confidence < 1, f"confidence must be between 0 and 1, such as 0.95; got {confidence}.")
    CORRECTIONS.named(correction)
    SIMILARITIES.named(similarity)


def _measure(
    name: str,
    layers: Mapping[str, Recorded],
    subjects: Mapping[str, Recorded],
    kept: np.ndarray,
    pairs: np.ndarray,
    units: bool,
    by_rdms: Callable[..., Measured],
) -> Measured:
    """Return a measure in all samples; where pairs of stimuli are not left out, as if nothing were due to pairs."""
    data = list(subjects.values())
    if name == RSA:
        return by_rdms(list(layers.values()), data, kept, units=units)
    measure = MEASURES[name]
    n = kept.shape[1]
    some = kept if measure.of_pairs else kept[: n + 1]
    result = measured(measure, [row for each in layers.values() for row in each.rows], data, some, units=units)
    if len(some) == len(kept):
        return result
    return Measured(without_pair_terms(result.rows, pairs), without_pair_terms(result.ceiling, pairs), result.upper)


def _uncertainty(
    found: Sequence[Measured], seeds: Sequence[int], n: int, pairs: np.ndarray, factors: Sequence[str], units: bool
) -> Uncertainty:
    """Return the means of all measures of all models, and then the ceilings of the measures, with their covariance."""
    values = np.concatenate([each.rows for each in found] + [each.ceiling[:, None] for each in found], axis=1)
    n_models, n_measures = len(seeds), len(found)
    layout = Layout(
        np.array([*seeds] * n_measures + [1] * n_measures),
        np.concatenate([np.tile(np.arange(n_models), n_measures), n_models + np.arange(n_measures)]),
    )
    size = layout.seeds.shape
    drawn = {"stimulus": np.full(size, n), "subject": np.full(size, values.shape[2]), "seed": layout.seeds}
    taken = {"stimulus", "seed"} & {*factors} | ({"subject"} if units or "subject" in factors else set())
    left_out = LeftOut(
        layout,
        {factor: count for factor, count in drawn.items() if factor in taken and count.max() > 1},
        layout.average(values[:1].mean(axis=2))[0],
        1 - layout.average(np.isfinite(values.mean(axis=2)).mean(axis=0, keepdims=True))[0],
        parts_left_out(values, n, pairs if len(values) > 1 else None),
        {},
    )
    return left_out.uncertainty(own=frozenset())


def _alignment(
    found: Sequence[Measured],
    measures: tuple[str, ...],
    layers: Mapping[str, Recorded],
    subjects: Mapping[str, Recorded],
    uncertainty: Uncertainty,
    factors: Sequence[str],
    confidence: float,
    correction: str,
) -> Alignment:
    """Return the tables."""
    names, n_models = list(layers), len(layers)
    labels = pd.DataFrame(
        {"measure": np.repeat(measures, n_models), "model": np.tile(np.array(names, object), len(measures))}
    )
    size, total = len(labels), len(labels) + len(measures)
    ceiling_of = size + np.arange(size) // n_models
    scores = labels.join(uncertainty.test(np.eye(size, total), confidence).rename(columns={"estimate": "mean"}))
    known = len(subjects) != 2 or "subject" not in factors  # two subjects say nothing of how their agreement varies
    scores = scores.join(shares(uncertainty, ceiling_of, confidence, known=known))
    scores["p"] = scores["p"].where([name == RSA or MEASURES[name].zero for name in scores["measure"]])
    scores["p"] = _adjusted(scores, correction)
    rows, contrasts = [], []
    for i, measure in enumerate(measures):
        for a, b in combinations(range(n_models), 2):
            rows.append({"measure": measure, "a": names[a], "b": names[b]})
            contrasts.append(np.eye(total)[i * n_models + a] - np.eye(total)[i * n_models + b])
    differences = pd.DataFrame(rows, columns=["measure", "a", "b"])
    if rows:
        differences = differences.join(uncertainty.test(np.array(contrasts), confidence))
        differences = differences.rename(columns={"estimate": "difference"})
        differences["p"] = _adjusted(differences, correction)
    bounds = uncertainty.test(np.eye(total)[size:], confidence)
    ceilings = pd.DataFrame(
        {
            "measure": measures,
            "lower": bounds["estimate"],
            "low": np.where(known, bounds["low"], np.nan),
            "high": np.where(known, bounds["high"], np.nan),
            "upper": [each.upper for each in found],
        }
    )
    return Alignment(
        scores=scores,
        differences=differences,
        between=differences_of_shares(uncertainty, measures if known else (), names, confidence),
        agreement=_agreement(scores, measures, n_models),
        ceilings=ceilings,
        uncertainty=uncertainty,
        methods=describe(
            measures,
            layers,
            subjects,
            varying=[name for name in factors if _varies(name, layers, subjects)],
            confidence=confidence,
            correction=correction,
        ),
    )


def _varies(factor: str, layers: Mapping[str, Recorded], subjects: Mapping[str, Recorded]) -> bool:
    """Return whether there are several items of a factor; units count where there is one subject."""
    several = len(subjects) > 1
    seeds = any(len(each.rows) > 1 for each in layers.values())
    return {"stimulus": True, "subject": several, "unit": not several, "seed": seeds}[factor]


def _adjusted(table: pd.DataFrame, correction: str) -> np.ndarray:
    """Return the p values, adjusted within each measure."""
    p, measures = table["p"].to_numpy(float), table["measure"].to_numpy()
    adjusted = np.empty_like(p)
    for measure in np.unique(measures):
        adjusted[measures == measure] = corrected(p[measures == measure], correction)
    return adjusted


def _agreement(scores: pd.DataFrame, measures: tuple[str, ...], n_models: int) -> pd.DataFrame:
    """Return Kendall's τ-b between measures over models."""
    if n_models < FEWEST_TO_RANK:
        return pd.DataFrame()
    means = {name: scores.loc[scores["measure"] == name, "mean"].to_numpy() for name in measures}
    values = [[kendalltau(means[a], means[b])[0] for b in measures] for a in measures]
    return pd.DataFrame(values, index=pd.Index(measures, name="measure"), columns=list(measures))
