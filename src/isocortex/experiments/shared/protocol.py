"""What every experiment shares: options that are a dataclass, and the way from them to a whole run folder."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Annotated, Any, ClassVar, get_args, get_type_hints
from zlib import crc32

import jax
from tyro.conf import arg

from ...errors import InputError, require
from ...report import write_report
from ...runs import Run

Progress = Callable[[str, int, int], None]
NOT_IN_CONFIG = ("out", "resume")


@dataclass(frozen=True, kw_only=True)
class Experiment(ABC):
    """Options of an experiment, and what it does with them.

    Subclasses are frozen dataclasses with a default for every option where there is one. ``__post_init__`` checks
    the options, :meth:`read` checks the files, both before anything is written.
    """

    name: ClassVar[str]

    seed: Annotated[int, arg(help="Which random numbers: all keys derive from it.")] = 0
    out: Annotated[Path, arg(help="Folder in which the run folder appears.")] = Path("runs")
    resume: Annotated[
        Path | None,
        arg(metavar="FOLDER", help="Go on with this interrupted run (.partial), with the options it was given."),
    ] = None

    def __post_init__(self) -> None:
        require(0 <= self.seed < 2**32, f"--seed must be in 0…4294967295; got {self.seed}.")

    @abstractmethod
    def read(self, progress: Progress | None = None) -> Any:
        """Read and check the input files; raise an :class:`InputError` before anything is computed."""

    @abstractmethod
    def walk(self, run: Run, inputs: Any) -> None:
        """Walk from the inputs to the findings, leaving them in `run`."""

    def key(self, purpose: str) -> jax.Array:
        """Return the random key for one purpose, independent of every other."""
        return jax.random.fold_in(jax.random.key(self.seed), crc32(purpose.encode()))

    def config(self) -> dict[str, Any]:
        """Return every option that can change a result, as JSON values."""
        return {
            field.name: _plain(getattr(self, field.name)) for field in fields(self) if field.name not in NOT_IN_CONFIG
        }

    @classmethod
    def meanings(cls) -> dict[str, str]:
        """Return the help text of every option."""
        hints = get_type_hints(cls, include_extras=True)
        notes = {field.name: hints[field.name].__metadata__ for field in fields(cls)}
        return {name: next(note.help for note in given if hasattr(note, "help")) for name, given in notes.items()}

    def execute(self, progress: Progress | None = None) -> Path:
        """Run the experiment, or go on with an interrupted one, and return the finished run folder.

        Parameters
        ----------
        progress : callable, optional
            Called as ``progress(stage, done, total)``.

        Raises
        ------
        InputError
            For input that cannot be used; nothing has been written then.
        """
        if self.resume is None:
            inputs = self.read(progress)
            files = self.files()
            run = Run.create(self.name, self.config(), out=self.out, files=files, progress=progress)
            options = self
        else:
            self._require_nothing_else()
            run, stored = Run.resume(self.resume, self.name, progress=progress)
            options = self._stored(stored)
            inputs = options.read(progress)
        try:
            options.walk(run, inputs)
            run.close()
            write_report(run.path)
            return run.finish()
        except InputError:
            if self.resume is None:
                run.discard()
            raise
        except BaseException as interruption:
            interruption.resume_folder = run.path  # pyright: ignore[reportAttributeAccessIssue]
            raise

    def files(self) -> list[Path]:
        """Return the input files; a run keeps their checksums, and is resumed with the same ones or not at all."""
        return []

    def _require_nothing_else(self) -> None:
        """Raise if an option was given beside --resume."""
        given = [f.name for f in fields(self) if f.name not in NOT_IN_CONFIG and getattr(self, f.name) != f.default]
        if given:
            raise InputError(
                f"--resume takes every option from the folder; leave out {', '.join(map(option_flag, given))}."
            )

    def _stored(self, stored: dict[str, Any]) -> "Experiment":
        """Return the options a run folder was made with."""
        hints = get_type_hints(type(self))
        try:
            return replace(self, **{name: _as_typed(value, hints.get(name)) for name, value in stored.items()})
        except TypeError as error:
            raise InputError(f"{self.resume} was made by another version of isocortex: {error}.") from error


def _as_typed(value: Any, hint: Any) -> Any:
    """Return an option that was read from JSON as what it was: a path, or a tuple of anything."""
    if isinstance(value, list):
        return tuple(_as_typed(item, get_args(hint)[0]) for item in value)
    return Path(value) if isinstance(value, str) and Path in (hint, *get_args(hint)) else value


def option_flag(name: str) -> str:
    """Return the command line's spelling of an option."""
    return "--" + name.replace("_", "-")


def _plain(value: Any) -> Any:
    """Return an option as a JSON value; files by their whole path."""
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return str(value.absolute()) if isinstance(value, Path) else value
