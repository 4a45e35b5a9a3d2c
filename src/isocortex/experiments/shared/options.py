"""What an option means and which values it takes: declared once, and read by the command line, widgets and sweeps."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, fields, replace
from numbers import Integral, Real
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from ...errors import InputError, require, unknown
from ...formats import significant


@dataclass(frozen=True)
class Option:
    """What an option means, and which values it takes.

    Attributes
    ----------
    meaning : str
        One sentence without its full stop.
    unit : str
        Unit of the value; empty where it has none.
    above, below, at_least, at_most : float or None
        Bounds of a number, or of every number of a tuple; the first two are excluded. Infinite and undefined
        numbers are never taken.
    among : iterable of str
        The names that a text can be: a registry, or any other iterable of names.
    distinct : bool
        Whether the entries of a tuple must differ.
    positional : bool
        Whether the command line takes the values without a flag.
    metavar : str
        What stands for the value in ``--help``.
    name : str
        The field that has the option.
    type : type
        The field's annotation.
    default : object
        The field's default.
    """

    meaning: str
    unit: str = ""
    above: float | int | None = None
    below: float | int | None = None
    at_least: float | int | None = None
    at_most: float | int | None = None
    among: Iterable[str] = ()
    distinct: bool = False
    positional: bool = False
    metavar: str = ""
    name: str = ""
    type: Any = None
    default: Any = None

    @property
    def flag(self) -> str:
        """The command line's spelling."""
        return option_flag(self.name)

    @property
    def bounds(self) -> str:
        """The values that a number can have, in words; empty where there are no bounds."""
        low = [f"above {significant(self.above, 10)}"] if self.above is not None else []
        low += [f"at least {significant(self.at_least, 10)}"] if self.at_least is not None else []
        high = [f"below {significant(self.below, 10)}"] if self.below is not None else []
        high += [f"at most {significant(self.at_most, 10)}"] if self.at_most is not None else []
        return " and ".join(low + high)

    def explained(self) -> str:
        """Return the meaning with its unit, its bounds and the names to choose from."""
        meaning = f"{self.meaning}, in {self.unit}" if self.unit else self.meaning
        said = [self.bounds] if self.bounds else []
        said += [f"one of {', '.join(self.among)}"] if self.among else []
        return f"{meaning} ({'; '.join(said)})." if said else f"{meaning}."

    def converted(self, value: Any) -> Any:
        """Return a value given in Python as the option keeps it: text as a path, an int as a float, a list as a tuple.

        Raises
        ------
        InputError
            If it is of another kind.
        """
        return _converted(value, self.type, self.name)

    def check(self, value: Any) -> None:
        """Raise an :class:`InputError` that names the option if it does not take the value."""
        if isinstance(value, tuple):
            for item in value:
                self.check(item)
            given = " ".join(map(str, value))
            require(
                not self.distinct or len(set(value)) == len(value),
                f"{self.flag} must not repeat a value; got {given}.",
            )
        elif isinstance(value, int | float) and not isinstance(value, bool):
            self._check_number(value)
        elif isinstance(value, str) and self.among and value not in self.among:
            raise unknown(self.name.replace("_", " "), value, self.among)

    def _check_number(self, value: float | int) -> None:
        inside = (
            math.isfinite(value)
            and (self.above is None or value > self.above)
            and (self.below is None or value < self.below)
            and (self.at_least is None or value >= self.at_least)
            and (self.at_most is None or value <= self.at_most)
        )
        require(inside, f"{self.flag} must be {self.bounds or 'a finite number'}; got {value}.")


def option(
    meaning: str,
    *,
    unit: str = "",
    above: float | int | None = None,
    below: float | int | None = None,
    at_least: float | int | None = None,
    at_most: float | int | None = None,
    among: Iterable[str] = (),
    distinct: bool = False,
    positional: bool = False,
    metavar: str = "",
) -> Option:
    """Say what an option means, as ``Annotated[float, option("Time constant", unit="ms", above=0)]``.

    The parameters are the attributes of :class:`Option`.

    Examples
    --------
    >>> option("Time constant", unit="ms", above=0, at_most=1000).explained()
    'Time constant, in ms (above 0 and at most 1000).'
    """
    return Option(meaning, unit, above, below, at_least, at_most, among, distinct, positional, metavar)


def options_of(experiment: Any) -> Mapping[str, Option]:
    """Return the options of an experiment's class, or of an instance, by the name of their field.

    Examples
    --------
    >>> from isocortex.experiments import experiment
    >>> found = options_of(experiment("poisson"))["rate"]
    >>> found.unit, found.default, found.above
    ('spikes/s', 40.0, 0)
    """
    kind = experiment if isinstance(experiment, type) else type(experiment)
    hints = get_type_hints(kind, include_extras=True)
    found = {}
    for field in fields(kind):
        base, *notes = get_args(hints[field.name])
        (declared,) = (note for note in notes if isinstance(note, Option))
        default = None if field.default is MISSING else field.default
        found[field.name] = replace(declared, name=field.name, type=base, default=default)
    return found


def check_options(experiment: Any) -> None:
    """Raise an :class:`InputError` for the first option whose value is not taken."""
    for name, declared in options_of(experiment).items():
        declared.check(getattr(experiment, name))


def _converted(value: Any, kind: Any, name: str) -> Any:
    kinds = [kind] if get_origin(kind) is tuple or not get_args(kind) else list(get_args(kind))
    if value is None and type(None) in kinds:
        return None
    for wanted in kinds:
        if get_origin(wanted) is tuple and isinstance(value, list | tuple):
            return tuple(_converted(item, get_args(wanted)[0], name) for item in value)
        if wanted is Path and isinstance(value, str | Path):
            return Path(value)
        if wanted is int and isinstance(value, Integral) and not isinstance(value, bool):
            return int(value)
        if wanted is float and isinstance(value, Real) and not isinstance(value, bool):
            return float(value)
        if isinstance(wanted, type) and isinstance(value, wanted) and isinstance(value, bool) == (wanted is bool):
            return value
    words = " or ".join("nothing" if k is type(None) else getattr(k, "__name__", str(k)) for k in kinds)
    raise InputError(f"{name} must be {words}; got {value!r}.")


def option_flag(name: str) -> str:
    """Return the command line's spelling of an option."""
    return "--" + name.replace("_", "-")


def plain(value: Any) -> Any:
    """Return the value of an option as a JSON value; files by the path that was given."""
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    return str(value) if isinstance(value, Path) else value


def placed(value: Any, folder: Path) -> Any:
    """Return the value of an option with its paths in `folder`, unless they are whole already."""
    if isinstance(value, tuple):
        return tuple(placed(item, folder) for item in value)
    return folder / value if isinstance(value, Path) else value


def stored_options(kind: type, stored: Mapping[str, Any], folder: Path, started_in: Path = Path()) -> dict[str, Any]:
    """Return the options that a run folder keeps as JSON, with their types.

    Parameters
    ----------
    kind : type
        The experiment.
    stored : mapping of str to JSON value
    folder : Path
        The run folder.
    started_in : Path
        The folder that paths start from: the one in which the run was started. Default the current one.

    Raises
    ------
    InputError
        If the folder has an option that the experiment does not know, or a value of another kind.
    """
    known = options_of(kind)
    origin = f"{folder}/config.json was edited or made by another version of isocortex"
    strange = [name for name in stored if name not in known]
    require(not strange, f"{origin}: there is no option {', '.join(strange)}.")
    try:
        return {name: placed(known[name].converted(value), started_in) for name, value in stored.items()}
    except InputError as error:
        raise InputError(f"{origin}: {error}") from error
