"""Find what a user's own code defines, by its place: a function or class in a module or in a Python file."""

import sys
from collections.abc import Callable
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from .errors import InputError, require, unknown

FILE = ".py"


def made_by(place: str, *, what: str, kind: str = "function", files_only: bool = False) -> Any:
    """Return what a function or class without arguments makes, at a place such as ``model.py:network``.

    The code is run.

    Parameters
    ----------
    place : str
        ``FILE.py:NAME``, or ``MODULE:NAME`` for a module that can be imported.
    what : str
        What it makes, such as ``"model"``, for errors.
    kind : {"function", "class"}
        Default ``"function"``.
    files_only : bool
        Whether to take files alone. Default False.

    Raises
    ------
    InputError
        If the file, the module or the name does not exist, or either fails.

    Examples
    --------
    >>> made_by("isocortex.dynamics:WilsonCowan", what="system", kind="class").variables
    ('E', 'I')
    """
    home, _, name = place.rpartition(":")
    in_file = home.endswith(FILE)
    expected = f"{what.upper()}.py:{kind.upper()}, a {kind} in a Python file"
    expected += "" if files_only else f", or MODULE:{kind.upper()}"
    require(
        bool(home and name) and (in_file or not files_only),
        f"{'An' if what[0] in 'aeiou' else 'A'} {what} is named as {expected}; got {place!r}.",
    )
    module = _run(Path(home)) if in_file else _attempted(lambda: import_module(home), f"{home} cannot be imported")
    found = [key for key, value in vars(module).items() if callable(value) and not key.startswith("_")]
    if not hasattr(module, name):
        raise unknown(f"{kind} in {home}", name, found)
    maker = getattr(module, name)
    require(callable(maker), f"{name} in {home} must be a {kind} that returns the {what}; it is a {type(maker)}.")
    return _attempted(maker, f"{place}() fails")


def _run(path: Path) -> ModuleType:
    """Run a Python file as a module, with its folder as the first place to import from."""
    require(path.is_file(), f"There is no file {path}.")
    name = f"code_of_{path.stem}"
    spec = spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise InputError(f"{path} cannot be run as Python.")
    module, loader = module_from_spec(spec), spec.loader
    sys.path.insert(0, str(path.parent.resolve()))
    sys.modules[name] = module
    _attempted(lambda: loader.exec_module(module), f"{path} cannot be run")
    return module


def _attempted(do: Callable[[], Any], failed: str) -> Any:
    """Return what a user's code returns; its error becomes one sentence, and ``--debug`` shows where it was raised."""
    try:
        return do()
    except InputError:
        raise
    except Exception as error:
        why = " ".join(str(error).split())
        raise InputError(f"{failed} ({type(error).__name__}: {why}).") from error
