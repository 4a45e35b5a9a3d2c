"""What every experiment shares: options that are a dataclass, and the way from them to a whole run folder."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from inspect import signature
from pathlib import Path
from typing import Annotated, Any, ClassVar
from zlib import crc32

import jax

from ...errors import DiskFullError, InputError
from ...report import Quantity, Result, write_report, write_result
from ...runs import Run
from ...runs.layout import read_part
from .options import check_options, option, options_of, plain, stored_options

Progress = Callable[[str, int, int], None]
NOT_IN_CONFIG = ("out", "resume")


@dataclass(frozen=True, kw_only=True)
class Experiment(ABC):
    """Options of an experiment, and what it does with them.

    Subclasses are frozen dataclasses with a default for every option where there is one, each
    ``Annotated[type, option("what it means", …)]``. The bounds of an option are checked from its declaration; what
    several options must have in common is checked by ``__post_init__``; :meth:`read` checks the files. All of that
    happens before anything is written.
    """

    name: ClassVar[str]
    published_options: ClassVar[tuple[str, ...]] = ()
    """The options that the published numbers depend on."""

    seed: Annotated[int, option("Seed of all random numbers", at_least=0, at_most=2**32 - 1)] = 0
    out: Annotated[Path, option("Folder in which the run folder appears")] = Path("runs")
    resume: Annotated[
        Path | None,
        option("Interrupted run (.partial) to go on with, under the options that it was given", metavar="FOLDER"),
    ] = None

    def __post_init__(self) -> None:
        check_options(self)

    def read(self, progress: Progress | None = None) -> Any:  # noqa: B027 (without files there is nothing to do)
        """Read and check the input files, where there are any, before anything is written."""

    @abstractmethod
    def walk(self, run: Run, inputs: Any) -> Result:
        """Walk from the inputs to what was found; `run` times the stages and keeps checkpoints and models."""

    def key(self, purpose: str) -> jax.Array:
        """Return the random key for one purpose, independent of every other."""
        return jax.random.fold_in(jax.random.key(self.seed), crc32(purpose.encode()))

    def is_published(self) -> bool:
        """Return whether every option that the published numbers depend on has its default."""
        options = options_of(self)
        return all(getattr(self, name) == options[name].default for name in self.published_options)

    def config(self) -> dict[str, Any]:
        """Return every option that can change a result, as JSON values."""
        return {name: plain(getattr(self, name)) for name in options_of(self) if name not in NOT_IN_CONFIG}

    @classmethod
    def meanings(cls) -> dict[str, str]:
        """Return what every option means, with its unit, bounds and choices."""
        return {name: declared.explained() for name, declared in options_of(cls).items()}

    @classmethod
    def quantities(cls) -> Mapping[str, Quantity]:
        """Return what every number of ``summary.json`` is, by key, as the result of :meth:`walk` declares it."""
        return signature(cls.walk).return_annotation.quantities

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
            found = options.walk(run, inputs)
            write_result(run, found, options.meanings())
            run.close()
            write_report(run.path)
            return run.finish()
        except DiskFullError as full:
            full.resume_folder = run.path  # pyright: ignore[reportAttributeAccessIssue]
            raise
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
        given = [
            declared.flag
            for name, declared in options_of(self).items()
            if name not in NOT_IN_CONFIG and getattr(self, name) != declared.default
        ]
        if given:
            raise InputError(f"--resume takes every option from the folder; leave out {', '.join(given)}.")

    def _stored(self, stored: dict[str, Any]) -> "Experiment":
        """Return the options a run folder was made with."""
        folder = Path(self.resume or "")
        started_in = Path(read_part(folder, "environment").get("folder", ""))
        return replace(self, **stored_options(type(self), stored, folder, started_in))
