"""Entry point: find the command, render every error as one red line, and end with an honest exit code."""

import os
import sys
from collections.abc import Callable, Sequence
from itertools import pairwise

from ..errors import InputError, look_up
from ..experiments.registry import EXPERIMENTS

USAGE = """isocortex: models of the brain, and how brain-like each one is

usage:
  isocortex run EXPERIMENT [options]      run an experiment and write a run folder with a report
  isocortex run EXPERIMENT --help         every option, its default and unit
  isocortex compare MODEL… --data DATA…   compare models with brains, both from files; --help has examples
  isocortex power [MODEL… --data DATA…]   how often an experiment would name the right model
  isocortex record MODEL.py:FUNCTION --images FOLDER   the layers of any model, as a file for compare
  isocortex look SESSION.nwb              what a recording holds, and what its units respond to
  isocortex sweep EXPERIMENT --vary A=1,2 run an experiment at many values of its options; --help has examples
  isocortex explore [FOLDER…]             models, runs and recordings in the browser; --help has examples
  isocortex list                          the experiments
  isocortex data list|fetch|where         the recordings that can be downloaded
  isocortex show [RUN] [--keys]           what a run found, by default the latest; or what its numbers are
  isocortex runs [FOLDER] [--of NAME]     the runs in a folder and their options; or of one experiment, with numbers
  isocortex --version                     the version
  isocortex --help                        this text

A first run, offline, in about a minute:  isocortex run orientation-v1
Any command takes --debug for the full traceback of an error."""

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit.

    Exit codes: 0 done, 1 a fault of ours, 2 input that cannot be used, 130 interrupted.

    Examples
    --------
    >>> main(["--version"])  # doctest: +ELLIPSIS
    isocortex ...
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in words
    words = [word for word in words if word != "--debug"]
    try:
        _require_no_empty_word(words)
        _dispatch(words)
    except InputError as error:
        if debug:
            raise
        _fail(str(error), 2, error)
    except KeyboardInterrupt as error:
        _fail("Interrupted.", INTERRUPTED, error)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        if debug:
            raise
        _fail(f"{error.strerror or error}: {error.filename}" if error.filename else str(error), 2, error)
    except Exception as error:
        if debug:
            raise
        _fail(f"{type(error).__name__}: {error}. This is a fault of isocortex; --debug shows where.", 1, error)


def _require_no_empty_word(words: list[str]) -> None:
    """Raise if a word has no content: an empty path would mean the folder that one is in."""
    for before, word in pairwise(["isocortex", *words]):
        if not word.strip() or (word.startswith("--") and word.endswith("=")):
            raise InputError(f"{before if not word.strip() else word} needs a value, and was given an empty one.")


def _dispatch(words: list[str]) -> None:
    commands: dict[str, Callable[[list[str]], None]] = {
        "run": _run,
        "compare": _compare,
        "power": _power,
        "record": _record,
        "look": _look,
        "sweep": _sweep,
        "explore": _explore,
        "list": _list,
        "data": _data,
        "show": _show,
        "runs": _runs,
    }
    if not words or words[0] in ("-h", "--help", "help"):
        print(USAGE)
    elif words[0] in ("-V", "--version", "version"):
        from ..version import __version__

        print(f"isocortex {__version__}")
    elif words[0] in EXPERIMENTS and words[0] not in commands:
        raise InputError(f"{words[0]} is an experiment: isocortex run {words[0]}")
    else:
        look_up("command", words[0], commands)(words[1:])


def _run(words: list[str]) -> None:
    if not words or words[0] in ("-h", "--help"):
        _list([])
        return
    EXPERIMENTS.named(words[0])
    from .run import run

    run(words[0], words[1:])


def _compare(words: list[str]) -> None:
    from .compare import compare

    compare(words)


def _power(words: list[str]) -> None:
    from .power import power

    power(words)


def _record(words: list[str]) -> None:
    from .record import record_command

    record_command(words)


def _look(words: list[str]) -> None:
    from .look import look

    look(words)


def _sweep(words: list[str]) -> None:
    from .sweep import sweep

    sweep(words)


def _explore(words: list[str]) -> None:
    from .explore import explore_command

    explore_command(words)


def _list(words: list[str]) -> None:
    if words and words != ["--help"]:
        raise InputError(f"isocortex list takes nothing more; got {' '.join(words)!r}.")
    width = max(map(len, EXPERIMENTS))
    for name, entry in sorted(EXPERIMENTS.items()):
        print(f"{name:<{width}}  {entry.question}")
    print("\nisocortex run NAME --help shows every option of one.")


def _data(words: list[str]) -> None:
    from .data import data

    data(words)


def _show(words: list[str]) -> None:
    from .show import show_command

    show_command(words)


def _runs(words: list[str]) -> None:
    from .runs import runs

    runs(words)


def _fail(message: str, code: int, error: BaseException) -> None:
    """Print one red line to stderr, and the line that resumes the run where there is one."""
    from rich.console import Console
    from rich.text import Text

    from ..formats import visible

    console = Console(stderr=True, soft_wrap=True, highlight=False)
    said = visible(message)
    parts = [("error:", "bold red"), f" {said}"] if code != INTERRUPTED else [(said, "bold red")]
    console.print(Text.assemble(*parts))
    resume = getattr(error, "resume_command", None)
    if resume:
        console.print(Text(f"Go on with:  {visible(resume)}"))
    sys.exit(code)
