"""Check the named arrays of an interchange file, and label the responses or RDMs that they hold."""

from dataclasses import dataclass
from math import isqrt

import numpy as np
import xarray as xr

from ..errors import require
from ..rdms import RDMs, from_square
from ..responses import nfc, responses
from ..spike_trains import SpikeTrains
from .arrays import Arrays

NAMES = ("responses", "rdms", "stimuli", "labels", "subjects", "units", "categories", "measure")
"""Every array that a file may hold; others are left alone."""
ROUNDING = 1e-6
"""How far, relative to the largest value, a diagonal may be from zero."""


@dataclass(frozen=True, eq=False)
class Contents:
    """What an interchange file holds: responses or RDMs, of a brain or of models.

    Attributes
    ----------
    responses : dict of str to DataArray
        Subject, layer or population → (repeat ×) stimulus × unit; of a session in which stimuli were shown unequally
        often, trial × unit. Empty where the file holds RDMs.
    rdms : RDMs or None
        One row per RDM of the file, named by ``labels``, else by ``subjects``, else numbered.
    subjects : tuple of str
        The subject of each row of `rdms`, or the names of `responses`.
    labelled : bool
        False where the file names no stimuli; they are then numbered 0, 1, 2, …
    categories : array of str, shape (stimulus,), or None
        The category of each stimulus.
    spikes : SpikeTrains or None
        The spikes that were counted, of a file of spikes that was read around events.
    notes : tuple of str
        What was left out when the file was read.
    """

    responses: dict[str, xr.DataArray]
    rdms: RDMs | None
    subjects: tuple[str, ...]
    labelled: bool
    categories: np.ndarray | None = None
    spikes: SpikeTrains | None = None
    notes: tuple[str, ...] = ()

    @property
    def stimuli(self) -> np.ndarray:
        """The labels of the stimuli, shape (stimulus,); of trials, sorted."""
        if self.rdms is not None:
            return self.rdms.stimuli
        first = next(iter(self.responses.values()))
        return np.unique(first["stimulus"].values) if "trial" in first.dims else first["stimulus"].values


def label(arrays: Arrays, name: str) -> Contents:
    """Check the arrays of a file, or of one of its groups, and label what they hold.

    Parameters
    ----------
    arrays : dict of str to array
        ``responses`` or ``rdms``, and any other of :data:`NAMES`.
    name : str
        What responses or RDMs without a label are called.

    Raises
    ------
    InputError
        If sizes do not fit together, two stimuli have one label, or the numbers cannot be analysed.
    """
    stimuli = _labels(arrays, "stimuli")
    rdms, held = None, {}
    if "rdms" in arrays:
        rdms, subjects = _rdms(arrays, stimuli, name)
    else:
        held = _responses(arrays, stimuli, name)
        subjects = tuple(held)
    if stimuli is not None:
        values, times = np.unique(stimuli, return_counts=True)
        require(
            len(values) == len(stimuli),
            f"{times.max()} stimuli have the label {str(values[times.argmax()])!r}, and each needs a different one; "
            "repeats go along a first axis, repeat × stimulus × unit.",
        )
    contents = Contents(held, rdms, subjects, stimuli is not None, _labels(arrays, "categories"))
    if contents.categories is not None:
        n, given = len(contents.stimuli), len(contents.categories)
        require(n == given, f"'categories' must hold one category per stimulus, {n}; it holds {given}.")
    return contents


def _rdms(arrays: Arrays, stimuli: np.ndarray | None, name: str) -> tuple[RDMs, tuple[str, ...]]:
    """Build RDMs from square matrices or condensed vectors; return them with the subject of each."""
    values = arrays["rdms"]
    require(values.dtype.kind in "fiub", f"'rdms' must be real numbers; they are of dtype {values.dtype}.")
    require(
        1 <= values.ndim <= 3 and values.size > 0,
        f"'rdms' must be n × stimulus × stimulus or n × pairs; they have the shape {values.shape}.",
    )
    values = values.astype(float)
    square = values.ndim == 3 or _is_square(values, stimuli)
    values = values.reshape(-1, *values.shape[-2:]) if square else np.atleast_2d(values)
    n = values.shape[-1] if square else _stimuli_of(values.shape[-1])
    if square:
        _require_dissimilarities(values)
    given = n if stimuli is None else len(stimuli)
    require(given == n, f"'rdms' of shape {arrays['rdms'].shape} have {n} stimuli, and 'stimuli' names {given}.")
    subjects = _names(arrays, "subjects", len(values), "RDM")
    labels = _names(arrays, "labels", len(values), "RDM") or subjects
    labels = labels or ((name,) if len(values) == 1 else tuple(f"{name} {i + 1}" for i in range(len(values))))
    measure = str(arrays["measure"].ravel()[0]) if "measure" in arrays else "dissimilarity"
    names = np.arange(n) if stimuli is None else stimuli
    if square:
        return from_square(values, stimuli=names, labels=labels, measure=measure), subjects or labels
    return RDMs(values, names, labels, measure), subjects or labels


def _is_square(values: np.ndarray, stimuli: np.ndarray | None) -> bool:
    """Distinguish one square matrix from n condensed vectors of n pairs each, which n = 3, 6, 10, … could also be."""
    if values.ndim != 2 or values.shape[0] != values.shape[1]:
        return False
    n = len(values)
    if stimuli is not None and n not in (len(stimuli), len(stimuli) * (len(stimuli) - 1) // 2):
        return True
    could_be_square = stimuli is None or len(stimuli) == n
    could_be_pairs = (
        isqrt(8 * n + 1) ** 2 == 8 * n + 1 if stimuli is None else len(stimuli) * (len(stimuli) - 1) == 2 * n
    )
    return could_be_square and (not could_be_pairs or not np.nan_to_num(values.diagonal()).any())


def _stimuli_of(pairs: int) -> int:
    """Return the number of stimuli that make so many pairs."""
    n = (1 + isqrt(8 * pairs + 1)) // 2
    require(
        n * (n - 1) // 2 == pairs,
        f"'rdms' have {pairs} pairs, which is not n(n − 1)/2 for any number n of stimuli.",
    )
    return n


def _require_dissimilarities(stack: np.ndarray) -> None:
    """Raise unless the matrices are square and zero on the diagonal, or NaN there."""
    rows, n, m = stack.shape
    hint = "; in MATLAB, permute(rdms, [3 1 2])" if rows == n else ""
    require(n == m, f"'rdms' must be n × stimulus × stimulus; they have the shape {stack.shape}{hint}.")
    largest = float(np.nanmax(np.abs(np.diagonal(stack, axis1=1, axis2=2)), initial=0))
    require(
        largest <= ROUNDING * float(np.nanmax(np.abs(stack), initial=0)),
        f"'rdms' must be zero on the diagonal, and reach {largest:.3g} there; turn similarities into dissimilarities "
        "first, as 1 − r.",
    )


def _responses(arrays: Arrays, stimuli: np.ndarray | None, name: str) -> dict[str, xr.DataArray]:
    """Build responses, one array per subject where units have subjects."""
    dims = tuple(map(str, arrays["dims"])) if "dims" in arrays else None
    labelled = responses(arrays["responses"], stimuli=stimuli, times=arrays.get("times"), dims=dims, name=name)
    count = labelled.sizes["unit"]
    if units := _names(arrays, "units", count, "unit"):
        labelled = labelled.assign_coords(unit=np.array(units))
    if owners := _names(arrays, "subjects", count, "unit"):
        mine = {owner: np.array(owners) == owner for owner in dict.fromkeys(owners)}
        return {owner: labelled[..., member].rename(owner) for owner, member in mine.items()}
    (own,) = _names(arrays, "labels", 1, "array of responses") or (name,)
    return {own: labelled.rename(own)}


def _labels(arrays: Arrays, name: str) -> np.ndarray | None:
    """Return an array of labels as text or numbers, whole ones as integers; None if the file has none."""
    if name not in arrays:
        return None
    labels = arrays[name]
    require(
        labels.size == max(labels.shape, default=1),
        f"{name!r} must be a list of labels; it has the shape {labels.shape}.",
    )
    labels = labels.ravel()
    if labels.dtype.kind == "S":
        labels = np.char.decode(labels, "utf-8", "replace")
    require(labels.dtype.kind in "Ufiu", f"{name!r} must be text or numbers; it is of dtype {labels.dtype}.")
    if labels.dtype.kind == "U":
        labels = np.char.strip(nfc(labels))
        empty = np.flatnonzero(labels == "")
        require(
            not len(empty),
            f"{name!r} has {len(empty)} empty labels, the first at place {empty.min(initial=labels.size) + 1}.",
        )
        return labels
    require(bool(np.isfinite(labels).all()), f"{name!r} has NaN or infinite values.")
    if labels.dtype.kind != "f":
        return labels if labels.size and labels.max() > np.iinfo(np.int64).max else labels.astype(np.int64)
    largest = float(np.abs(labels).max(initial=0))
    require(
        largest <= 2 / float(np.spacing(labels.dtype.type(1))),
        f"{name!r} reaches {largest:.17g}, where {labels.dtype} cannot distinguish whole numbers; save labels as text.",
    )
    return labels.astype(np.int64) if bool((labels == np.round(labels)).all()) else labels


def _names(arrays: Arrays, name: str, count: int, of: str) -> tuple[str, ...]:
    """Return the names of `count` things, or nothing where the file has none."""
    labels = _labels(arrays, name)
    if labels is None:
        return ()
    require(len(labels) == count, f"{name!r} must hold one name per {of}, {count}; it holds {len(labels)}.")
    return tuple(labels.astype(str).tolist())
