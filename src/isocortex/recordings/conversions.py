"""Objects of other packages, in and out: rsatoolbox's RDMs and Dataset, and assemblies of presentation × neuroid."""

from typing import Any

import numpy as np
import xarray as xr

from ..errors import InputError, require
from ..rdms import RDMs
from ..responses import responses

STIMULUS_NAMES = ("stimulus", "stimulus_id", "image_id", "stimuli", "image", "conds", "condition", "pattern", "index")
"""Descriptors and coordinates that may name the stimuli, the first one that is there."""
ROW_NAMES = ("label", "name", "subject", "session")


def from_rsatoolbox(content: Any, *, stimulus: str | None = None) -> RDMs | xr.DataArray:
    """Turn rsatoolbox's ``RDMs`` or ``Dataset`` into RDMs or responses. rsatoolbox itself is not needed.

    Parameters
    ----------
    content : rsatoolbox.rdm.RDMs or rsatoolbox.data.Dataset
    stimulus : str, optional
        The pattern descriptor, or descriptor of observations, that names the stimuli. Default: the first of
        ``stimulus``, ``stimulus_id``, ``image_id``, ``stimuli``, ``image``, ``conds``, ``condition``, ``pattern``,
        ``index``.

    Returns
    -------
    RDMs or DataArray
        Stimuli observed several times become repeats, in their order; where they were observed unequally often, the
        responses are trial × unit.

    Raises
    ------
    InputError
        For any other object, or a descriptor that is not there.
    """
    if hasattr(content, "dissimilarities") and hasattr(content, "pattern_descriptors"):
        values = np.asarray(content.dissimilarities, dtype=float)
        rows = next((content.rdm_descriptors[n] for n in ROW_NAMES if n in content.rdm_descriptors), range(len(values)))
        measure = str(content.dissimilarity_measure or "dissimilarity")
        stimuli = _stimuli(content.pattern_descriptors, stimulus, "pattern descriptor")
        return RDMs(values, stimuli, tuple(map(str, rows)), measure)
    if hasattr(content, "measurements") and hasattr(content, "obs_descriptors"):
        observed = _stimuli(content.obs_descriptors, stimulus, "descriptor of observations", len(content.measurements))
        return _stacked(np.asarray(content.measurements), observed)
    raise InputError(f"Expected rsatoolbox's RDMs or Dataset; got {type(content).__name__}.")


def to_rsatoolbox(content: RDMs | xr.DataArray) -> Any:
    """Turn RDMs or responses into rsatoolbox's ``RDMs`` or ``Dataset``, which needs rsatoolbox.

    The stimuli become the descriptor ``stimulus``, the labels of RDMs ``label``, and repeats ``repeat``.

    Raises
    ------
    InputError
        If rsatoolbox is not installed, or responses have other axes than repeat, stimulus and unit.
    """
    try:
        from rsatoolbox.data import Dataset  # pyright: ignore[reportMissingImports]
        from rsatoolbox.rdm import RDMs as TheirRDMs  # pyright: ignore[reportMissingImports]
    except ImportError as error:
        raise InputError(
            "rsatoolbox is not installed here; pip install rsatoolbox, or write a file instead."
        ) from error
    if isinstance(content, RDMs):
        return TheirRDMs(
            content.dissimilarities,
            dissimilarity_measure=content.measure,
            rdm_descriptors={"label": list(content.labels)},
            pattern_descriptors={"stimulus": content.stimuli.tolist()},
        )
    flat = _observations(content)
    descriptors = {"stimulus": flat["stimulus"].values.tolist(), "repeat": flat["repeat"].values.tolist()}
    return Dataset(flat.values, obs_descriptors=descriptors)


def from_assembly(assembly: xr.DataArray, *, stimulus: str | None = None) -> xr.DataArray:
    """Turn a neuroid assembly (presentation × neuroid, as of Brain-Score) into responses.

    Parameters
    ----------
    assembly : DataArray
        Dimensions ``presentation`` and ``neuroid``, and ``time_bin`` of length one if at all.
    stimulus : str, optional
        The coordinate along ``presentation`` that names the stimuli; default as in :func:`from_rsatoolbox`.

    Returns
    -------
    DataArray
        (repeat ×) stimulus × unit; trial × unit where stimuli were presented unequally often.

    Raises
    ------
    InputError
        For other dimensions, or without such a coordinate.
    """
    squeezed = assembly.squeeze("time_bin", drop=True) if assembly.sizes.get("time_bin") == 1 else assembly
    require(
        set(squeezed.dims) == {"presentation", "neuroid"},
        f"An assembly must be presentation × neuroid; this has {dict(assembly.sizes)}. Select one time bin first.",
    )
    along = {
        str(name): coordinate.values
        for name, coordinate in squeezed.coords.items()
        if coordinate.dims == ("presentation",)
    }
    found = _stacked(squeezed.transpose("presentation", "neuroid").values, _stimuli(along, stimulus, "coordinate"))
    if "neuroid_id" in squeezed.coords:
        return found.assign_coords(unit=squeezed["neuroid_id"].values.astype(str))
    return found


def to_assembly(content: xr.DataArray) -> xr.DataArray:
    """Turn responses into presentation × neuroid, with the coordinates ``stimulus_id``, ``repetition``, ``neuroid_id``.

    Raises
    ------
    InputError
        If the responses have other axes than repeat, stimulus and unit.
    """
    flat = _observations(content)
    units = content["unit"].values if "unit" in content.coords else np.arange(content.sizes["unit"])
    return xr.DataArray(
        flat.values,
        dims=("presentation", "neuroid"),
        coords={
            "stimulus_id": ("presentation", flat["stimulus"].values),
            "repetition": ("presentation", flat["repeat"].values),
            "neuroid_id": ("neuroid", units),
        },
        name=content.name,
    )


def _stimuli(named: Any, wanted: str | None, kind: str, count: int | None = None) -> np.ndarray:
    """Return the labels of the stimuli among descriptors or coordinates."""
    held = ", ".join(sorted(map(str, named))) or "none"
    if wanted is not None:
        require(wanted in named, f"There is no {kind} {wanted!r}; there are: {held}.")
        return np.asarray(named[wanted])
    for name in STIMULUS_NAMES:
        if name in named:
            return np.asarray(named[name])
    require(count is not None, f"No {kind} names the stimuli, such as stimulus_id; there are: {held}.")
    return np.arange(count or 0)


def _stacked(values: np.ndarray, stimuli: np.ndarray) -> xr.DataArray:
    """Stack observations of one stimulus as repeats, or leave them as trials where they are unequally many."""
    stimuli = stimuli.astype(str) if stimuli.dtype.kind == "O" else stimuli
    names, first, member, counts = np.unique(stimuli, return_index=True, return_inverse=True, return_counts=True)
    if (counts != counts[0]).any():
        return responses(values, stimuli=stimuli, dims=("trial", "unit"))
    order = np.argsort(first)
    rows = np.argsort(np.argsort(order)[member], kind="stable").reshape(len(names), counts[0])
    stack = values[rows.T]
    return responses(stack if counts[0] > 1 else stack[0], stimuli=names[order])


def _observations(content: xr.DataArray) -> xr.DataArray:
    """Return (repeat, stimulus) × unit as a flat list of observations, stimulus by stimulus within each repeat."""
    extra = set(content.dims) - {"repeat", "stimulus", "unit"}
    require(not extra, f"The responses have the dimensions {sorted(map(str, extra))}; select or average them first.")
    stack = content if "repeat" in content.dims else content.expand_dims("repeat")
    repeats = np.repeat(np.arange(stack.sizes["repeat"]), stack.sizes["stimulus"])
    values = stack.transpose("repeat", "stimulus", "unit").values.reshape(-1, stack.sizes["unit"])
    stimuli = np.tile(stack["stimulus"].values, stack.sizes["repeat"])
    return xr.DataArray(
        values,
        dims=("observation", "unit"),
        coords={"stimulus": ("observation", stimuli), "repeat": ("observation", repeats)},
    )
