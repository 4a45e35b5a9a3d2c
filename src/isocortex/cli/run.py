"""``isocortex run``: parse the options of one experiment, run it with a progress bar, show the answer."""

import contextlib
import io
import os
import re
import shlex
from dataclasses import field, make_dataclass
from typing import Annotated, Any, TypeVar

import tyro
from tyro.conf import Positional, arg

from ..cores import compile_alike, use_compilation_cache
from ..errors import InputError, unknown
from ..experiments import experiment
from ..experiments.shared.options import Option, options_of
from ..experiments.shared.protocol import Experiment
from ..runs.progress import progress_bars
from .console import Interruption
from .show import show

Options = TypeVar("Options")
NO_NUMBER = re.compile(r"Error parsing (--\S+): .*?(int|float)\b.*?: ('.*?')")
"""What is said of a word that is no number: the option, the kind of number, and the word."""
NUMBERS = {"int": "a whole number", "float": "a number"}
LIST = re.compile(r"[\d.]+(,[\d.]+)+")
"""Numbers with commas between them, which are several words."""
BOX = re.compile(r"[│╭╮╰╯─]+")


def run(name: str, words: list[str], command: str = "") -> None:
    """Run an experiment with the options given as words of a command line, ``isocortex run NAME`` by default."""
    command = command or f"isocortex run {name}"
    interruption = Interruption()
    interruption.watch()
    use_compilation_cache()
    compile_alike()
    options = parse(name, words, command)
    interruption.check()
    try:
        with progress_bars() as show_progress:

            def progress(stage: str, done: int, total: int) -> None:
                interruption.check()
                show_progress(stage, done, total)

            folder = options.execute(progress)
    except BaseException as error:
        partial = getattr(error, "resume_folder", None)
        if partial is not None:
            error.resume_command = f"{command} --resume {shlex.quote(str(partial))}"  # pyright: ignore
        raise
    show(folder)


def parse(name: str, words: list[str], command: str) -> Experiment:
    """Turn words into the options of an experiment; every mistake becomes one sentence.

    Raises
    ------
    InputError
        For an unknown option (with the nearest one), or a value that the option does not take.
    """
    return parse_as(experiment(name), words, command)


def parse_as(kind: type[Options], words: list[str], command: str) -> Options:
    """Turn words into the options of a dataclass, as :func:`parse` does for an experiment."""
    words = [part for word in words for part in (word.split(",") if LIST.fullmatch(word) else [word])]
    options = options_of(kind)
    flags = [declared.flag for declared in options.values() if not declared.positional]
    for word in words:
        flag = word.split("=")[0].replace("_", "-")
        if word.startswith("--") and flag not in [*flags, "--help"]:
            raise unknown("option", word.split("=")[0], flags)
    errors = io.StringIO()
    width = os.environ.get("COLUMNS")
    if "--help" not in words and "-h" not in words:
        os.environ["COLUMNS"] = "1000"
    try:
        with contextlib.redirect_stderr(errors):
            parsed = tyro.cli(as_parsed(kind), args=words, prog=command)
    except SystemExit as stop:
        if not stop.code:
            raise
        lines = [BOX.sub("", line).strip() for line in errors.getvalue().splitlines()]
        said = [line for line in lines if line and not line.startswith(("Argument helptext", "For full helptext"))]
        wrong = NO_NUMBER.search(" ".join(said))
        what = f"{wrong[1]} takes {NUMBERS[wrong[2]]}; got {wrong[3]}." if wrong else " ".join(said[1:3])
        raise InputError(f"{what} ({command} --help shows every option)") from None
    finally:
        os.environ.pop("COLUMNS", None)
        if width is not None:
            os.environ["COLUMNS"] = width
    return kind(**vars(parsed))


def as_parsed(kind: type) -> type:
    """Return the dataclass that tyro fills from the words: the same fields, explained to it, and no checks."""
    options = options_of(kind)
    made = make_dataclass(
        kind.__name__,
        [(name, _annotated(declared), field(default=declared.default)) for name, declared in options.items()],
        kw_only=True,
    )
    made.__doc__ = kind.__doc__
    return made


def _annotated(declared: Option) -> Any:
    """Return the type of an option with what tyro shows about it."""
    hint = "(one or more)" if isinstance(declared.default, tuple) and not declared.default else None
    shown = arg(metavar=declared.metavar or None, help=declared.explained(), help_behavior_hint=hint)
    return Annotated[Positional[declared.type] if declared.positional else declared.type, shown]
