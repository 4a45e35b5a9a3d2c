"""Time-resolved RSA: RDMs at every time, their similarity with models, and when it is above chance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from scipy.stats import t

from ...errors import InputError, look_up, require
from ...formats import counted, significant
from ...keys import generator
from ...rdms import RDMs
from ...shapes import PRNGKey
from ..inference.clusters import Cluster, cluster_test, sign_flips, t_values
from .ceiling import noise_ceiling, split_half_ceiling
from .comparison import EVERY_FACTOR, compare
from .dissimilarities.noise import noise_precision
from .dissimilarities.rdm import DISSIMILARITIES, rdm
from .permuted import orders_of, permuted_similarities
from .similarities.similarity import SIMILARITIES, similarity
from .time_windows import times_of, windows

FEWEST_FLIPPED = 6
"""Subjects from which on signs can be flipped: of five, the least p value would be 1/32."""
PERMUTED = {"subject": "sign flips over subjects", "stimulus": "permutations of the stimuli"}


@dataclass(frozen=True, eq=False)
class OverTime:
    """RDMs over time, and their similarity with models.

    Attributes
    ----------
    times : array, shape (time,)
        The mean time of each window, in ms.
    rdms : tuple of RDMs
        One for each window, with a row per subject.
    table : DataFrame
        A row per time and model: ``time``, ``model``, ``mean``, ``low``, ``high`` (from :func:`compare`, at this time
        alone), and ``significant``, whether the time lies in a cluster with p < 0.05.
    ceiling : DataFrame
        Columns ``time``, ``lower``, ``upper``; NaN where there is none.
    clusters : DataFrame
        A row per cluster: ``model``, ``start``, ``stop`` (the times of its first and last window), ``mass``, and ``p``,
        corrected for all times and all models.
    methods : str
        What was done, in words.

    Examples
    --------
    >>> import jax
    >>> from isocortex import responses, rsa
    >>> rng = np.random.default_rng(0)
    >>> patterns = rng.normal(size=(12, 1, 30)) * (np.arange(6) > 2)[:, None]
    >>> x = responses(patterns + 0.7 * rng.normal(size=(4, 12, 6, 30)), dims=["repeat", "stimulus", "time", "unit"],
    ...               times=10 * np.arange(6))
    >>> found = over_time({"itself": rsa.rdm(responses(patterns[:, 5]))}, x, key=jax.random.key(0))
    >>> found.course("itself")[["time", "mean", "significant"]].round(1)
       time  mean  significant
    0   0.0   0.0        False
    1  10.0   0.0        False
    2  20.0   0.0        False
    3  30.0   0.9         True
    4  40.0   0.9         True
    5  50.0   0.9         True
    >>> len(found.rdms), found.rdms[0].dissimilarities.shape
    (6, (1, 66))
    """

    times: np.ndarray
    rdms: tuple[RDMs, ...]
    table: pd.DataFrame
    ceiling: pd.DataFrame
    clusters: pd.DataFrame
    methods: str

    def course(self, model: str) -> pd.DataFrame:
        """Return the rows of one model."""
        look_up("model", model, dict.fromkeys(self.table["model"]))
        return self.table.query("model == @model").reset_index(drop=True)


def over_time(
    models: Mapping[str, RDMs],
    data: xr.DataArray | Mapping[str, xr.DataArray],
    *,
    key: PRNGKey,
    window: float | int | None = None,
    step: float | int | None = None,
    dissimilarity: str = "correlation",
    method: str = "pearson",
    permute: str = "stimulus",
    n_permutations: int = 1000,
    threshold: float = 0.05,
    factors: Sequence[str] = EVERY_FACTOR,
    confidence: float = 0.95,
) -> OverTime:
    """Compare models with the RDMs of brains at every time.

    When a model is above chance is found from clusters of neighbouring times (Maris & Oostenveld 2007,
    10.1016/j.jneumeth.2007.03.024): times whose statistic exceeds a threshold are joined, the mass of a cluster is the
    sum of its statistics, and it is compared with the largest mass at any time and of any model in every permutation.
    By default the stimuli of the models are permuted, alike at all times: p then holds for these subjects, and the
    statistic is the mean similarity in standard deviations of the permutations. Or the signs of the similarities of
    each subject are flipped, and the statistic is t over subjects: p then holds for new subjects and these stimuli.

    Parameters
    ----------
    models : mapping of str to RDMs
        Model → its RDMs, one row per seed; the same at all times.
    data : DataArray, or mapping of str to DataArray
        Responses of one subject or of each, with ``time``: (repeat ×) stimulus × time × unit, or trial × time × unit.
    key : key
        Draws the permutations.
    window, step : float, optional
        Width of windows in which responses are averaged, and from one to the next, in ms. Default: every time alone.
    dissimilarity : str
        As for :func:`rdm`; noise is estimated in each window. Default correlation.
    method : str
        A similarity; see :func:`similarity`. Default Pearson.
    permute : {"subject", "stimulus"}, optional
        Default "stimulus". With "subject", which needs six subjects, the stimuli are fixed: a model that is like the
        data by chance, for these stimuli, is found too.
    n_permutations : int
        Default 1000. Where there are no more ways to flip signs, all are taken.
    threshold : float
        One-sided p value of a single time that makes it part of a cluster. Default 0.05. It changes which effects are
        found, strong and short or weak and long ones, and not the rate of false positives.
    factors, confidence
        Of the intervals, as for :func:`compare`.

    Returns
    -------
    OverTime

    Raises
    ------
    InputError
        As :func:`rdm` and :func:`compare`, at which time; if subjects differ in their times, or there are too few to
        flip signs.

    Examples
    --------
    >>> import jax
    >>> from isocortex import responses, rsa
    >>> rng = np.random.default_rng(0)
    >>> patterns = rng.normal(size=(12, 1, 30)) * (np.arange(6) > 2)[:, None]
    >>> x = responses(patterns + 0.7 * rng.normal(size=(4, 12, 6, 30)), dims=["repeat", "stimulus", "time", "unit"],
    ...               times=10 * np.arange(6))
    >>> found = over_time({"itself": rsa.rdm(responses(patterns[:, 5]))}, x, key=jax.random.key(0))
    >>> found.clusters[["model", "start", "stop"]].values.tolist()
    [['itself', 30.0, 50.0]]
    """
    subjects = {str(data.name): data} if isinstance(data, xr.DataArray) else dict(data)
    _check(subjects, n_permutations, threshold)
    SIMILARITIES.named(method)
    look_up("way to permute", permute, PERMUTED)
    require(
        permute == "stimulus" or len(subjects) >= FEWEST_FLIPPED,
        f"Signs are flipped of at least {FEWEST_FLIPPED} subjects, and there are {len(subjects)}; use "
        "permute='stimulus'.",
    )
    times = times_of(next(iter(subjects.values())))
    stacks, bounds, centres = [], [], []
    for time, places in windows(times, window, step):
        here = {name: array.isel(time=places).mean("time") for name, array in subjects.items()}
        try:
            stacks.append(_rdm(here, dissimilarity))
            bounds.append(_ceiling(here, stacks[-1], dissimilarity, method))
        except InputError as error:
            raise InputError(f"At {significant(time)} ms: {error}") from error
        centres.append(time)
    stacked = _stacked(stacks)
    rows = [compare(models, stack, method=method, factors=factors, confidence=confidence) for stack in stacks]
    names = list(models)
    found = _test(list(models.values()), stacked, len(subjects), permute, key, n_permutations, threshold, method)
    columns = ["model", "mean", "low", "high"]
    table = pd.DataFrame(pd.concat([row.reset_index() for row in rows], ignore_index=True), columns=columns)
    table.insert(0, "time", np.repeat(centres, len(names)))
    clusters = pd.DataFrame(
        [(names[c.course], centres[c.start], centres[c.stop - 1], c.mass, c.p) for c in found],
        columns=["model", "start", "stop", "mass", "p"],
    )
    sure = {(names[c.course], i) for c in found if c.p < 0.05 for i in range(c.start, c.stop)}
    table["significant"] = [(name, i) in sure for i in range(len(centres)) for name in names]
    return OverTime(
        times=np.array(centres),
        rdms=tuple(stacks),
        table=table,
        ceiling=pd.DataFrame(
            [(i, *b) for i, b in zip(centres, bounds, strict=True)], columns=["time", "lower", "upper"]
        ),
        clusters=clusters,
        methods=_described(subjects, centres, window, permute, n_permutations, threshold, dissimilarity, method),
    )


def _check(subjects: Mapping[str, xr.DataArray], n_permutations: int, threshold: float) -> None:
    require(bool(subjects), "There are no responses to compute RDMs from.")
    require(n_permutations >= 20, f"A test at 5 % needs at least 20 permutations; got {n_permutations}.")
    require(0 < threshold < 0.5, f"threshold must be a p value between 0 and 0.5; got {threshold}.")
    first, *others = subjects.items()
    for name, array in [first, *others]:
        require(
            np.array_equal(times_of(array), times_of(first[1])),
            f"{name!r} has other times than {first[0]!r}; select the same ones.",
        )


def _rdm(subjects: Mapping[str, xr.DataArray], dissimilarity: str) -> RDMs:
    takes_noise = DISSIMILARITIES.named(dissimilarity).takes == "noise"
    noise = {name: noise_precision(array) for name, array in subjects.items()} if takes_noise else None
    return rdm(subjects, dissimilarity, noise=noise)


def _ceiling(
    subjects: Mapping[str, xr.DataArray], measured: RDMs, dissimilarity: str, method: str
) -> tuple[float, float]:
    """Return the noise ceiling from several subjects, or from two halves of the repeats of one; else NaN."""
    if len(measured) > 1:
        found = noise_ceiling(measured, method)
        return found.lower, found.upper
    (one,) = subjects.values()
    if one.sizes.get("repeat", 1) < (4 if DISSIMILARITIES[dissimilarity].crossvalidated else 2):
        return np.nan, np.nan
    halves = {name: one.isel(repeat=slice(start, None, 2)) for start, name in enumerate(("first", "second"))}
    bounds = split_half_ceiling(_rdm(halves, dissimilarity), method)
    return (np.nan, np.nan) if bounds is None else (bounds.lower, bounds.upper)


def _stacked(stacks: Sequence[RDMs]) -> RDMs:
    """Return the RDMs of all subjects at all times, time by time."""
    return RDMs(np.concatenate([stack.dissimilarities for stack in stacks]), stacks[0].stimuli)


def _test(
    models: Sequence[RDMs],
    data: RDMs,
    n_subjects: int,
    permute: str,
    key: PRNGKey,
    n_permutations: int,
    threshold: float,
    method: str,
) -> list[Cluster]:
    """Return the clusters of each model."""
    rng = generator(key)
    if permute == "subject":
        values = np.stack([similarity(model, data, method).mean(axis=0) for model in models])
        by_subject = np.moveaxis(values.reshape(len(models), -1, n_subjects), -1, 0)
        statistics = t_values(by_subject, sign_flips(n_subjects, n_permutations, rng))
        return cluster_test(statistics, float(t.ppf(1 - threshold, n_subjects - 1)))
    for rows in (*models, data):
        rows.require_every_pair("A permutation of the stimuli")
    orders = orders_of(len(data.stimuli), n_permutations, rng)
    values = permuted_similarities(models, data, orders, method)
    means = values.reshape(len(orders), len(models), -1, n_subjects).mean(axis=-1)
    spread = means.std(axis=0)
    scores = np.divide(means - means.mean(axis=0), spread, out=np.zeros_like(means), where=spread > 0)
    return cluster_test(scores, np.quantile(scores, 1 - threshold, axis=0))


def _described(
    subjects: Mapping[str, xr.DataArray],
    times: Sequence[float],
    window: float | int | None,
    permute: str,
    n_permutations: int,
    threshold: float,
    dissimilarity: str,
    method: str,
) -> str:
    averaged = "at each" if window is None else f"after averaging the responses over {significant(window)} ms, at each"
    exact = permute == "subject" and 2 ** len(subjects) <= n_permutations
    drawn = f"all {2 ** len(subjects)}" if exact else str(n_permutations)
    joined = (
        f"t over subjects has p < {significant(threshold)} (one-sided)"
        if permute == "subject"
        else f"the similarity, in standard deviations of the permutations, is above their quantile of 1 − "
        f"{significant(threshold)}"
    )
    return (
        f"RDMs ({DISSIMILARITIES[dissimilarity].measure}) of {counted(len(subjects), 'subject')} were computed "
        f"{averaged} of {counted(len(times), 'time')} from {significant(times[0])} to {significant(times[-1])} ms, and "
        f"compared with the models by the {SIMILARITIES[method].label}. Neighbouring times at which {joined} make a "
        "cluster. Its mass, the sum of that statistic, is compared with the largest mass over all times and models in "
        f"{drawn} {PERMUTED[permute]} (Maris & Oostenveld 2007). A cluster is significant as a whole; its first time "
        "is no estimate of when the effect begins."
    )
