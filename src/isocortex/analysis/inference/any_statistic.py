"""Standard errors of any statistic of responses: the jackknife and the bootstrap over crossed random factors."""

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from typing import Any, TypeAlias, TypeVar

import numpy as np
import xarray as xr

from ...errors import require
from ...rdms import RDMs
from ...shapes import PRNGKey, Replicates
from .crossed import MOST_UNDEFINED, covariance, crossed_covariance, draw_multiplicities, factor_key
from .uncertainty import Uncertainty

Sampled: TypeAlias = xr.DataArray | xr.Dataset | RDMs
Data = TypeVar("Data", xr.DataArray, xr.Dataset, RDMs, Mapping[str, Sampled])
Statistic: TypeAlias = Callable[[Any], Any]


def jackknife(statistic: Statistic, data: Data, factors: Sequence[str]) -> Uncertainty:
    """Estimate the standard error of a statistic by leaving out one item of each factor at a time.

    The variances of the factors are added. Each holds the interaction of its factor with the others, so that the sum
    is too large by about one such interaction for each factor beyond the first: it errs on the cautious side (Efron &
    Stein 1981, 10.1214/aos/1176345462). Nothing is drawn.

    Parameters
    ----------
    statistic : callable
        Takes the data with some items left out, and returns a number or an array of numbers.
    data : DataArray, Dataset, RDMs, or mapping of str to these
        Responses with the factors as dimensions, or as coordinates along one, such as the stimulus of each trial. In a
        mapping an item is left out of every entry that has the factor.
    factors : sequence of str
        What is taken as a random sample of what could have been, such as ``("stimulus", "subject")``.

    Returns
    -------
    Uncertainty
        Of the flattened statistic; ``.test(contrasts, 0.95)`` gives intervals, also of differences.

    Raises
    ------
    InputError
        If the data lack a factor, or have one item of it.

    Examples
    --------
    >>> x = xr.DataArray(np.arange(5.0), dims="trial", coords={"trial": range(5)})
    >>> found = jackknife(lambda data: data.mean(), x, ["trial"])
    >>> bool(np.isclose(found.total[0, 0], x.var(ddof=1) / 5))
    True
    """
    mean = _flat(statistic(data))
    alone, freedom, influence = {}, {}, {}
    for factor in factors:
        items = _items(data, factor)
        n = len(items)
        left = np.array([_flat(statistic(_taken(data, factor, np.delete(np.arange(n), i)))) for i in range(n)])
        influence[factor] = (left.mean(axis=0) - left).T * np.sqrt((n - 1) / n)
        alone[factor] = influence[factor] @ influence[factor].T
        freedom[factor] = np.full(len(mean), n - 1)
    total = np.sum(list(alone.values()), axis=0)
    return Uncertainty(mean, total, alone, freedom, frozenset(), most=total, influence=influence)


def bootstrap(
    statistic: Statistic, data: Data, factors: Sequence[str], *, key: PRNGKey, n_bootstraps: int = 1000
) -> Uncertainty:
    """Estimate the standard error of a statistic from bootstrap samples of crossed factors.

    Every subset of the factors is drawn jointly, and interactions are counted once (:func:`crossed_covariance`). The
    samples depend on the key, the factor and its number of items alone, so that two statistics of the same data are
    seen under the same samples.

    Parameters
    ----------
    statistic : callable
        Takes resampled data, and returns a number or an array of numbers. An item that was drawn twice occurs twice,
        under the same label: a statistic that fits a model has to keep copies together (:func:`splits`).
    data, factors
        As for :func:`jackknife`, without RDMs: pairs of two copies of a stimulus have no dissimilarity, and
        :func:`isocortex.rsa.compare` allows for that.
    key : key
    n_bootstraps : int
        Default 1000.

    Returns
    -------
    Uncertainty
        Covariances are NaN where more than a fifth of the samples are undefined.

    Raises
    ------
    InputError
        As :func:`jackknife`; for RDMs; for fewer than two samples.

    Examples
    --------
    >>> import jax
    >>> rng = np.random.default_rng(0)
    >>> x = xr.DataArray(rng.normal(size=200), dims="trial", coords={"trial": range(200)})
    >>> found = bootstrap(lambda data: data.mean(), x, ["trial"], key=jax.random.key(0), n_bootstraps=500)
    >>> bool(abs(found.total[0, 0] / (1 / 200) - 1) < 0.3)
    True
    """
    require(n_bootstraps >= 2, f"A bootstrap needs at least 2 samples; got {n_bootstraps}.")
    entries = data.values() if isinstance(data, Mapping) else [data]
    require(
        not any(isinstance(entry, RDMs) for entry in entries),
        "RDMs are not resampled here, because two copies of a stimulus have no dissimilarity; use rsa.compare.",
    )
    mean = _flat(statistic(data))
    sizes = {factor: len(_items(data, factor)) for factor in factors}
    drawn = {
        factor: [
            np.repeat(np.arange(n), counts) for counts in draw_multiplicities(factor_key(key, factor), n_bootstraps, n)
        ]
        for factor, n in sizes.items()
    }
    found, undefined = {}, np.zeros(len(mean))
    for subset in (frozenset(chosen) for n in range(len(sizes)) for chosen in combinations(sizes, n + 1)):
        samples = _replicates(statistic, data, {factor: drawn[factor] for factor in sizes if factor in subset})
        undefined = np.maximum(undefined, 1 - np.isfinite(samples).mean(axis=0))
        found[subset] = covariance(samples)
    lost = undefined > MOST_UNDEFINED
    found = {subset: np.where(lost[:, None] | lost, np.nan, value) for subset, value in found.items()}
    total, alone = crossed_covariance(found, sizes)
    freedom = {factor: np.full(len(mean), n - 1) for factor, n in sizes.items()}
    return Uncertainty(mean, total, alone, freedom, frozenset(), most=found[frozenset(sizes)])


def _replicates(statistic: Statistic, data: Any, drawn: Mapping[str, list[np.ndarray]]) -> Replicates:
    """Return the statistic in every joint sample of some factors."""
    rows = []
    for taken in zip(*drawn.values(), strict=True):
        sample = data
        for factor, items in zip(drawn, taken, strict=True):
            sample = _taken(sample, factor, items)
        rows.append(_flat(statistic(sample)))
    return np.array(rows)


def _flat(value: Any) -> np.ndarray:
    return np.asarray(value, dtype=float).reshape(-1)


def _items(data: Any, factor: str) -> list[np.ndarray]:
    """Return the positions of every item of a factor, along the dimension that holds it."""
    if isinstance(data, Mapping):
        holding = [entry for entry in data.values() if _holds(entry, factor)]
        require(bool(holding), f"None of {', '.join(data)} has the factor {factor!r}.")
        counts = {len(_items(entry, factor)) for entry in holding}
        require(len(counts) == 1, f"The entries have different numbers of items of {factor!r}: {sorted(counts)}.")
        return _items(holding[0], factor)
    require(_holds(data, factor), f"The data have no factor {factor!r}.")
    if isinstance(data, RDMs):
        items = [np.array([i]) for i in range(len(data.stimuli) if factor == "stimulus" else len(data))]
    elif factor in data.dims:
        items = [np.array([i]) for i in range(data.sizes[factor])]
    else:
        labels = data[factor].values
        items = [np.flatnonzero(labels == label) for label in dict.fromkeys(labels.tolist())]
    require(
        len(items) > 1,
        f"The data have only one item of {factor!r}, which is not a random sample; leave the factor out.",
    )
    return items


def _holds(data: Sampled, factor: str) -> bool:
    if isinstance(data, RDMs):
        return factor in ("stimulus", "subject", "seed")
    return factor in data.dims or (factor in data.coords and data[factor].ndim == 1)


def _taken(data: Any, factor: str, items: np.ndarray) -> Any:
    """Return the data with these items of a factor, in this order."""
    if isinstance(data, Mapping):
        return {name: _taken(entry, factor, items) if _holds(entry, factor) else entry for name, entry in data.items()}
    if isinstance(data, RDMs):
        if factor == "stimulus":
            return data.take(items)
        labels = tuple(data.labels[i] for i in items)
        return RDMs(data.dissimilarities[items], data.stimuli, labels, data.measure)
    along = factor if factor in data.dims else data[factor].dims[0]
    positions = _items(data, factor)
    return data.isel({along: np.concatenate([positions[i] for i in items])})
