"""Run an experiment over many options: in Python, what ``isocortex sweep`` does in the shell."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import pandas as pd

from ..errors import InputError, require, unknown
from ..experiments.registry import experiment
from ..experiments.shared.options import options_of, plain
from ..experiments.shared.protocol import Experiment
from ..runs.layout import read_part
from ..runs.progress import progress_bars
from .point import Outcome, known
from .points import points

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, eq=False)
class Sweep:
    """The points of a sweep and what became of them.

    Attributes
    ----------
    experiment : str
    varied : tuple of str
        Names of the options that were varied.
    points : tuple of Experiment
    outcomes : tuple of Outcome
        One per point.

    Examples
    --------
    >>> import tempfile
    >>> import isocortex as ic
    >>> folder = tempfile.mkdtemp()
    >>> found = ic.sweep("poisson", {"rate": [20, 40]}, duration=2000, n_workers=1, out=folder, progress=False)
    >>> again = ic.sweep("poisson", {"rate": [20, 40]}, duration=2000, out=folder, progress=False)
    >>> again.table[["rate", "reused", "error"]].values.tolist(), again.failures
    ([[20.0, True, ''], [40.0, True, '']], [])
    """

    experiment: str
    varied: tuple[str, ...]
    points: tuple[Experiment, ...]
    outcomes: tuple[Outcome, ...]

    @property
    def table(self) -> pd.DataFrame:
        """A row per point: the varied options, the numbers of its run, ``folder``, ``reused`` and ``error``."""
        rows = []
        for point, outcome in zip(self.points, self.outcomes, strict=True):
            options = {name: _cell(getattr(point, name)) for name in self.varied}
            numbers = {} if outcome.folder is None else read_part(outcome.folder, "summary")
            ended = {"folder": str(outcome.folder or ""), "reused": outcome.reused, "error": outcome.error}
            rows.append({**options, **ended, **numbers})
        return pd.DataFrame(rows)

    @property
    def failures(self) -> list[tuple[dict[str, Any], str]]:
        """The options of every point that failed, and the sentence that says why."""
        return [
            ({name: plain(getattr(point, name)) for name in self.varied}, outcome.error)
            for point, outcome in zip(self.points, self.outcomes, strict=True)
            if outcome.error
        ]

    def sentences(self) -> list[str]:
        """Return what failed, in a sentence per point."""
        return [
            f"{', '.join(f'{name} {value}' for name, value in options.items())} failed: {error}"
            for options, error in self.failures
        ]

    def __repr__(self) -> str:
        return f"<sweep of {self.experiment}: {len(self.points)} points, {len(self.failures)} failed>"


def sweep(
    name: str,
    vary: Mapping[str, str | Sequence[Any]],
    *,
    sample: int | None = None,
    on: str = "local",
    n_workers: int | None = None,
    out: str | PathLike[str] = "runs",
    retry: bool = False,
    progress: bool = True,
    **options: Any,
) -> Sweep:
    """Run an experiment over a grid, or a random sample, of options.

    Every point is an ordinary run folder. A point whose run is in `out` already, with the same options, input files and
    version, is not run again, so that an interrupted sweep goes on where it was, and sweeps share runs.

    Parameters
    ----------
    name : str
        As in ``isocortex list``.
    vary : mapping of str to str or sequence
        Option → values, ``"50,100"`` or a list; numbers of a range, ``"0.3:1.8:6"`` or ``"1e-4:1e-1:4:log"``.
    sample : int, optional
        Draw that many points at random, also from ranges without a number, ``"0.3:1.8"``. Default: all combinations.
    on : str
        ``"local"`` (default), the address of a scheduler of Dask, or ``"slurm"``.
    n_workers : int, optional
        Default: one per GPU that JAX uses, or else one per core.
    out : path
        Folder of the runs. Default ``runs``.
    retry : bool
        Whether points that failed before are run again. Default False: their sentence is repeated.
    progress : bool
        Whether to show how far it is. Default True.
    **options
        Options that are the same for all points.

    Returns
    -------
    Sweep

    Raises
    ------
    InputError
        For an unknown experiment or option, or a point that cannot be run; nothing has been run then.

    Notes
    -----
    Workers are new processes, which import the script that calls this: call it under ``if __name__ == "__main__":``.

    Examples
    --------
    >>> import tempfile
    >>> import isocortex as ic
    >>> folder = tempfile.mkdtemp()
    >>> found = ic.sweep("poisson", {"rate": [20, 40]}, duration=2000, n_workers=1, out=folder, progress=False)
    >>> found
    <sweep of poisson: 2 points, 0 failed>
    >>> found.table["refractory.cv.theory"].round(2).tolist()
    [20.0, 40.0]
    """
    kind = experiment(name)
    declared = options_of(kind)
    for option in options:
        if option not in declared:
            raise unknown("option", option, declared)
    given: dict[str, Any] = {key: declared[key].converted(value) for key, value in options.items()}
    base = kind(**{"out": Path(out), **given})
    made = points(base, vary, sample=sample, seed=base.seed)
    if not progress:
        return run_points(name, tuple(vary), made, on=on, n_workers=n_workers, retry=retry)
    with progress_bars() as shown:
        return run_points(name, tuple(vary), made, on=on, n_workers=n_workers, retry=retry, progress=shown)


def run_points(
    name: str,
    varied: Sequence[str],
    made: Sequence[Experiment],
    *,
    on: str,
    n_workers: int | None,
    retry: bool,
    progress: Progress | None = None,
) -> Sweep:
    """Run the points that are not there yet, the rest going on where one fails."""
    files = {path for point in made for path in point.files()}
    for path in files:
        require(path.is_file(), f"There is no file {path}.")
    outcomes = [known(point, retry=retry) for point in made]
    missing = [i for i, outcome in enumerate(outcomes) if outcome is None]
    if missing:
        try:
            from distributed import as_completed

            from .workers import run_on_worker, workers
        except ImportError as error:
            raise InputError("A sweep needs the extra 'sweep': pip install 'isocortex[sweep]'.") from error
        if progress is not None:
            progress("points", 0, len(missing))
        with workers(on, min(n_workers, len(missing)) if n_workers else n_workers) as (client, share):
            futures = {client.submit(run_on_worker, made[i], share, pure=False): i for i in missing}
            for done, (future, outcome) in enumerate(as_completed(futures, with_results=True, raise_errors=False), 1):
                if not isinstance(outcome, Outcome):
                    require(
                        client.status == "running",
                        f"The scheduler of Dask was lost after {done - 1} of {len(missing)} points; the same command, "
                        "with another scheduler, goes on.",
                    )
                    outcome = Outcome(error=_lost(outcome))
                outcomes[futures[future]] = outcome
                if progress is not None:
                    progress("points", done, len(missing))
    return Sweep(name, tuple(varied), tuple(made), tuple(outcome for outcome in outcomes if outcome is not None))


def _lost(error: Any) -> str:
    """Return the sentence of a point whose worker died each time that it was tried."""
    return f"{type(error).__name__}: {error}"


def _cell(value: Any) -> Any:
    """Return the value of an option as a cell of a table."""
    return " ".join(map(str, value)) if isinstance(value, tuple) else plain(value)
