"""Run one point of a sweep, unless its run is there already; two sweeps never run the same one at a time."""

import time
from dataclasses import dataclass
from pathlib import Path

from ..errors import InputError
from ..experiments.shared.protocol import Experiment
from ..runs import configuration, runs_of
from ..runs.files import read_json, write_json
from ..runs.folder import digest
from ..version import __version__

HIDDEN = ".sweeps"
"""Folder in the folder of runs that holds the locks, and the sentences of points that failed."""


@dataclass(frozen=True)
class Outcome:
    """What became of a point.

    Attributes
    ----------
    folder : Path or None
        Its run folder; None where it failed.
    reused : bool
        Whether the run was there before.
    error : str
        The sentence of a failure; empty where there was none.
    seconds : float
    """

    folder: Path | None = None
    reused: bool = False
    error: str = ""
    seconds: float = 0.0


def known(point: Experiment, *, retry: bool) -> Outcome | None:
    """Return what is known of a point without running it: its whole run, or that it failed, unless `retry`."""
    config, mark = _address(point)
    whole, _ = runs_of(config, point.out, version=__version__)
    if whole:
        return Outcome(whole[-1], reused=True)
    failed = mark.with_suffix(".json")
    if failed.exists() and not retry:
        return Outcome(error=read_json(failed)["error"])
    return None


def run_point(point: Experiment) -> Outcome:
    """Run a point, or go on with its interrupted run; a failure becomes a sentence."""
    from filelock import FileLock  # of the extra, which a worker has

    started = time.perf_counter()
    config, mark = _address(point)
    mark.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(mark.with_suffix(".lock")):
        whole, interrupted = runs_of(config, point.out, version=__version__)
        if whole:
            return Outcome(whole[-1], reused=True)
        try:
            folder = _resumed(point, interrupted) or point.execute()
        except Exception as error:
            ours = "" if isinstance(error, InputError) else f"{type(error).__name__}: "
            write_json(mark.with_suffix(".json"), {"error": f"{ours}{error}", "options": point.config()})
            return Outcome(error=f"{ours}{error}", seconds=time.perf_counter() - started)
        mark.with_suffix(".json").unlink(missing_ok=True)
        mark.with_suffix(".lock").unlink(missing_ok=True)
        return Outcome(folder, seconds=time.perf_counter() - started)


def _address(point: Experiment) -> tuple[dict[str, object], Path]:
    """Return the configuration of a point, and the file without suffix that stands for it."""
    config = configuration(point.name, point.config(), point.files())
    return config, point.out / HIDDEN / f"{point.name}-{digest(config)}-{__version__}"


def _resumed(point: Experiment, interrupted: list[Path]) -> Path | None:
    """Return the run folder of an interrupted run that could go on; None if there is none."""
    for folder in interrupted:
        try:
            return type(point)(out=point.out, resume=folder).execute()
        except InputError:  # it was cut off before it had begun
            continue
    return None
