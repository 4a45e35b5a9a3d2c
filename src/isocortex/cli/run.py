"""``isocortex run``: parse the options of one experiment, run it with a progress bar, show the answer."""

import contextlib
import io
import os
import platform
import re
import shlex
import sys
from dataclasses import field, make_dataclass
from pathlib import Path
from typing import Annotated, Any

import tyro
from tyro.conf import Positional, arg

from ..cores import compile_alike
from ..errors import InputError, unknown
from ..experiments import experiment
from ..experiments.shared.options import Option, options_of
from ..experiments.shared.protocol import Experiment
from ..runs.progress import progress_bars
from .console import Interruption
from .show import show

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
    words = [part for word in words for part in (word.split(",") if LIST.fullmatch(word) else [word])]
    kind = experiment(name)
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


def as_parsed(kind: type[Experiment]) -> type:
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


def use_compilation_cache() -> None:
    """Keep compiled programs in the user's cache folder, apart for each processor model and version of JAX."""
    import jax

    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "isocortex" / f"jax-{jax.__version__}-{processor()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return
    jax.config.update("jax_compilation_cache_dir", str(folder))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.2)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", 0)


def processor() -> str:
    """Return the processor's model, as part of a path."""
    model = platform.processor() or platform.machine()
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            found = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
            model = found.group(1) if found else model
    return re.sub(r"[^A-Za-z0-9]+", "-", model).strip("-") or "unknown"
