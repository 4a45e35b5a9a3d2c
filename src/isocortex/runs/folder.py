"""Write a run folder, named ``.partial`` until it is complete, so that an unfinished run does not look finished."""

import hashlib
import io
import json
import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib import rc_context
from matplotlib.figure import Figure
from pandas.api.types import infer_dtype

from ..errors import InputError, require
from ..responses import save
from .environment import compile_clock, describe_environment
from .files import whole, write_json, write_whole
from .layout import read_part
from .pictures import animated, write_mark

SCHEMA = 1
PARTIAL = ".partial"
LONGEST_NAME = 60
"""Letters of a name of a file: systems allow 255 bytes, and a letter can take four."""
LARGEST_RESPONSES = 2**23
"""Response arrays of more bytes than this are not saved: the saved model makes them again."""
PNG = {"dpi": 160, "metadata": {"Software": None}}

Progress = Callable[[str, int, int], None]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def configuration(experiment: str, options: Mapping[str, Any], files: Sequence[Path] = ()) -> dict[str, Any]:
    """Return what ``config.json`` holds: the options, as JSON values, and the checksums of the input files.

    Examples
    --------
    >>> config = configuration("poisson", {"rate": 20.0})
    >>> config["experiment"], config["options"], config["files"]
    ('poisson', {'rate': 20.0}, {})
    >>> len(digest(config))  # letters in which the name of the run folder ends
    8
    """
    return {
        "schema": SCHEMA,
        "experiment": experiment,
        "options": dict(options),
        "files": {str(path.absolute()): _sha256(path) for path in files},
    }


def digest(config: Mapping[str, Any]) -> str:
    """Return the eight letters in which the name of a run folder ends."""
    return hashlib.sha256(json.dumps(config, sort_keys=True).encode()).hexdigest()[:8]


class Run:
    """A run folder while it is being written.

    Use :meth:`create` or :meth:`resume`, add what is found, and call :meth:`finish`.

    Attributes
    ----------
    path : Path
        The folder, ending in ``.partial`` until :meth:`finish`.
    mark : str
        Shown on the page, and written on every figure of the data: that they are synthetic, for example.

    Examples
    --------
    >>> run = Run.create("coin", {"n": 100}, out=tempfile.mkdtemp())
    >>> with run.stage("throw"):
    ...     run.summary({"heads": 0.52})
    >>> words = {"question": "How often does the coin show heads?", "answer": "In 52 % of the throws."}
    >>> run.describe(**words, methods=[], references=[], meanings={"n": "Number of throws"}, quantities={})
    >>> run.close()
    >>> sorted(file.name for file in run.finish().iterdir())
    ['config.json', 'environment.json', 'findings.json', 'summary.json', 'timing.json']
    """

    def __init__(self, path: Path, progress: Progress | None = None) -> None:
        self.path = path
        self.mark = ""
        self._warnings: list[str] = []
        self._progress = progress
        self._compiling = compile_clock()
        self._timing: dict[str, dict[str, float]] = {}
        self._page: dict[str, Any] = {"findings": [], "notes": [], "methods": [], "references": []}

    @classmethod
    def create(
        cls,
        experiment: str,
        options: Mapping[str, Any],
        *,
        out: str | PathLike[str],
        files: Sequence[Path] = (),
        progress: Progress | None = None,
    ) -> "Run":
        """Make ``out/<experiment>-<time>-<hash>.partial`` with its configuration already inside.

        Parameters
        ----------
        experiment : str
        options : mapping
            Every option, as JSON values.
        out : path
            The folder of runs; made if missing.
        files : sequence of path
            Input files, whose checksums are kept.
        """
        config = configuration(experiment, options, files)
        require(os.fspath(out) != "", "The folder for runs has an empty name; '.' is the current folder.")
        out = Path(out)
        try:
            out.mkdir(parents=True, exist_ok=True)
            made = Path(tempfile.mkdtemp(prefix=".new-", dir=out))
        except OSError as error:
            raise InputError(f"No run folder can be made in {out}: {error.strerror}.") from error
        try:
            made.chmod(0o755)
            write_json(made / "config.json", config)
            write_json(made / "environment.json", describe_environment())
            stem = f"{experiment}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{digest(config)}"
            for n in range(1, 1000):
                name = stem if n == 1 else f"{stem}-{n}"
                path = out / (name + PARTIAL)
                if not path.exists() and not (out / name).exists():
                    made.rename(path)
                    return cls(path, progress)
            raise InputError(f"{out} already holds a thousand runs named {stem}.")
        except BaseException:
            shutil.rmtree(made, ignore_errors=True)
            raise

    @classmethod
    def resume(
        cls, folder: str | PathLike[str], experiment: str, *, progress: Progress | None = None
    ) -> tuple["Run", dict[str, Any]]:
        """Open an interrupted run again; return it with its options.

        Raises
        ------
        InputError
            If the folder is missing, complete, of another experiment, or not a run, or if an input file has changed.
        """
        folder = Path(folder)
        try:
            require(folder.is_dir(), f"There is no folder {folder} to resume.")
        except OSError as error:
            raise InputError(f"{folder} cannot be read: {error.strerror}.") from error
        require(folder.name.endswith(PARTIAL), f"{folder} is complete; there is nothing to resume.")
        try:
            config, before = read_part(folder, "config"), read_part(folder, "environment")["packages"]
        except InputError as error:
            raise InputError(f"{error} Start a new run.") from error
        found, options, schema, files = (config[k] for k in ("experiment", "options", "schema", "files"))
        require(schema == SCHEMA, f"{folder} was written with layout {schema}, and this version reads layout {SCHEMA}.")
        require(found == experiment, f"{folder} is a run of {found!r}: isocortex run {found} --resume {folder}")
        for path, digest in files.items():
            require(Path(path).is_file(), f"{path}, which this run was started with, no longer exists.")
            require(_sha256(Path(path)) == digest, f"{path} has changed since this run was started; start a new one.")
        run = cls(folder, progress)
        now = describe_environment()["packages"]
        run._warnings = [
            f"This run was interrupted under {name} {version} and went on under {now.get(name)}: numbers may differ."
            for name, version in before.items()
            if now.get(name) != version
        ]
        return run, options

    def discard(self) -> None:
        """Remove the folder: what was asked cannot be answered, and nothing half-made stays."""
        shutil.rmtree(self.path, ignore_errors=True)

    def checkpoint(self, name: str) -> Path:
        """Return where a training keeps its state; gone when the run is whole."""
        return self.path / "checkpoint" / f"{name}.eqx"

    @contextmanager
    def stage(self, name: str) -> Iterator[Callable[[int, int], None]]:
        """Time a stage, compiling apart; yields ``advance(done, total)`` for the progress bar."""
        started, compiled = time.perf_counter(), self._compiling.seconds

        def advance(done: int, total: int) -> None:
            if self._progress is not None:
                self._progress(name, done, total)

        advance(0, 1)
        yield advance
        advance(1, 1)
        seconds = {
            "seconds": time.perf_counter() - started,
            "of_which_compiling": self._compiling.seconds - compiled,
        }
        self._timing[name] = {what: round(value, 3) for what, value in seconds.items()}

    def describe(
        self,
        *,
        question: str,
        answer: str,
        methods: Sequence[str],
        references: Sequence[str],
        meanings: Mapping[str, str],
        quantities: Mapping[str, Mapping[str, str]],
        notes: Sequence[str] = (),
    ) -> None:
        """Say what was asked, what came out, how, and whom to cite.

        Parameters
        ----------
        question, answer : str
            One sentence each.
        methods : sequence of str
            Paragraphs.
        references : sequence of str
            Names that :func:`isocortex.citation` knows.
        meanings : mapping of str to str
            Option → what it means.
        quantities : mapping of str to mapping
            Key of a number → its ``meaning`` and ``unit``.
        notes : sequence of str
            What a reader has to know before believing the answer.
        """
        self._page |= {
            "question": question,
            "answer": answer,
            "methods": list(methods),
            "references": list(references),
            "meanings": dict(meanings),
            "quantities": {key: dict(quantity) for key, quantity in quantities.items()},
            "notes": [*notes, *self._warnings],
            "mark": self.mark,
        }

    def figure(
        self,
        name: str,
        figure: Figure,
        *,
        title: str,
        caption: str,
        alt: str,
        shows_data: bool = True,
        movie: Iterable[Figure] | None = None,
    ) -> None:
        """Save a figure as SVG and PNG, with the caption and alternative text that every finding needs.

        Parameters
        ----------
        shows_data : bool
            Whether the figure shows the data that `mark` speaks about, so that the mark is written on it. Default yes.
        movie : iterable of Figure, optional
            Frames of an animation of the same data, saved as an animated PNG. They may be one figure that changes.
        """
        require(bool(caption and alt), f"The figure {name!r} needs a caption and an alternative text.")
        name = self._file_name("figure", name)
        folder = self.path / "figures"
        folder.mkdir(exist_ok=True)
        mark = self.mark if shows_data else ""
        write_mark(figure, mark)
        engine = figure.get_layout_engine()
        with rc_context({"svg.hashsalt": "isocortex", "svg.fonttype": "path"}):
            for kind, how in {"svg": {"metadata": {"Date": None}}, "png": PNG}.items():
                buffer = io.BytesIO()
                figure.savefig(buffer, format=kind, **how)
                figure.set_layout_engine("none")  # it holds for both files: finding it takes half of the time
                write_whole(folder / f"{name}.{kind}", buffer.getvalue())
        figure.set_layout_engine(engine)
        if movie is not None:
            write_whole(folder / f"{name}.apng", animated(movie, mark))
        self._page["findings"].append({"kind": "figure", "name": name, "title": title, "caption": caption, "alt": alt})

    def table(self, name: str, table: pd.DataFrame, *, title: str = "", caption: str = "", shown: bool = False) -> None:
        """Save a table as CSV; with ``shown`` it also stands on the page, under its title and caption.

        The page shows the cells of a column of text as they are, and chooses the digits of numbers.
        """
        folder = self.path / "tables"
        folder.mkdir(exist_ok=True)
        buffer = io.StringIO()
        table.to_csv(buffer, float_format="%.6g", index=not isinstance(table.index, pd.RangeIndex))
        name, title = self._file_name("table", name), title or name
        write_whole(folder / f"{name}.csv", buffer.getvalue().encode())
        kinds = [infer_dtype(table.iloc[:, i], skipna=True) for i in range(table.shape[1])]
        text = [str(column) for column, kind in zip(table.columns, kinds, strict=True) if kind == "string"]
        self._page["findings"].append(
            {"kind": "table", "name": name, "title": title, "caption": caption, "shown": shown, "text": text}
        )

    def _file_name(self, kind: str, name: str) -> str:
        """Return the name for a file that stays in its folder, is short enough, and is not taken: labels are in it."""
        plain = re.sub(r"^\.|[/\\\x00]", "_", name)[:LONGEST_NAME]
        taken = {finding["name"] for finding in self._page["findings"] if finding["kind"] == kind}
        return next(n for n in (plain, *(f"{plain}-{i}" for i in range(2, len(taken) + 3))) if n not in taken)

    def responses(self, groups: Mapping[str, xr.DataArray]) -> None:
        """Save response arrays, leaving out those too large to keep."""
        kept = {name: array for name, array in groups.items() if array.nbytes <= LARGEST_RESPONSES}
        if kept:
            with whole(self.path / "responses.nc", sum(array.nbytes for array in kept.values())) as partial:
                save(partial, kept)

    def summary(self, numbers: Mapping[str, float | int | None]) -> None:
        """Write ``summary.json``: flat keys, ten significant digits; what is undefined is absent."""
        finite = {k: v for k, v in numbers.items() if v is not None and np.isfinite(v)}
        rounded = {k: v if isinstance(v, int) else float(f"{float(v):.10g}") for k, v in finite.items()}
        write_json(self.path / "summary.json", rounded)

    def close(self) -> None:
        """Write what the page is made from."""
        write_json(self.path / "timing.json", self._timing)
        write_json(self.path / "findings.json", self._page)

    def finish(self) -> Path:
        """Drop the checkpoint, take ``.partial`` off the name, and return the whole run's folder."""
        shutil.rmtree(self.path / "checkpoint", ignore_errors=True)
        final = self.path.with_name(self.path.name.removesuffix(PARTIAL))
        os.rename(self.path, final)
        self.path = final
        return final
