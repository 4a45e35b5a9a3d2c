"""From responses to representational dissimilarity matrices, by one matrix product each."""

from collections.abc import Callable, Mapping
from typing import Literal

import numpy as np
import xarray as xr

from ...errors import InputError, look_up, require
from ...rdms import RDMs
from ...responses import check
from ...shapes import DissimilarityMatrix, ResponseMatrix


def squared_euclidean(x: ResponseMatrix) -> DissimilarityMatrix:
    """Return the squared Euclidean distance of each pair of rows, divided by the number of units."""
    gram = x @ x.swapaxes(-1, -2)
    power = gram.diagonal(axis1=-2, axis2=-1)
    return (power[..., :, None] + power[..., None, :] - 2 * gram) / x.shape[-1]


def cosine_distance(x: ResponseMatrix) -> DissimilarityMatrix:
    """Return 1 − the cosine of the angle between each pair of rows."""
    gram = x @ x.swapaxes(-1, -2)
    length = gram.diagonal(axis1=-2, axis2=-1) ** 0.5
    return 1 - gram / (length[..., :, None] * length[..., None, :])


def correlation_distance(x: ResponseMatrix) -> DissimilarityMatrix:
    """Return 1 − the Pearson correlation of each pair of rows across units: 1 − ZZᵀ/N with z-scored rows."""
    return cosine_distance(x - x.mean(axis=-1, keepdims=True))


Dissimilarity = Callable[[ResponseMatrix], DissimilarityMatrix]

DISSIMILARITIES: dict[str, tuple[Dissimilarity, str]] = {
    "correlation": (correlation_distance, "1 − Pearson correlation"),
    "cosine": (cosine_distance, "1 − cosine"),
    "euclidean": (squared_euclidean, "squared Euclidean distance per unit"),
}
"""Name → (function of a stimulus × unit matrix, label for axes). The functions take NumPy or JAX arrays."""


def rdm(
    responses: xr.DataArray | Mapping[str, xr.DataArray],
    dissimilarity: str = "correlation",
    *,
    undefined: Literal["error", "drop"] = "error",
) -> RDMs:
    """Compute representational dissimilarity matrices.

    Parameters
    ----------
    responses : DataArray or mapping of str to DataArray
        stimulus × unit, averaged over ``repeat`` where there is one; a leading ``seed`` gives one row per seed.
        A mapping (subject → responses to the same stimuli) gives the rows of all, labelled by its keys.
    dissimilarity : {"correlation", "cosine", "euclidean"}
        Default correlation: 1 − Pearson correlation across units.
    undefined : "error" or "drop"
        What to do with a seed or subject that answers some stimulus with a constant (for cosine: zero) response,
        for which the correlation is undefined: refuse, or leave its row out. "drop" also leaves out an RDM whose
        dissimilarities are all equal, which is similar to none.

    Returns
    -------
    RDMs
        In float64. Without a row if all were dropped.

    Raises
    ------
    InputError
        For an unknown dissimilarity, responses that cannot be analysed, subjects who saw different stimuli, or an
        undefined RDM.

    Examples
    --------
    >>> import numpy as np
    >>> from isocortex import responses
    >>> rdm(responses(np.array([[1.0, 2, 3], [3, 2, 1], [1, 0, 1]]))).dissimilarities.round(3)
    array([[2., 1., 1.]])
    """
    function, measure = look_up("dissimilarity", dissimilarity, DISSIMILARITIES)
    if isinstance(responses, Mapping):
        require(bool(responses), "There are no responses to compute RDMs from.")
        rows = [rdm(array, dissimilarity, undefined=undefined) for array in responses.values()]
        names = [name for name, row in zip(responses, rows, strict=True) for _ in row.labels]
        for name, row in zip(responses, rows, strict=True):
            require(
                len(row) <= 1,
                f"{name!r} has {len(row)} seeds, and subjects must have one RDM each; compute the RDMs of seeds apart.",
            )
            if not np.array_equal(row.stimuli, rows[0].stimuli):
                raise InputError(f"{name!r} saw other stimuli than {next(iter(responses))!r}, or in another order.")
        return RDMs(np.concatenate([row.dissimilarities for row in rows]), rows[0].stimuli, tuple(names), measure)

    require(
        isinstance(responses, xr.DataArray),
        f"Label the responses first, with isocortex.responses(…); got {type(responses).__name__}.",
    )
    check(responses)
    extra = set(responses.dims) - {"seed", "repeat", "stimulus", "unit"}
    require(not extra, f"{responses.name} have the dimensions {sorted(map(str, extra))}; select or average them first.")
    averaged = responses.mean("repeat") if "repeat" in responses.dims else responses
    stack = averaged if "seed" in averaged.dims else averaged.expand_dims("seed")
    stack = stack.transpose("seed", "stimulus", "unit")
    stimuli = stack["stimulus"].values
    labels = [str(s) for s in stack["seed"].values] if "seed" in averaged.dims else [str(responses.name)]
    pairs = np.triu_indices(len(stimuli), 1)
    rows, kept = [], []
    for label, values in zip(labels, stack.values, strict=True):
        flat = _undefined_rows(values, dissimilarity)
        if flat.any() and undefined == "drop":
            continue
        if flat.any():
            first = stimuli[np.argmax(flat)]
            raise InputError(
                f"{responses.name}: {int(flat.sum())} of {len(flat)} stimuli have no {measure}, because every unit "
                f"responds alike; the first is {first} (row {label}). Leave them out, or use --dissimilarity euclidean."
            )
        row = np.asarray(function(np.asarray(values, dtype=float))[pairs])
        if undefined == "drop" and np.ptp(row) <= 1e-12 * np.abs(row).max():
            continue
        rows.append(row)
        kept.append(label)
    return RDMs(np.array(rows).reshape(len(rows), len(pairs[0])), stimuli, tuple(kept), measure)


def _undefined_rows(values: np.ndarray, dissimilarity: str) -> np.ndarray:
    """Return which stimuli have no direction: constant responses for correlation, zero ones for cosine."""
    if dissimilarity == "correlation":
        return np.asarray(values.max(axis=-1) == values.min(axis=-1))
    if dissimilarity == "cosine":
        return np.asarray(~values.any(axis=-1))
    return np.zeros(len(values), bool)
