"""What a run folder holds to look at: responses, RDMs, and the pictures that were shown."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import InputError
from ...experiments.comparison.compare import Compare
from ...experiments.finished import FinishedRun
from ...rdms import RDMs, from_square
from ...recordings import read_kriegeskorte
from ...stimuli import gratings
from ..parts.source import Source
from ..view import Context

TABLE_OF_RDM = "rdm_"
PHOTOGRAPHS, COMPARISON = "image-it", "compare"
"""Experiments whose RDMs are in the files that they read."""
GRATINGS = ("spatial_frequency", "resolution")
"""Options of experiments whose stimuli are gratings at the angles of the stimuli."""


def source_of(run: FinishedRun, context: Context) -> Source:
    """Return what a run holds.

    Parameters
    ----------
    run : FinishedRun
    context : Context
        Whose folders the recordings of the run must lie in, to be shown too.
    """
    lines = [f"import isocortex as ic\n\nrun = ic.load_run({str(run.folder)!r})"]
    responses, rdms, pictures = run.responses, {}, {}
    if responses:
        lines.append("responses = run.responses")
    tables = [name for name in run.tables if name.startswith(TABLE_OF_RDM)]
    if tables:
        rdms = {name: _rdm_of(run, name) for name in tables}
        lines.insert(0, "from isocortex.rdms import from_square")
        lines.append(
            f"tables = {{name: table.set_index(table.columns[0]) for name, table in run.tables.items() "
            f"if name.startswith({TABLE_OF_RDM!r})}}\n"
            "rdms = {name: from_square(table.to_numpy(), stimuli=table.index.to_numpy()) "
            "for name, table in tables.items()}"
        )
    elsewhere = {PHOTOGRAPHS: _photographs, COMPARISON: _compared}.get(run.record.experiment)
    if elsewhere is not None and (found := elsewhere(run, context)):
        return found
    stimuli = next((x["stimulus"].values for x in responses.values()), np.zeros(0))
    if set(GRATINGS) <= set(run.options) and stimuli.dtype.kind == "f":
        drawn = gratings(stimuli, **{name: run.options[name] for name in GRATINGS})
        pictures = dict(zip(stimuli.tolist(), np.asarray(drawn), strict=True))
    return Source("\n".join(lines), responses, rdms, pictures, unit="°" if pictures else "")


def _rdm_of(run: FinishedRun, name: str) -> RDMs:
    table = run.tables[name].set_index(run.tables[name].columns[0])
    return from_square(table.to_numpy(), stimuli=table.index.to_numpy(), labels=(name.removeprefix(TABLE_OF_RDM),))


def _photographs(run: FinishedRun, context: Context) -> Source | None:
    """Return the measured RDMs and the photographs that the run was made with, if they lie in the folders given."""
    try:
        folder = context.path(Path(str(run.options["data"])))
        found = read_kriegeskorte(folder)
    except InputError:
        return None
    rdms: Mapping[str, RDMs] = {"human IT": found.human, "monkey IT": found.monkey, **found.models}
    pictures: dict[Any, np.ndarray] = dict(zip(found.human.stimuli.tolist(), found.images, strict=True))
    python = (
        f"import isocortex as ic\n\nrecordings = ic.read_kriegeskorte({str(folder)!r})\n"
        'rdms = {"human IT": recordings.human, "monkey IT": recordings.monkey, **recordings.models}'
    )
    return Source(python, {}, rdms, pictures, found.categories)


def _compared(run: FinishedRun, context: Context) -> Source | None:
    """Return the RDMs that a comparison of files read, if all of its files lie in the folders given."""
    kept = {name: run.options[name] for name in ("models", "data", "dissimilarity", "names") if name in run.options}
    try:
        for name in ("models", "data"):
            kept[name] = [str(context.path(path)) for path in kept[name]]
        models, data = (tuple(map(Path, kept[name])) for name in ("models", "data"))
        names = tuple(kept.get("names", ()))
        asked = Compare(models=models, data=data, dissimilarity=kept["dissimilarity"], names=names)
        matched = asked.read()
    except (InputError, KeyError):
        return None
    python = (
        "from pathlib import Path\n\nimport isocortex as ic\n"
        "from isocortex.experiments.comparison.compare import Compare\n\n"
        f"models, data = map(Path, {kept['models']!r}), map(Path, {kept['data']!r})\n"
        f"asked = Compare(models=tuple(models), data=tuple(data), dissimilarity={kept['dissimilarity']!r}, "
        f"names={names!r})\n"
        'matched = asked.read()\nrdms = {"data": matched.data, **matched.models}'
    )
    return Source(python, rdms={"data": matched.data, **matched.models}, categories=matched.categories)
