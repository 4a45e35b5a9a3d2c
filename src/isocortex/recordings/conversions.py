"""Objects of other packages, in and out: rsatoolbox's RDMs and Dataset, and assemblies of presentation × neuroid."""

from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from ..errors import InputError, require
from ..rdms import RDMs
from ..responses import responses, stack_repeats

STIMULUS_NAMES = ("stimulus", "stimulus_id", "image_id", "stimuli", "image", "conds", "condition", "pattern", "index")
"""Descriptors and coordinates that may name the stimuli, the first one that is there."""
ROW_NAMES = ("label", "name", "subject", "session")
UNIT_NAMES = ("unit", "neuroid_id", "neuron", "channel", "name", "names")
"""Descriptors and coordinates that may name the units."""


def from_rsatoolbox(content: Any, *, stimulus: str | None = None, run: str | None = None) -> RDMs | xr.DataArray:
    """Turn rsatoolbox's ``RDMs`` or ``Dataset`` into RDMs or responses. rsatoolbox itself is not needed.

    Parameters
    ----------
    content : rsatoolbox.rdm.RDMs or rsatoolbox.data.Dataset
    stimulus : str, optional
        The pattern descriptor, or descriptor of observations, that names the stimuli. Default: the first of
        ``stimulus``, ``stimulus_id``, ``image_id``, ``stimuli``, ``image``, ``conds``, ``condition``, ``pattern``,
        ``index``.
    run : str, optional
        The descriptor of observations that says what was measured together, as ``cv_descriptor`` of ``calc_rdm``.

    Returns
    -------
    RDMs or DataArray
        Pairs that were not measured stay NaN. Stimuli observed several times become repeats, in their order; where
        they were observed unequally often, or `run` is given, the responses are trial × unit. Channels named by a
        descriptor ``unit``, ``neuroid_id``, ``neuron``, ``channel``, ``name`` or ``names`` keep their names.

    Raises
    ------
    InputError
        For any other object, a descriptor that is not there, or a ``TemporalDataset``, of which one window is needed.

    Examples
    --------
    >>> from rsatoolbox.data import Dataset
    >>> data = Dataset(np.random.default_rng(0).normal(size=(6, 30)), obs_descriptors={"stimulus": ["a", "b", "c"] * 2})
    >>> found = from_rsatoolbox(data)
    >>> dict(found.sizes), found["stimulus"].values.tolist()
    ({'repeat': 2, 'stimulus': 3, 'unit': 30}, ['a', 'b', 'c'])
    """
    if hasattr(content, "dissimilarities") and hasattr(content, "pattern_descriptors"):
        values = np.asarray(content.dissimilarities, dtype=float)
        rows = next((content.rdm_descriptors[n] for n in ROW_NAMES if n in content.rdm_descriptors), range(len(values)))
        measure = str(content.dissimilarity_measure or "dissimilarity")
        stimuli = _stimuli(content.pattern_descriptors, stimulus, "pattern descriptor")
        return RDMs(values, stimuli, tuple(map(str, rows)), measure)
    if hasattr(content, "measurements") and hasattr(content, "obs_descriptors"):
        values, kind = np.asarray(content.measurements), "descriptor of observations"
        require(
            values.ndim == 2,
            f"Expected observation × channel; the measurements have the shape {values.shape}. Take one window of time.",
        )
        observed = _stimuli(content.obs_descriptors, stimulus, kind, len(values))
        found = _stacked(values, observed, _runs(content.obs_descriptors, run, kind))
        return _with_units(found, getattr(content, "channel_descriptors", None) or {})
    raise InputError(f"Expected rsatoolbox's RDMs or Dataset; got {type(content).__name__}.")


def to_rsatoolbox(content: RDMs | xr.DataArray) -> Any:
    """Turn RDMs or responses into rsatoolbox's ``RDMs`` or ``Dataset``, which needs rsatoolbox.

    The stimuli become the descriptor ``stimulus``, the labels of RDMs ``label``, repeats ``repeat``, runs ``run``, and
    named units the descriptor of channels ``unit``.

    Raises
    ------
    InputError
        If rsatoolbox is not installed, or responses have other axes than repeat, stimulus (or trial) and unit.

    Examples
    --------
    >>> from rsatoolbox.rdm import calc_rdm
    >>> x = responses(np.random.default_rng(0).normal(size=(2, 5, 30)), stimuli=["a", "b", "c", "d", "e"])
    >>> calc_rdm(to_rsatoolbox(x), descriptor="stimulus", method="correlation").n_cond
    5
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
    descriptors = {name: flat[name].values.tolist() for name in ("stimulus", "repeat", "run") if name in flat.coords}
    units = {"unit": flat["unit"].values.tolist()} if "unit" in flat.coords else None
    return Dataset(flat.values, obs_descriptors=descriptors, channel_descriptors=units)


def from_assembly(assembly: xr.DataArray, *, stimulus: str | None = None, run: str | None = None) -> xr.DataArray:
    """Turn a neuroid assembly (presentation × neuroid, as of Brain-Score) into responses.

    Parameters
    ----------
    assembly : DataArray
        Dimensions ``presentation`` and ``neuroid``, and ``time_bin`` of length one if at all.
    stimulus : str, optional
        The coordinate along ``presentation`` that names the stimuli; default as in :func:`from_rsatoolbox`.
    run : str, optional
        The coordinate that says what was measured together.

    Returns
    -------
    DataArray
        (repeat ×) stimulus × unit; trial × unit where stimuli were presented unequally often, or `run` is given.

    Raises
    ------
    InputError
        For other dimensions, or without such a coordinate.

    Examples
    --------
    >>> from_assembly(to_assembly(responses(np.zeros((3, 5))))).dims
    ('stimulus', 'unit')
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
    values = squeezed.transpose("presentation", "neuroid").values
    found = _stacked(values, _stimuli(along, stimulus, "coordinate"), _runs(along, run, "coordinate"))
    return _with_units(found, {str(name): c.values for name, c in squeezed.coords.items() if c.dims == ("neuroid",)})


def to_assembly(content: xr.DataArray) -> xr.DataArray:
    """Turn responses into presentation × neuroid, with the coordinates ``stimulus_id``, ``repetition``, ``neuroid_id``.

    Named runs become the coordinate ``run``.

    Raises
    ------
    InputError
        If the responses have other axes than repeat, stimulus (or trial) and unit.

    Examples
    --------
    >>> to_assembly(responses(np.zeros((3, 5)))).sizes["neuroid"]
    5
    """
    flat = _observations(content)
    units = flat["unit"].values if "unit" in flat.coords else np.arange(flat.sizes["unit"])
    runs = {"run": ("presentation", flat["run"].values)} if "run" in flat.coords else {}
    return xr.DataArray(
        flat.values,
        dims=("presentation", "neuroid"),
        coords={
            "stimulus_id": ("presentation", flat["stimulus"].values),
            "repetition": ("presentation", flat["repeat"].values),
            "neuroid_id": ("neuroid", units),
            **runs,
        },
        name=content.name,
    )


def _stimuli(named: Any, wanted: str | None, kind: str, count: int | None = None) -> np.ndarray:
    """Return the labels of the stimuli among descriptors or coordinates."""
    if wanted is not None:
        return _wanted(named, wanted, kind)
    for name in STIMULUS_NAMES:
        if name in named:
            return np.asarray(named[name])
    held = ", ".join(sorted(map(str, named))) or "none"
    require(count is not None, f"No {kind} names the stimuli, such as stimulus_id; there are: {held}.")
    return np.arange(count or 0)


def _runs(named: Any, wanted: str | None, kind: str) -> np.ndarray | None:
    """Return the run of each observation, or None where none is asked for."""
    return None if wanted is None else _wanted(named, wanted, kind)


def _wanted(named: Any, wanted: str, kind: str) -> np.ndarray:
    """Return the descriptor or coordinate of a name."""
    held = ", ".join(sorted(map(str, named))) or "none"
    require(wanted in named, f"There is no {kind} {wanted!r}; there are: {held}.")
    return np.asarray(named[wanted])


def _with_units(found: xr.DataArray, named: Any) -> xr.DataArray:
    """Name the units, where a descriptor or coordinate does."""
    name = next((name for name in UNIT_NAMES if name in named), None)
    return found if name is None else found.assign_coords(unit=np.asarray(named[name]).astype(str))


def _stacked(values: np.ndarray, stimuli: np.ndarray, runs: np.ndarray | None) -> xr.DataArray:
    """Stack observations of one stimulus as repeats; leave them as trials where unequally many, or of named runs."""
    stimuli = stimuli.astype(str) if stimuli.dtype.kind == "O" else stimuli
    trials = responses(values, stimuli=stimuli, runs=runs, dims=("trial", "unit"))
    equally = len(set(np.unique(trials["stimulus"].values, return_counts=True)[1].tolist())) == 1
    return stack_repeats(trials) if equally and runs is None else trials


def _observations(content: xr.DataArray) -> xr.DataArray:
    """Return trials, or (repeat, stimulus) × unit, as a flat list of observations, one repeat after the other."""
    extra = set(content.dims) - {"repeat", "stimulus", "trial", "unit"}
    require(not extra, f"The responses have the dimensions {sorted(map(str, extra))}; select or average them first.")
    if "trial" in content.dims:
        flat = content.rename(trial="observation").transpose("observation", "unit")
        shown = pd.Series(flat["stimulus"].values)
        return flat.assign_coords(repeat=("observation", shown.groupby(shown).cumcount().to_numpy()))
    stack = content if "repeat" in content.dims else content.expand_dims("repeat")
    stack = stack.transpose("repeat", "stimulus", "unit")
    repeats, stimuli, units = stack.shape
    along = {"stimulus": np.tile(stack["stimulus"].values, repeats), "repeat": np.repeat(np.arange(repeats), stimuli)}
    if "run" in stack.coords:
        along["run"] = np.repeat(stack["run"].values, stimuli)
    coordinates: dict[str, Any] = {name: ("observation", values) for name, values in along.items()}
    if "unit" in stack.coords:
        coordinates["unit"] = stack["unit"].values
    return xr.DataArray(stack.values.reshape(-1, units), dims=("observation", "unit"), coords=coordinates)
