"""Put models and brains on the same stimuli, by label, and say which were left out."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unicodedata import normalize

import numpy as np
import pandas as pd
import xarray as xr

from ...analysis import rsa
from ...errors import InputError, require, unknown
from ...rdms import RDMs
from ...recordings import Contents, names_in, read
from ...recordings.contents import NAMES
from ...recordings.interchange import NWB
from ...responses import FEWEST_STIMULI
from ..shared.tables import recorded_rdm

RESERVED = ("data", "ceiling")
"""Names that the summary and the pictures need themselves."""
FEW_NAMED = 3
"""How many labels an error message names."""


@dataclass(frozen=True, eq=False)
class Matched:
    """Models and subjects over the same stimuli, in the order of the first data file.

    Attributes
    ----------
    models : dict of str to RDMs
        Model → one row per seed.
    data : RDMs
        One row per subject.
    recordings : dict of str to DataArray
        Subject → responses, where the data are responses.
    dropped : DataFrame
        Columns ``stimulus`` and ``missing in``: every label that not all files have.
    categories : array of str, shape (stimulus,), or None
    by_order : bool
        Whether no file names its stimuli, so that they were matched by their order.
    notes : tuple of str
        What was left out when files were read.
    layers : dict of str to DataArray
        Model → responses, where its file holds responses.
    controls : tuple of str
        The models that were added as controls.
    """

    models: dict[str, RDMs]
    data: RDMs
    recordings: dict[str, xr.DataArray]
    dropped: pd.DataFrame
    categories: np.ndarray | None
    by_order: bool
    notes: tuple[str, ...] = ()
    layers: dict[str, xr.DataArray] = field(default_factory=dict)
    controls: tuple[str, ...] = ()


def names_given(pairs: Sequence[str]) -> dict[str, str]:
    """Return what arrays are → their names in files, given as WHAT=NAME.

    Raises
    ------
    InputError
        If one is written otherwise, unknown, or given twice.
    """
    found: dict[str, str] = {}
    for pair in pairs:
        what, equals, name = pair.partition("=")
        require(bool(equals and name), f"--names takes WHAT=NAME, such as responses=data; got {pair!r}.")
        if what not in NAMES:
            raise unknown("name of what a file holds", what, NAMES)
        require(what not in found, f"--names must not name one thing twice; got {' '.join(pairs)}.")
        found[what] = name
    return found


def read_named(
    paths: Sequence[Path], names: Mapping[str, str], events: Mapping[str, Any] | None = None
) -> dict[Path, Contents]:
    """Read files whose arrays may have other names than those of an interchange file.

    Parameters
    ----------
    names : mapping of str to str
        What an array is, such as ``"responses"`` → its name in every file that has an array of that name.
    events : mapping, optional
        The options of :func:`isocortex.read` for NWB files.

    Raises
    ------
    InputError
        If a file cannot be read, or no file has an array of a name.
    """
    held = {path: names_in(path) if names else [] for path in paths}
    for what, name in names.items():
        found = "; ".join(f"{path} holds {', '.join(map(repr, those)) or 'nothing'}" for path, those in held.items())
        require(any(name in those for those in held.values()), f"No file has {name!r}, to be {what}: {found}.")
    return {
        path: read(path, **(events or {})) if path.suffix.lower() == NWB else read(path, **_given(names, held[path]))
        for path in paths
    }


def _given(names: Mapping[str, str], held: Sequence[str]) -> dict[str, Any]:
    """Return the names that a file has arrays of."""
    return {what: name for what, name in names.items() if name in held}


def match(models: Mapping[Path, Contents], data: Mapping[Path, Contents], *, dissimilarity: str) -> Matched:
    """Keep the stimuli that all files share, and compute the RDMs of those that hold responses.

    A model is named by its row's label where a file holds several, else by the file; rows of one label are its seeds.
    RDMs of one subject are averaged. Models without repeats have no noise: in place of cross-validated or whitened
    dissimilarities they get the plain ones of :data:`isocortex.rsa.NOISELESS`.

    Raises
    ------
    InputError
        If stimuli cannot be matched, fewer than three are shared, two models have one name, an RDM is undefined or
        constant.
    """
    files = {**data, **models}
    _require_one_kind_of_labels(files)
    places, dropped = _shared(files)

    found_models: dict[str, RDMs] = {}
    layers: dict[str, xr.DataArray] = {}
    for path, contents in models.items():
        with _naming(path):
            rdms = _models(path, contents, places[path], dissimilarity)
        for name, rows in rdms.items():
            require(name not in RESERVED, f"A model cannot be called {name!r}; rename the row or the file {path}.")
            require(name not in found_models, f"Two models are called {name!r}; rename the row or the file {path}.")
            found_models[name] = rows
        layers |= _layers(path, contents, places[path])
    recordings, stacks = {}, {}
    for path, contents in data.items():
        with _naming(path):
            measured = _subjects(contents, places[path], dissimilarity)
        for name, rows, responses in measured:
            unique = name if name not in stacks else f"{path.stem}: {name}"
            require(unique not in stacks, f"Two subjects are called {name!r}; rename the row or the file {path}.")
            stacks[unique] = rows
            recordings |= {} if responses is None else {unique: responses}
    first = next(iter(stacks.values()))
    vectors = np.concatenate([rows.dissimilarities for rows in stacks.values()])
    brains = RDMs(vectors, first.stimuli, tuple(stacks), first.measure)
    found_models = {
        name: RDMs(rows.dissimilarities, first.stimuli, rows.labels, rows.measure)
        for name, rows in found_models.items()
    }
    for kind, rows in {"data": brains, **{f"model {name!r}": rows for name, rows in found_models.items()}}.items():
        least, most = (extreme(rows.dissimilarities, axis=1) for extreme in (np.nanmin, np.nanmax))
        constant = most - least <= 1e-12 * np.maximum(np.abs(least), np.abs(most))
        require(not constant.any(), f"The RDM of {kind} is the same for every pair, and so is similar to none.")
    path, contents = next(iter(data.items()))
    categories = None if contents.categories is None else contents.categories[places[path]]
    by_order = not any(contents.labelled for contents in files.values())
    notes = tuple(f"{path.name}: {note}" for path, contents in files.items() for note in contents.notes)
    return Matched(found_models, brains, recordings, dropped, categories, by_order, notes, layers)


def read_categories(path: Path, stimuli: np.ndarray) -> np.ndarray:
    """Read a CSV file of label,category, with or without a heading, and return the category of each stimulus.

    Raises
    ------
    InputError
        If the file is missing, not such a table, or lacks a stimulus.
    """
    require(path.is_file(), f"There is no file {path}.")
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = [row for row in csv.reader(file) if row]
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path} is not a CSV file of label,category ({error}).") from error
    for number, row in enumerate(rows, 1):
        require(len(row) == 2, f"Line {number} of {path} must be label,category; it has {len(row)} columns.")
    found = {normalize("NFC", label).strip(): category.strip() for label, category in rows}
    missing = [label for label in map(str, stimuli) if label not in found]
    require(not missing, f"{path} names no category for {_few(missing)}.")
    return np.array([found[str(label)] for label in stimuli])


def _require_one_kind_of_labels(files: Mapping[Path, Contents]) -> None:
    """Raise if only some files name their stimuli, or some by numbers and some by text."""
    first, *others = files
    for path in others:
        a, b = (first, path) if files[first].labelled else (path, first)
        require(
            files[a].labelled == files[b].labelled,
            f"{a} names its stimuli and {b} does not; add 'stimuli' to it, for without them the order cannot be known.",
        )
        kinds = ["text" if files[p].stimuli.dtype.kind == "U" else "numbers" for p in (first, path)]
        require(
            kinds[0] == kinds[1],
            f"The stimuli of {first} are {kinds[0]} ({files[first].stimuli.tolist()[0]!r}, …) and those of {path} are "
            f"{kinds[1]} ({files[path].stimuli.tolist()[0]!r}, …); save both as one kind.",
        )
        if not files[a].labelled:
            sizes = len(files[first].stimuli), len(files[path].stimuli)
            require(
                sizes[0] == sizes[1],
                f"{first} holds {sizes[0]} stimuli and {path} {sizes[1]}, and neither names them; add 'stimuli'.",
            )


def _shared(files: Mapping[Path, Contents]) -> tuple[dict[Path, np.ndarray], pd.DataFrame]:
    """Return where the shared stimuli stand in each file, and a table of the others."""
    where = {path: {label: i for i, label in enumerate(f.stimuli.tolist())} for path, f in files.items()}
    everything = dict.fromkeys(label for labels in where.values() for label in labels)
    absent = {label: [p.name for p, labels in where.items() if label not in labels] for label in everything}
    kept = [label for label, lacking in absent.items() if not lacking]
    names = ", ".join(str(path) for path in files)
    require(
        len(kept) >= FEWEST_STIMULI,
        f"{names} share {len(kept)} stimuli, and a comparison needs at least {FEWEST_STIMULI}; the labels run "
        + " and ".join(_few([str(label) for label in labels]) for labels in list(where.values())[:2])
        + ".",
    )
    rows = [(str(label), ", ".join(lacking)) for label, lacking in absent.items() if lacking]
    places = {path: np.array([labels[label] for label in kept]) for path, labels in where.items()}
    return places, pd.DataFrame(rows, columns=["stimulus", "missing in"])


@contextmanager
def _naming(source: object) -> Iterator[None]:
    """Name the file or model whose numbers cannot be used."""
    try:
        yield
    except InputError as error:
        raise InputError(f"{source}: {error}") from error


def _models(path: Path, contents: Contents, places: np.ndarray, dissimilarity: str) -> dict[str, RDMs]:
    """Return the models of a file, with one row per seed."""
    if contents.rdms is None:
        layers, stimuli = _layers(path, contents, places), contents.stimuli[places]
        return {name: _in_order(model_rdm(array, dissimilarity), stimuli) for name, array in layers.items()}
    rows = contents.rdms.take(places)
    if len(rows) == 1:
        return {path.stem: rows}
    return {name: rows.rows([name]) for name in dict.fromkeys(rows.labels)}


def _layers(path: Path, contents: Contents, places: np.ndarray) -> dict[str, xr.DataArray]:
    """Return the responses of the models of a file; none where it holds RDMs."""
    alone, stimuli = len(contents.responses) == 1, contents.stimuli[places]
    return {path.stem if alone else name: _taken(array, stimuli) for name, array in contents.responses.items()}


def model_rdm(array: xr.DataArray, dissimilarity: str) -> RDMs:
    """Return the RDMs of a model, one for each seed; without repeats, by the plain form of the dissimilarity."""
    if "stimulus" in array.dims and "repeat" not in array.dims:
        return rsa.rdm(array, rsa.NOISELESS.get(dissimilarity, dissimilarity))
    return recorded_rdm(array, dissimilarity)


def _taken(array: xr.DataArray, stimuli: np.ndarray) -> xr.DataArray:
    """Return the responses to some stimuli, in that order; of trials, all trials of them."""
    shown = array["stimulus"].values
    if "trial" in array.dims:
        return array.isel(trial=np.flatnonzero(np.isin(shown, stimuli)))
    places = {label: i for i, label in enumerate(shown.tolist())}
    return array.isel(stimulus=[places[label] for label in stimuli.tolist()])


def _in_order(rdms: RDMs, stimuli: np.ndarray) -> RDMs:
    """Return RDMs with their stimuli in this order; those of trials come sorted."""
    places = {label: i for i, label in enumerate(rdms.stimuli.tolist())}
    return rdms.take([places[label] for label in stimuli.tolist()])


def _subjects(
    contents: Contents, places: np.ndarray, dissimilarity: str
) -> list[tuple[str, RDMs, xr.DataArray | None]]:
    """Return name, RDM and responses of each subject of a file."""
    if contents.rdms is None:
        stimuli = contents.stimuli[places]
        arrays = {name: _taken(array, stimuli) for name, array in contents.responses.items()}
        return [(name, _in_order(recorded_rdm(array, dissimilarity), stimuli), array) for name, array in arrays.items()]
    taken = contents.rdms.take(places)
    rows = RDMs(taken.dissimilarities, taken.stimuli, contents.subjects, taken.measure)
    found = []
    for subject in dict.fromkeys(contents.subjects):
        found.append((subject, replace(rows.rows([subject]).mean(), labels=(subject,)), None))
    return found


def _few(labels: Sequence[str]) -> str:
    """Return the first few labels, quoted, and how many more there are."""
    more = f" and {len(labels) - FEW_NAMED} more" if len(labels) > FEW_NAMED else ""
    return ", ".join(map(repr, labels[:FEW_NAMED])) + more
