"""Read responses and RDMs from files that every tool can make, and from tables of pandas (docs/interchange.md)."""

from collections.abc import Callable, Collection, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..errors import InputError, require, unknown
from .arrays import VALUES, Arrays, load_npy, load_npz
from .contents import NAMES, Contents, label
from .field_files import load_hdf5, load_json, matlab_rdms, toolbox_rdms
from .matlab import kinds_of, load_mat
from .netcdf import load_netcdf
from .nwb import Align, open_session, responses_around
from .nwb.around import START
from .nwb.columns import listed_kinds
from .tables import groups_of, load_csv

Groups = tuple[dict[str, Arrays], list[str]]
Reader = Callable[[Path, Mapping[str, str]], Groups]
NWB = ".nwb"
OF_NWB = ("window", "by", "align", "table", "series", "keep")
NUMBERS = ("responses", "rdms")
"""What a file must hold one of."""


def _named(load: Callable[[Path, Collection[str]], tuple[Arrays, list[str]]]) -> Reader:
    """Turn a reader of named arrays into one of groups of them."""

    def read_groups(path: Path, names: Mapping[str, str]) -> Groups:
        arrays, others = load(path, names.values())
        found = {role: arrays[name] for role, name in names.items() if name in arrays}
        return {path.stem: found}, sorted({*arrays, *others})

    return read_groups


def _read_npy(path: Path, names: Mapping[str, str]) -> Groups:
    array, role = load_npy(path), "rdms" if names.get("rdms") == VALUES else "responses"
    return {path.stem: {role: array} if names.get(role) in (role, VALUES) else {}}, [VALUES]


def _read_mat(path: Path, names: Mapping[str, str]) -> Groups:
    """Read the arrays of an interchange file, else those of Meadows or of the RDM toolbox."""
    wanted = names.get("rdms", "rdms")
    if wanted not in NUMBERS and kinds_of(path).get(wanted) == "struct":
        return {path.stem: toolbox_rdms(path, wanted)}, [wanted]
    groups, held = _named(load_mat)(path, names)
    if not any(role in groups[path.stem] for role in NUMBERS):
        found = matlab_rdms(path, held, "RDMs")
        return ({path.stem: groups[path.stem] | found} if found else groups), held
    return groups, held


def _read_table(path: Path, names: Mapping[str, str]) -> Groups:
    groups, held = load_csv(path, names)
    return {name or path.stem: arrays for name, arrays in groups.items()}, held


def _read_json(path: Path, names: Mapping[str, str]) -> Groups:
    arrays = load_json(path)
    return {path.stem: arrays}, sorted(arrays)


def _read_hdf5(path: Path, names: Mapping[str, str]) -> Groups:
    arrays = load_hdf5(path)
    return {path.stem: arrays}, sorted(arrays)


READERS: dict[str, Reader] = {
    ".npz": _named(load_npz),
    ".mat": _read_mat,
    ".nc": load_netcdf,
    ".npy": _read_npy,
    ".csv": _read_table,
    ".tsv": _read_table,
    ".json": _read_json,
    ".h5": _read_hdf5,
    ".hdf5": _read_hdf5,
}
"""Suffix → reader of the arrays by group (a subject or a layer, where there are several), and of the names of all."""


def read(
    source: str | PathLike[str] | pd.DataFrame,
    *,
    window: Sequence[float | int] | None = None,
    by: str | Sequence[str] | None = None,
    align: str = START,
    table: str | None = None,
    series: str | None = None,
    keep: Mapping[str, str | Sequence[str]] | None = None,
    **given: Any,
) -> Contents:
    """Read responses or RDMs, with their labels, from a file or a table.

    Parameters
    ----------
    source : path or DataFrame
        A ``.npz``, ``.mat`` (version 5 or 7.3) or ``.nc`` file with ``responses`` (stimulus × unit, or repeat ×
        stimulus × unit) or ``rdms`` (n × stimulus × stimulus, or n × pairs, the upper triangle row by row), best with
        ``stimuli``; optional ``labels``, ``subjects``, ``units``, ``categories``. Or a ``.npy`` file of one such array.
        Or a ``.csv`` or ``.tsv`` file or a DataFrame with a row per stimulus and a column per unit, or with the column
        ``trial_type`` of BIDS. Or a file of Meadows, of the RDM toolbox, or of rsatoolbox (``.h5``).
        docs/interchange.md explains each. Or an NWB file, whose responses are taken around events:
    window : (start, stop)
        ms relative to the event, in which spikes are counted (start ≤ time < stop) or activity is averaged. Needed for
        NWB, and for nothing else, as the following ones.
    by : str or sequence of str
        The column, or columns, of the table of events that say what was shown; rows that are equal in them are repeats.
    align : str
        The column of times that are time 0. Default "start_time".
    table : str, optional
        The table of events, such as "trials". Default: the only one that has these columns.
    series : str, optional
        "units", or responses of regions of interest, such as "DfOverF". Default the units if there are some, else the
        only such series.
    keep : mapping of str to str or sequence of str, optional
        Only units (or regions) with these values, such as ``{"quality": "good"}``.
    **given
        For any of these names: text, the name of the array (or of the column of a table) in the source, such as
        ``responses="data"``; or a sequence of labels, such as ``stimuli=["face", "hand"]``. The numbers of a table or
        of a ``.npy`` file are called ``"values"``, and are responses unless ``rdms="values"``.

    Returns
    -------
    Contents
        Of NWB, the responses are repeat × stimulus × unit, or trial × unit where stimuli were shown unequally often;
        rates in spikes per second, or mean activity. ``spikes`` holds the spikes.

    Raises
    ------
    InputError
        If the file is missing, cut off, of another kind, holds Python objects, or numbers that cannot be analysed;
        if RDMs are not symmetric or not zero on the diagonal; if two stimuli have one label; if a name is unknown, or
        the source holds no array of that name.

    Examples
    --------
    >>> import tempfile, pathlib, numpy as np
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "it.npz"
    >>> np.savez(path, data=np.array([[1.0, 2.0, 3.0]]), shown=np.array(["face", "hand", "tree"]))
    >>> read(path, rdms="data", stimuli="shown").rdms.stimuli.tolist()
    ['face', 'hand', 'tree']
    >>> import pandas as pd
    >>> read(pd.DataFrame(np.eye(3), index=["face", "hand", "tree"])).stimuli.tolist()
    ['face', 'hand', 'tree']
    """
    for role in given:
        if role not in NAMES:
            raise unknown("name of what a file holds", role, [*NAMES, *OF_NWB])
    events = {"window": window, "by": by, "table": table, "series": series, "keep": keep}
    if not isinstance(source, pd.DataFrame) and Path(source).suffix.lower() == NWB:
        require(not given, f"an NWB file takes {', '.join(OF_NWB)}; got {', '.join(given)}.")
        return _of_session(Path(source), align, **events)
    asked = [name for name, value in events.items() if value is not None] + ["align"] * (align != START)
    what = "a table" if isinstance(source, pd.DataFrame) else source
    require(not asked, f"{', '.join(asked)} {'is' if len(asked) == 1 else 'are'} for NWB files, and not for {what}.")
    named = {role: name for role, name in given.items() if isinstance(name, str)}
    labels = {role: np.asarray(list(value)) for role, value in given.items() if role not in named and value is not None}
    for role in NUMBERS:
        require(role not in labels, f"{role} must be the name of an array in the source; got numbers.")
    names = {role: named.get(role, role) for role in NAMES if role not in labels}
    for role, other in (NUMBERS, NUMBERS[::-1]):
        if role in named and other not in named:
            del names[other]
    what, groups, held = _load(source, names)
    holds = f"it holds {', '.join(map(repr, held)) or 'nothing'}"
    for role, name in named.items():
        require(
            any(role in group for group in groups.values()), f"{what} has no {name!r} that could be {role}; {holds}."
        )
    require(
        bool(groups) and all(("responses" in group) != ("rdms" in group) for group in groups.values()),
        f"{what} must hold either 'responses' or 'rdms'; {holds}. Say what is what, as responses='data' in Python "
        "or --names responses=data on the command line.",
    )
    try:
        return _joined({name: label({**arrays, **labels}, name) for name, arrays in groups.items()})
    except InputError as error:
        raise InputError(f"{what}: {error}") from error


def _of_session(
    path: Path,
    align: str,
    window: Sequence[float | int] | None,
    by: str | Sequence[str] | None,
    table: str | None,
    series: str | None,
    keep: Mapping[str, str | Sequence[str]] | None,
) -> Contents:
    """Read the responses of an NWB file around events."""
    with open_session(path) as session:
        held = "; ".join(f"{name!r} with {', '.join(listed_kinds(group))}" for name, group in session.tables.items())
        require(
            window is not None and by is not None,
            f"say around what responses are taken: window=(start, stop) in ms and by=column. The tables are "
            f"{held or 'none'}. isocortex look {path} shows more.",
        )
        columns = (by,) if isinstance(by, str) else tuple(by or ())
        chosen = {column: (v,) if isinstance(v, str) else tuple(map(str, v)) for column, v in (keep or {}).items()}
        how = Align(tuple(window or ()), columns, align, table, series, chosen)  # pyright: ignore[reportArgumentType]
        found = responses_around(session, how)
    return Contents({found.subject: found.responses}, None, (found.subject,), True, None, found.spikes, found.notes)


def names_in(path: str | PathLike[str]) -> list[str]:
    """Return the names of the arrays that a file holds, or of the columns of a table.

    Raises
    ------
    InputError
        If the file cannot be read.

    Examples
    --------
    >>> import tempfile, pathlib, numpy as np
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "it.npz"
    >>> np.savez(path, data=np.ones((3, 2)), shown=np.array(["face", "hand", "tree"]))
    >>> names_in(path)
    ['data', 'shown']
    """
    if Path(path).suffix.lower() == NWB:
        with open_session(path) as session:
            return [f"{name}.{column}" for name, group in session.tables.items() for column in listed_kinds(group)]
    return _load(path, {})[2]


def _load(
    source: str | PathLike[str] | pd.DataFrame, names: Mapping[str, str]
) -> tuple[str, dict[str, Arrays], list[str]]:
    """Return what the source is called, its arrays by group, and the names of all that it holds."""
    if isinstance(source, pd.DataFrame):
        groups, held = groups_of(source, names)
        return "The table", {name or "table": arrays for name, arrays in groups.items()}, sorted(held)
    path = Path(source)
    require(not path.is_dir(), f"{path} is a folder; name a file in it, such as the responses.nc of a run.")
    suffix = path.suffix.lower()
    if suffix not in READERS:
        raise InputError(f"{path}: {unknown('kind of file', suffix, [*READERS, NWB])}")
    groups, held = READERS[suffix](path, names)
    return str(path), groups, sorted(held)


def _joined(groups: Mapping[str, Contents]) -> Contents:
    """Join the groups of a file, each a subject or a layer, into one."""
    first = next(iter(groups.values()))
    if len(groups) == 1:
        return first
    held = {}
    for name, part in groups.items():
        require(part.rdms is None, "if a file has several groups, each must hold 'responses'.")
        require(
            np.array_equal(part.stimuli, first.stimuli),
            f"{name!r} has other stimuli than {next(iter(groups))!r}, or in another order.",
        )
        alone = len(part.responses) == 1
        held |= {name if alone else f"{name} {subject}": array for subject, array in part.responses.items()}
    labelled = all(part.labelled for part in groups.values())
    return Contents(held, None, tuple(held), labelled, first.categories)
