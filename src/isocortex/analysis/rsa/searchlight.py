"""Searchlight: RSA in the neighbourhood of every unit, block by block."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from scipy.sparse import csr_array, issparse

from ...cores import on_cores, one_blas_thread
from ...errors import look_up, require
from ...formats import counted
from ...keys import generator
from ...rdms import RDMs
from ...responses import check
from ...shapes import PRNGKey
from ..inference.clusters import sign_flips, t_values
from ..inference.corrections import corrected
from .dissimilarities.noise import noise_precision
from .dissimilarities.rdm import DISSIMILARITIES, rdm
from .over_time import FEWEST_FLIPPED, PERMUTED
from .permuted import orders_of, permuted_similarities
from .similarities.pairs import shared_pairs
from .similarities.similarity import SIMILARITIES

AT_ONCE = 2**22
"""Numbers in the responses, and in the RDMs, of a block of centres: 32 MiB."""
MANY_AT_ONCE = ("correlation", "cosine", "euclidean")
"""Dissimilarities whose functions take many matrices of responses, centre × stimulus × unit."""
CORRECTED = {
    "max": "corrected for all centres and models by the largest statistic of each permutation",
    "fdr": "corrected over centres for the false discovery rate (Benjamini and Hochberg)",
}


@dataclass(frozen=True, eq=False)
class Searchlight:
    """Similarity of models with the RDM of every neighbourhood.

    Attributes
    ----------
    similarity : DataArray, shape (model, unit)
        Mean over subjects and seeds, with the coordinates of the units; NaN where an RDM is undefined or constant.
    p : DataArray, shape (model, unit)
        One-sided, corrected.
    size : DataArray, shape (unit,)
        The number of units in each neighbourhood.
    methods : str
        What was done, in words.

    Examples
    --------
    >>> import jax
    >>> from isocortex import responses, rsa
    >>> rng = np.random.default_rng(0)
    >>> model = rng.normal(size=(10, 12))
    >>> x = responses(np.hstack([model, rng.normal(size=(10, 12))]))
    >>> around = rsa.neighbourhoods(np.arange(24.0)[:, None], nearest=9)
    >>> found = searchlight({"model": rsa.rdm(responses(model))}, x, around, key=jax.random.key(0))
    >>> np.flatnonzero(found.p.sel(model="model") < 0.05).tolist()
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]
    """

    similarity: xr.DataArray
    p: xr.DataArray
    size: xr.DataArray
    methods: str


def searchlight(
    models: Mapping[str, RDMs],
    data: xr.DataArray | Mapping[str, xr.DataArray],
    around: Any,
    *,
    key: PRNGKey,
    dissimilarity: str = "correlation",
    method: str = "pearson",
    permute: str = "stimulus",
    correction: str = "max",
    n_permutations: int = 1000,
) -> Searchlight:
    """Compare models with the RDM of the units around every centre (Kriegeskorte et al. 2006, 10.1073/pnas.0600244103).

    By default the stimuli of the models are permuted, alike for all centres, and the statistic is the mean similarity.
    Or the signs of each subject's similarities are flipped, and the statistic is t over subjects; see
    :func:`over_time`.

    Parameters
    ----------
    models : mapping of str to RDMs
        Model → its RDMs, one row per seed.
    data : DataArray, or mapping of str to DataArray
        Responses of one subject, or of each with the same units: (repeat ×) stimulus × unit.
    around : sparse matrix or array, shape (centre, unit)
        The units around each centre, those that are not 0; as many centres as units. From :func:`neighbourhoods`, or
        any graph with its diagonal.
    key : key
        Draws the permutations.
    dissimilarity, method : str
        As for :func:`rdm` and :func:`similarity`. Correlation, cosine and Euclidean distances are computed in blocks
        of centres by matrix products, and the others centre by centre.
    permute : {"stimulus", "subject"}
        Default "stimulus"; "subject" needs six subjects.
    correction : {"max", "fdr"}
        By the largest statistic of all centres and models in each permutation (Nichols & Holmes 2002,
        10.1002/hbm.1058), or of the p values of each model for the false discovery rate. Default max.
    n_permutations : int
        Default 1000.

    Returns
    -------
    Searchlight

    Raises
    ------
    InputError
        For a graph that does not fit the units, neighbourhoods of fewer than two units, subjects of different units or
        stimuli, or what :func:`rdm` and :func:`similarity` refuse.

    Examples
    --------
    >>> import jax
    >>> from isocortex import responses, rsa
    >>> rng = np.random.default_rng(0)
    >>> model = rng.normal(size=(10, 12))
    >>> x = responses(np.hstack([model, rng.normal(size=(10, 12))]))
    >>> around = rsa.neighbourhoods(np.arange(24.0)[:, None], nearest=9)
    >>> found = searchlight({"model": rsa.rdm(responses(model))}, x, around, key=jax.random.key(0))
    >>> found.similarity.idxmax("unit").item() < 12
    True
    """
    subjects = {str(data.name): data} if isinstance(data, xr.DataArray) else dict(data)
    graph = _checked(subjects, around)
    how = DISSIMILARITIES.named(dissimilarity)
    SIMILARITIES.named(method)
    look_up("correction", correction, CORRECTED)
    look_up("way to permute", permute, PERMUTED)
    require(
        permute == "stimulus" or len(subjects) >= FEWEST_FLIPPED,
        f"Signs are flipped of at least {FEWEST_FLIPPED} subjects, and there are {len(subjects)}; use "
        "permute='stimulus'.",
    )
    require(n_permutations >= 20, f"A test at 5 % needs at least 20 permutations; got {n_permutations}.")
    first = next(iter(subjects.values()))
    stimuli, stacks = first["stimulus"].values, list(models.values())
    require(bool(stacks), "There are no models to compare.")
    for rows in stacks:
        rows.require_every_pair("A searchlight")
        shared_pairs(rows, RDMs(rows.dissimilarities[:1], stimuli))
    rng, flips = generator(key), permute == "subject"
    orders = orders_of(len(stimuli), 0 if flips else n_permutations, rng)
    signs = sign_flips(len(subjects), n_permutations, rng) if flips else np.ones((1, 1))
    sizes = np.diff(graph.indptr)
    shape = (len(stacks), len(sizes))
    mean, uncorrected = np.full(shape, np.nan), np.full(shape, np.nan)
    observed, largest = np.full(shape, np.nan), np.full(len(signs) if flips else len(orders), -np.inf)
    for centres in _blocks(graph, len(stimuli), len(orders) * len(stacks) * len(subjects)):
        values = np.stack(
            [_similarities(stacks, array, graph, centres, dissimilarity, orders, method) for array in subjects.values()]
        )
        mean[:, centres] = values[:, 0].mean(axis=0)
        samples = t_values(values[:, 0], signs) if flips else values.mean(axis=0)
        samples = np.where(np.isnan(mean[:, centres]), np.nan, samples)
        observed[:, centres] = samples[0]
        uncorrected[:, centres] = np.where(np.isnan(samples[0]), np.nan, _shares(samples))
        largest = np.fmax(largest, np.nanmax(np.where(np.isnan(samples), -np.inf, samples), axis=(1, 2)))
    if correction == "max":
        at_least = len(largest) - np.searchsorted(np.sort(largest), _least(observed))
        p = np.where(np.isnan(observed), np.nan, at_least / len(largest))
    else:
        p = np.stack([corrected(row, "fdr") for row in uncorrected])
    units = {"unit": _labels(first, "unit")} | {name: c for name, c in first.coords.items() if c.dims == ("unit",)}
    coords = {"model": list(models), **units}
    permuted = f"{len(signs)} sign flips over subjects" if flips else f"{len(orders)} permutations of the stimuli"
    return Searchlight(
        similarity=xr.DataArray(mean, coords, ("model", "unit"), "similarity"),
        p=xr.DataArray(p, coords, ("model", "unit"), "p"),
        size=xr.DataArray(sizes, units, ("unit",), "size"),
        methods=(
            f"Around each of {len(sizes)} centres, the RDM ({how.measure}) of {sizes.min()} to {sizes.max()} "
            f"units was compared with the models by the {SIMILARITIES[method].label}, in "
            f"{counted(len(subjects), 'subject')}. p values are one-sided, from {permuted} with the data as one of "
            f"them, {CORRECTED[correction]}."
        ),
    )


def _checked(subjects: Mapping[str, xr.DataArray], around: Any) -> csr_array:
    """Return the graph, after checking that it fits all subjects."""
    require(bool(subjects), "There are no responses to compute RDMs from.")
    first, *others = subjects.items()
    for name, array in [first, *others]:
        check(array)
        extra = {*map(str, array.dims)} - {"repeat", "stimulus", "unit"}
        require(not extra, f"{name!r} has the dimensions {sorted(extra)}; select or average them first.")
        for dim in ("stimulus", "unit"):
            alike = np.array_equal(_labels(array, dim), _labels(first[1], dim))
            require(alike, f"{name!r} has other labels of {dim} than {first[0]!r}, or another order.")
    n = first[1].sizes["unit"]
    graph = csr_array(around) if issparse(around) else csr_array(np.atleast_2d(np.asarray(around)))
    shape: Any = graph.shape
    require(shape == (n, n), f"The neighbourhoods must be centre × unit, {n} × {n}; got {' × '.join(map(str, shape))}.")
    graph = graph.copy()
    graph.sum_duplicates()
    graph.eliminate_zeros()
    sizes = np.diff(graph.indptr)
    require(
        int(sizes.min()) >= 2,
        f"Every neighbourhood needs at least two units; that of unit {int(sizes.argmin())} has {int(sizes.min())}.",
    )
    return graph


def _labels(array: xr.DataArray, dim: str) -> np.ndarray:
    return array[dim].values if dim in array.coords else np.arange(array.sizes[dim])


def _blocks(graph: csr_array, n: int, samples: int) -> Iterator[np.ndarray]:
    """Yield centres with neighbourhoods of one size, as many as fit into memory at once."""
    sizes = np.diff(graph.indptr)
    for size in np.unique(sizes):
        centres = np.flatnonzero(sizes == size)
        step = max(1, AT_ONCE // max(n * int(size), n * n, samples))
        yield from np.split(centres, range(step, len(centres), step))


def _similarities(
    models: list[RDMs],
    array: xr.DataArray,
    graph: csr_array,
    centres: np.ndarray,
    dissimilarity: str,
    orders: np.ndarray,
    method: str,
) -> np.ndarray:
    """Return the similarity of permuted models with some neighbourhoods, shape (permutation, model, centre)."""
    size = int(graph.indptr[centres[0] + 1] - graph.indptr[centres[0]])
    near = graph.indices[graph.indptr[centres][:, None] + np.arange(size)]
    vectors = _vectors(array, near, dissimilarity)
    defined = np.isfinite(vectors).all(axis=1) & (np.ptp(vectors, axis=1) > 0)
    found = np.full((len(orders), len(models), len(centres)), np.nan)
    if defined.any():
        data = RDMs(vectors[defined], models[0].stimuli)
        found[..., defined] = permuted_similarities(models, data, orders, method)
    return found


def _vectors(array: xr.DataArray, near: np.ndarray, dissimilarity: str) -> np.ndarray:
    """Return the dissimilarities of some neighbourhoods of one size, shape (centre, pair)."""
    first, second = np.triu_indices(array.sizes["stimulus"], 1)
    if dissimilarity in MANY_AT_ONCE:
        means = array.mean("repeat") if "repeat" in array.dims else array
        patterns = means.transpose("stimulus", "unit").values.astype(float)[:, near].transpose(1, 0, 2)
        with np.errstate(divide="ignore", invalid="ignore"):
            return DISSIMILARITIES[dissimilarity].function(patterns)[:, first, second]
    takes_noise = DISSIMILARITIES[dissimilarity].takes == "noise"

    def alone(units: np.ndarray) -> np.ndarray:
        here = array.isel(unit=units)
        return rdm(here, dissimilarity, noise=noise_precision(here) if takes_noise else None).dissimilarities[0]

    with one_blas_thread():
        return np.stack(on_cores(alone, list(near)))


def _least(values: np.ndarray) -> np.ndarray:
    """Return values less what equal sums may differ by, when they are added in another order."""
    return values - 1e-9 * np.abs(values)


def _shares(samples: np.ndarray) -> np.ndarray:
    """Return the share of samples that are as large as the first, which is one of them."""
    return (samples >= _least(samples[0])).mean(axis=0)
