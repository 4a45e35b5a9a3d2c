"""Files that the field already has: Meadows, the RDM toolbox for MATLAB, rsatoolbox's HDF5, and BIDS-like tables."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import h5py
import numpy as np
import pandas as pd

from ..errors import InputError, require
from ..rdms import RDMs
from .arrays import Arrays, reason, require_file, require_memory
from .conversions import from_rsatoolbox
from .hdf5 import require_sound
from .matlab import kinds_of, load_mat, load_matlab

ARRANGED = "dissimilarity of arrangements (Meadows)"
MEADOWS = re.compile(r"Meadows_.+_v_.+?_(?P<participant>[^_]+)_(\d+_)?(\dD|tree)$")
"""The name of a file of one participant."""
EVENT = ("onset", "duration", "response_time", "sample", "value", "HED", "stim_file", "task", "session")
"""Columns of BIDS that say when and how, and are no units."""
TRIAL = "trial_type"
OWNERS = ("subject", "participant_id")


def matlab_rdms(path: Path, held: Sequence[str], wanted: str) -> Arrays | None:
    """Return the RDMs of a MATLAB file of Meadows or of the RDM toolbox; None if it is neither.

    Parameters
    ----------
    held : sequence of str
        The names of the variables in the file.
    wanted : str
        The name of a struct of the RDM toolbox, "RDMs" by default.
    """
    if kinds_of(path).get(wanted) == "struct":
        return toolbox_rdms(path, wanted)
    arranged = [name for name in held if re.fullmatch(r"rdmutv(_.+)?", name)]
    return _meadows(path, arranged, held) if arranged else None


def _meadows(path: Path, arranged: Sequence[str], held: Sequence[str]) -> Arrays:
    """Return the RDMs of participants who arranged the same stimuli."""
    shown = [name for name in held if re.fullmatch(r"stimuli(_.+)?", name)]
    require(bool(shown), f"{path} is of Meadows, and lacks the variable 'stimuli'.")
    arrays, _ = load_mat(path, [*arranged, *shown])
    stimuli = [_without_endings(arrays[name]) for name in shown]
    for name, labels in zip(shown, stimuli, strict=True):
        require(
            np.array_equal(labels, stimuli[0]),
            f"{path}: the participants of {shown[0]!r} and {name!r} arranged different stimuli, or in another order.",
        )
    rows = [
        np.atleast_2d(arrays[name]).reshape(-1, arrays[name].size // max(len(arrays[name]), 1)) for name in arranged
    ]
    require(len({row.shape[1] for row in rows}) == 1, f"{path}: the RDMs have different numbers of pairs.")
    single = MEADOWS.fullmatch(path.stem)
    named = [name.removeprefix("rdmutv").strip("_").replace("_", "-") for name in arranged]
    names = [name or (single["participant"] if single else path.stem) for name in named]
    return _arrangements(np.concatenate(rows), stimuli[0], [n for n, row in zip(names, rows, strict=True) for _ in row])


def load_json(path: Path) -> Arrays:
    """Return the RDMs of a JSON file of Meadows: all tasks of one participant, the stimuli of the first."""
    require_file(path, "a JSON file")
    require_memory(path, "rdm", path.stat().st_size)
    try:
        tasks = [
            task for task in json.loads(path.read_text("utf-8"))["tasks"] if task["task"]["task_type"] == "multiarrange"
        ]
        stimuli = [np.array([item["name"] for item in task["stimuli"]], dtype=str) for task in tasks]
        rows = [np.asarray(task["rdm"], float) for task in tasks]
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path} cannot be read as a result of Meadows ({reason(error)}).") from error
    require(bool(tasks), f"{path} holds no arrangements (tasks of the type multiarrange).")
    same = [i for i, labels in enumerate(stimuli) if np.array_equal(labels, stimuli[0])]
    single = MEADOWS.fullmatch(path.stem)
    owner = single["participant"] if single else path.stem
    return _arrangements(np.stack([rows[i] for i in same]), _without_endings(stimuli[0]), [owner] * len(same))


def _arrangements(rows: np.ndarray, stimuli: np.ndarray, participants: Sequence[str]) -> Arrays:
    return {"rdms": rows, "stimuli": stimuli, "subjects": np.array(participants), "measure": np.array([ARRANGED])}


def _without_endings(labels: np.ndarray) -> np.ndarray:
    """Return the names of pictures without the endings of their files, where that leaves different names."""
    names = np.char.strip(labels.ravel().astype(str))
    stems = np.array([re.sub(r"\.[A-Za-z0-9]{2,4}$", "", name) for name in names])
    return stems if len(np.unique(stems)) == len(stems) else names


def toolbox_rdms(path: Path, name: str) -> Arrays:
    """Return the RDMs of a struct array of the RDM toolbox (fields RDM, name and color).

    The array may be region × subject × session; the RDMs of the sessions of a subject have one subject.
    """
    content = load_matlab(path)[name]
    fields = content.dtype.names or ()
    require(
        {"RDM", "name"} <= set(fields),
        f"{name!r} in {path} is a struct with the fields {', '.join(fields) or 'none'}; those of the RDM toolbox are "
        "RDM, name and color.",
    )
    entries, places = [], []
    for place in np.ndindex(content.shape):
        entry = content[place]
        entries.append((str(np.ravel(entry["name"])[0]) if np.size(entry["name"]) else "", np.asarray(entry["RDM"])))
        places.append(place[:2])
    require(bool(entries), f"{name!r} in {path} is empty.")
    numbers = all(rdm.dtype.kind in "fiub" and rdm.ndim == 2 for _, rdm in entries)
    require(numbers, f"{name!r} in {path} must hold an RDM of real numbers in every entry.")
    shapes = {rdm.shape for _, rdm in entries}
    require(len(shapes) == 1, f"The RDMs of {name!r} in {path} have different shapes: {sorted(shapes)}.")
    stack = np.stack([rdm.astype(float) for _, rdm in entries])
    names = [label or f"{name} {i + 1}" for i, (label, _) in enumerate(entries)]
    arrays = {"rdms": stack if stack.shape[1] == stack.shape[2] else stack[:, 0], "labels": np.array(names)}
    if content.ndim == 3 and content.shape[2] > 1:
        owners = {place: _shared([n for n, p in zip(names, places, strict=True) if p == place]) for place in places}
        if len(set(owners.values())) == len(owners):
            arrays["subjects"] = np.array([owners[place] for place in places])
    return arrays


def _shared(names: Sequence[str]) -> str:
    """Return what the names of one subject's sessions share, between bars: "hIT | BE | Session: 1" → "hIT | BE"."""
    parts = [[part.strip() for part in name.split("|")] for name in names]
    return " | ".join(part for part in parts[0] if all(part in other for other in parts)) or names[0]


def load_hdf5(path: Path) -> Arrays:
    """Return the RDMs or responses of a file that rsatoolbox saved as HDF5."""
    require_file(path, "an HDF5 file")
    require(h5py.is_hdf5(path), f"{path} is no HDF5 file, or was not written whole.")
    require_sound(path)
    try:
        with h5py.File(path) as file:
            content = _tree(path, file)
            require(
                "dissimilarities" in content or "measurements" in content,
                f"{path} holds neither dissimilarities nor measurements, as rsatoolbox saves them; it holds "
                f"{', '.join(content) or 'nothing'}.",
            )
            found = from_rsatoolbox(SimpleNamespace(**_complete(content)))
    except InputError:
        raise
    except Exception as error:  # a damaged file raises anything from OSError to KeyError
        raise InputError(f"{path} cannot be read as rsatoolbox's HDF5 ({reason(error)}); is it complete?") from error
    if isinstance(found, RDMs):
        labels, measure = np.array(found.labels), np.array([found.measure])
        return {"rdms": found.dissimilarities, "stimuli": found.stimuli, "labels": labels, "measure": measure}
    averaged = found.groupby("stimulus").mean() if "trial" in found.dims else found
    last = ("stimulus", "unit")
    averaged = averaged.transpose(*(dim for dim in averaged.dims if dim not in last), *last)
    units = {"units": averaged["unit"].values} if "unit" in averaged.coords else {}
    return {"responses": averaged.values, "stimuli": averaged["stimulus"].values, **units}


def _tree(path: Path, group: h5py.Group) -> dict[str, Any]:
    """Return a group as a dictionary; rsatoolbox keeps text as attributes or as bytes."""
    found: dict[str, Any] = {}
    for name, item in group.items():
        if isinstance(item, h5py.Group):
            found[str(name)] = _tree(path, item)
        elif isinstance(item, h5py.Dataset) and item.shape is not None:
            require_memory(path, str(name), int(item.size or 0) * max(item.dtype.itemsize, 8))
            values = item.asstr()[()] if h5py.check_string_dtype(item.dtype) else item[()]
            array = np.asarray(values)
            found[str(name)] = array.astype(str) if array.dtype.kind in "SO" else array
    return found | {str(name): value for name, value in group.attrs.items()}


def _complete(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return what rsatoolbox's objects have, empty where the file has none."""
    kinds = ("rdm_descriptors", "pattern_descriptors") if "dissimilarities" in content else ("obs_descriptors",)
    empty: dict[str, Any] = {name: {} for name in (*kinds, "channel_descriptors")}
    return {"dissimilarity_measure": "dissimilarity", **empty, **content}


def beta_table(table: pd.DataFrame) -> dict[str, Arrays]:
    """Return the responses of a BIDS-like table, by subject: a row per trial or per run and condition.

    The column ``trial_type`` names what was shown, ``run`` what was measured together, and ``subject`` (or
    ``participant_id``) whose rows they are. Columns of events, such as ``onset``, are left out; all others are units.
    Rows of one condition and run are averaged, and runs become repeats if each has every condition. A unit that a
    subject does not have is "n/a" in all of its rows.

    Raises
    ------
    InputError
        If a cell is no number, or a unit is missing in some rows of a subject only.
    """
    owner = next((name for name in OWNERS if name in table), None)
    numbers = table.drop(columns=[c for c in (TRIAL, "run", "categories", *OWNERS, *EVENT) if c in table])
    require(numbers.shape[1] > 0, f"There are no units: beside {TRIAL!r} and columns of events, no column is left.")
    try:
        values = numbers.replace({"n/a": np.nan, "": np.nan}).to_numpy(float)
    except ValueError as error:
        raise InputError(f"A column of units holds text, which is no number ({error}); leave it out.") from error
    units = numbers.columns.to_numpy().astype(str)
    owners = np.asarray(table[owner]).astype(str) if owner else np.full(len(table), "")
    shown = np.asarray(table[TRIAL]).astype(str)
    runs = np.asarray(table["run"]).astype(str) if "run" in table else np.full(len(table), "")
    groups = {}
    for subject in dict.fromkeys(owners.tolist()):
        mine = owners == subject
        missing = np.isnan(values[mine])
        partly = units[missing.any(axis=0) & ~missing.all(axis=0)]
        first = next(iter(partly.tolist()), "")
        require(
            not first,
            f"The unit {first!r}{f' of {subject}' if subject else ''} is n/a in some rows only; fill these in, or "
            "leave the unit out.",
        )
        held = ~missing.all(axis=0)
        stack, names = _of_runs(values[mine][:, held], shown[mine], runs[mine])
        groups[subject] = {"responses": stack, "stimuli": names, "units": units[held]}
    return groups


def _of_runs(values: np.ndarray, shown: np.ndarray, runs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Average the rows of each condition and run, and stack the runs as repeats where every one has all conditions."""
    names, condition = np.unique(shown, return_inverse=True)
    different, run = np.unique(runs, return_inverse=True)
    cells = run * len(names) + condition
    counts = np.bincount(cells, minlength=len(names) * len(different))
    sums = np.zeros((len(counts), values.shape[1]))
    np.add.at(sums, cells, values)
    means = np.divide(sums, counts[:, None], out=sums, where=counts[:, None] > 0)
    stack, there = means.reshape(len(different), len(names), -1), (counts > 0).reshape(len(different), len(names))
    if len(different) > 1 and there.all():
        return stack, names
    return stack.sum(axis=0) / there.sum(axis=0)[:, None], names
