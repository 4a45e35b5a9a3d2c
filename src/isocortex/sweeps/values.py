"""What an option is varied over: values, or a range of numbers, as one word says it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args, get_origin

import numpy as np

from ..errors import InputError, require
from ..experiments.shared.options import Option

LOGARITHMIC = "log"


@dataclass(frozen=True)
class Values:
    """The values of one option.

    Attributes
    ----------
    option : Option
    listed : tuple
        The values, in order; empty for a range that is only drawn from.
    low, high : float or None
        The ends of a range.
    logarithmic : bool
        Whether steps of the range, and draws from it, are even in the logarithm.
    """

    option: Option
    listed: tuple[Any, ...] = ()
    low: float | None = None
    high: float | None = None
    logarithmic: bool = False

    def draw(self, rng: np.random.Generator) -> Any:
        """Return one value: of those that are listed, or from within the range."""
        if self.low is None or self.high is None:
            return self.listed[int(rng.integers(len(self.listed)))]
        share = float(rng.uniform())
        even, factor = self.low + share * (self.high - self.low), self.low * (self.high / self.low) ** share
        value = factor if self.logarithmic else even
        return round(value) if float not in _kinds(self.option) else float(f"{value:.6g}")


def values(declared: Option, given: str | Sequence[Any]) -> Values:
    """Return what an option is varied over.

    Parameters
    ----------
    declared : Option
    given : str, or sequence of values
        ``"50,100,200"`` lists values; ``"0.3:1.8:6"`` are 6 numbers from 0.3 to 1.8, evenly spaced, and
        ``"1e-4:1e-1:4:log"`` by equal factors; ``"0.3:1.8"`` and ``"1e-4:1e-1:log"`` are ranges to draw from. The
        parts of a value of several numbers are joined by ``+``.

    Raises
    ------
    InputError
        If there is no value, or one that the option does not take.

    Examples
    --------
    >>> from isocortex.experiments import experiment
    >>> from isocortex.experiments.shared.options import options_of
    >>> known = options_of(experiment("poisson"))
    >>> values(known["rate"], "10:40:3").listed
    (10.0, 25.0, 40.0)
    >>> values(known["units"], "50,100").listed
    (50, 100)
    """
    if not isinstance(given, str):
        found = Values(declared, tuple(declared.converted(value) for value in given))
    elif ":" in given and _is_number(declared):
        found = _range(declared, given)
    else:
        found = Values(declared, tuple(_of_kind(declared, word) for word in given.split(",") if word))
    require(bool(found.listed) or found.low is not None, f"{declared.flag} is varied over nothing; got {given!r}.")
    require(
        len(set(found.listed)) == len(found.listed),
        f"{declared.flag} is varied over the same value twice; got {given!r}.",
    )
    for value in found.listed or (found.low, found.high):
        declared.check(value)
    return found


def _range(declared: Option, text: str) -> Values:
    parts = text.split(":")
    logarithmic = parts[-1] == LOGARITHMIC
    numbers = parts[:-1] if logarithmic else parts
    try:
        low, high = (float(part) for part in numbers[:2])
        n = int(numbers[2]) if len(numbers) == 3 else 0
        if len(numbers) > 3:
            raise ValueError
    except ValueError:
        raise InputError(
            f"A range is LOW:HIGH:NUMBER, or LOW:HIGH to draw from, and ends in :log for equal factors; got "
            f"{declared.flag} {text!r}."
        ) from None
    require(low < high, f"A range begins with its lower end; got {declared.flag} {text!r}.")
    require(not logarithmic or low > 0, f"A range of equal factors begins above 0; got {declared.flag} {text!r}.")
    if len(numbers) == 2:
        return Values(declared, (), low, high, logarithmic)
    require(n >= 2, f"A range has at least 2 numbers; got {declared.flag} {text!r}.")
    steps = np.geomspace(low, high, n) if logarithmic else np.linspace(low, high, n)
    return Values(declared, tuple(_of_kind(declared, f"{step:.10g}") for step in steps), low, high, logarithmic)


def _kinds(declared: Option) -> list[Any]:
    kinds = [declared.type] if get_origin(declared.type) is tuple or not get_args(declared.type) else []
    return kinds or [kind for kind in get_args(declared.type) if kind is not type(None)]


def _is_number(declared: Option) -> bool:
    return any(kind in (int, float) for kind in _kinds(declared))


def _of_kind(declared: Option, word: str) -> Any:
    """Return a word as a value of the kind that an option takes.

    Raises
    ------
    InputError
        If it is none.
    """
    for kind in _kinds(declared):
        try:
            if get_origin(kind) is tuple:
                inner = get_args(kind)[0]
                return declared.converted([_as(inner, part) for part in word.split("+")])
            return declared.converted(_as(kind, word))
        except ValueError:
            continue
    raise InputError(f"{declared.flag} does not take {word!r}; isocortex run NAME --help shows what it takes.")


def _as(kind: Any, word: str) -> Any:
    if kind is bool:
        if word not in ("true", "false"):
            raise ValueError
        return word == "true"
    if kind is int:
        value = float(word)
        return int(word) if not value.is_integer() or word.lstrip("+-").isdigit() else int(value)
    return kind(word) if kind in (float, str, Path) else word
