"""Experiments from Python and notebooks: run one, load a run, and read what it found."""

import base64
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from html import escape
from os import PathLike
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd
import xarray as xr

from ..cores import compile_alike
from ..errors import unknown
from ..learning import load_model
from ..responses import load
from ..runs import read_run
from ..runs.progress import progress_bars
from ..runs.read import RunRecord
from .registry import experiment
from .shared.options import options_of

Item = TypeVar("Item")


class Loaded(Mapping[str, Item]):
    """Named things of a run, each read from its file when it is asked for."""

    def __init__(self, kind: str, names: list[str], read: Callable[[str], Item]) -> None:
        self._kind = kind
        self._names = names
        self._read = read

    def __getitem__(self, name: str) -> Item:
        if name not in self._names:
            raise unknown(self._kind, name, self._names)
        return self._read(name)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __repr__(self) -> str:
        return f"{self._kind}s: {', '.join(self._names) or 'none'}"


@dataclass(frozen=True)
class SavedFigure:
    """A figure of a run; a notebook shows it with its caption.

    Attributes
    ----------
    path : Path
        The SVG file; a PNG of the same name stands beside it.
    title, caption, alt : str
    """

    path: Path
    title: str
    caption: str
    alt: str

    def _repr_html_(self) -> str:
        drawn = base64.b64encode(self.path.read_bytes()).decode()
        return (
            f'<figure><img alt="{escape(self.alt)}" src="data:image/svg+xml;base64,{drawn}">'
            f"<figcaption><b>{escape(self.title)}</b> {escape(self.caption)}</figcaption></figure>"
        )


@dataclass(frozen=True, eq=False)
class FinishedRun:
    """A whole run folder, as Python reads it.

    Attributes
    ----------
    record : RunRecord
        What the folder says about itself.
    """

    record: RunRecord

    @property
    def folder(self) -> Path:
        """The run folder."""
        return self.record.path

    @property
    def options(self) -> dict[str, Any]:
        """Every option of the run, by name."""
        return self.record.options

    @property
    def numbers(self) -> dict[str, float]:
        """The numbers of ``summary.json``."""
        return self.record.summary

    @property
    def question(self) -> str:
        """What the experiment asked."""
        return self.record.page["question"]

    @property
    def answer(self) -> str:
        """What it found, in words."""
        return self.record.page["answer"]

    @property
    def keys(self) -> pd.DataFrame:
        """What every number is: columns ``value``, ``unit`` and ``meaning``, by key."""
        known = self.record.page["quantities"]
        rows = {key: {"value": value, **known[key]} for key, value in self.numbers.items()}
        return pd.DataFrame.from_dict(rows, orient="index", columns=["value", "unit", "meaning"])

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """The tables, by name."""
        return Loaded("table", self._names("table"), self.record.table)

    @property
    def figures(self) -> Mapping[str, SavedFigure]:
        """The figures, by name."""
        found = {f["name"]: f for f in self.record.page["findings"] if f["kind"] == "figure"}

        def read(name: str) -> SavedFigure:
            words = {what: found[name][what] for what in ("title", "caption", "alt")}
            return SavedFigure(self.folder / "figures" / f"{name}.svg", **words)

        return Loaded("figure", list(found), read)

    @property
    def models(self) -> Mapping[str, Any]:
        """The saved populations: ``"model"``, or one name for each where there are several."""
        names = sorted(path.stem for path in self.folder.glob("model*.eqx"))
        return Loaded("model", names, lambda name: load_model(self.folder / f"{name}.eqx"))

    @cached_property
    def responses(self) -> dict[str, xr.DataArray]:
        """The labelled arrays that the run kept, by group; none where the experiment keeps none."""
        file = self.folder / "responses.nc"
        return load(file) if file.exists() else {}

    def _names(self, kind: str) -> list[str]:
        return [finding["name"] for finding in self.record.page["findings"] if finding["kind"] == kind]

    def __repr__(self) -> str:
        return f"<run of {self.record.experiment} in {self.folder}: {self.answer}>"

    def _repr_html_(self) -> str:
        shown = [f for f in self.record.page["findings"] if f["kind"] == "table" and f["shown"]]
        tables = [
            f"<p>{escape(finding['title'])}</p>{self.tables[finding['name']].to_html(index=False, na_rep='')}"
            for finding in shown
        ]
        return (
            f"<p><b>{escape(self.question)}</b></p><p>{escape(self.answer)}</p>{''.join(tables)}"
            f"<p>Report: <code>{escape(str(self.folder / 'report.html'))}</code></p>"
        )


def load_run(folder: str | PathLike[str]) -> FinishedRun:
    """Return what a run folder holds.

    Parameters
    ----------
    folder : path

    Raises
    ------
    InputError
        If it is missing, or was interrupted before it was whole.

    Examples
    --------
    >>> import tempfile
    >>> import isocortex as ic
    >>> folder = ic.run("poisson", duration=2000, out=tempfile.mkdtemp(), progress=False).folder
    >>> found = ic.load_run(folder)
    >>> found.options["duration"], list(found.figures), round(found.numbers["refractory.cv.theory"], 3)
    (2000.0, ['poisson', 'fano'], 0.833)
    """
    return FinishedRun(read_run(folder))


def run(name: str, *, progress: bool = True, **options: Any) -> FinishedRun:
    """Run an experiment, and return what it found.

    Parameters
    ----------
    name : str
        As in ``isocortex list``.
    progress : bool
        Whether to show how far it is. Default True.
    **options
        The options of ``isocortex run NAME --help``, with ``_`` for ``-``. Paths can be text.

    Returns
    -------
    FinishedRun
        With ``.numbers``, ``.tables``, ``.figures``, ``.models``, ``.responses``, ``.answer`` and ``.folder``.

    Raises
    ------
    InputError
        For an unknown experiment or option, or a value that the option does not take.

    Examples
    --------
    >>> import tempfile
    >>> import isocortex as ic
    >>> found = ic.run("poisson", duration=2000, out=tempfile.mkdtemp(), progress=False)
    >>> round(found.numbers["refractory.cv.theory"], 3)
    0.833
    """
    compile_alike()
    kind = experiment(name)
    known = options_of(kind)
    for option in options:
        if option not in known:
            raise unknown("option", option, known)
    asked = kind(**{option: known[option].converted(value) for option, value in options.items()})
    if not progress:
        return load_run(asked.execute())
    with progress_bars() as shown:
        return load_run(asked.execute(shown))
