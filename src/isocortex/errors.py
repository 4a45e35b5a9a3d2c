"""The error that is raised for unusable input, and functions that write its message."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any


class InputError(Exception):
    """Raised when the input of a user cannot be used; the message says what to do.

    The message is for the person who gave the input: what was expected, what came, and what to do.
    The command line prints it as one line and ends with exit code 2.

    Examples
    --------
    >>> from isocortex.analysis import inference
    >>> try:
    ...     inference.splits(["mouse 1", "mouse 1", "mouse 2"], 5)
    ... except InputError as error:
    ...     print(error)
    2 groups cannot be divided into 5 folds; items that belong together stay together.
    """


class DiskFullError(InputError):
    """There is no room for a file. What was written before it is whole, and a run can go on from there."""


def unknown(kind: str, name: str, known: Iterable[str]) -> InputError:
    """Build the error for a name that is not in a registry, with the nearest match suggested.

    Examples
    --------
    >>> str(unknown("similarity", "pearsn", ["pearson", "cosine"]))
    "There is no similarity 'pearsn'. Did you mean 'pearson'? Known: cosine, pearson."
    """
    options = sorted(known)
    near = get_close_matches(str(name).lower(), [o.lower() for o in options], n=1, cutoff=0.5)
    guess = next((o for o in options if near and o.lower() == near[0]), None)
    hint = f" Did you mean {guess!r}?" if guess else ""
    return InputError(f"There is no {kind} {name!r}.{hint} Known: {', '.join(options)}.")


def look_up(kind: str, name: str, registry: dict[str, Any]) -> Any:
    """Return ``registry[name]``, or raise the error that suggests the nearest name."""
    if name not in registry:
        raise unknown(kind, name, registry)
    return registry[name]


def require(condition: bool, message: str) -> None:
    """Raise ``InputError(message)`` unless the condition holds."""
    if not condition:
        raise InputError(message)
