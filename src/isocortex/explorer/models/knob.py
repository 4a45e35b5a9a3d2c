"""A parameter that a slider moves: what it means, its unit, and how far it can go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor, log10
from typing import Any, get_args, get_type_hints

import panel as pn

from ...dynamics import System
from ...errors import InputError, require, unknown
from ...experiments.shared.options import Option
from ...formats import significant

STEPS = 100
"""Steps of a slider from end to end, at least."""


@dataclass(frozen=True)
class Knob:
    """A parameter that a slider moves.

    Attributes
    ----------
    name : str
        Of the parameter in Python.
    declared : Option
        Its meaning, unit and bounds, as the class or the experiment declares them.
    value : float
        Where the slider begins.
    low, high : float
        Ends of the slider. The field beside it takes any number within the bounds.
    flag : str
        The option of the experiment; empty where there is none.
    """

    name: str
    declared: Option
    value: float
    low: float | int
    high: float | int
    flag: str = ""

    @property
    def step(self) -> float:
        """A round number: 1, 2 or 5 times a power of ten."""
        raw = (self.high - self.low) / STEPS
        power = 10.0 ** floor(log10(raw))
        return float(f"{max(digit for digit in (1, 2, 5) if digit * power <= raw * (1 + 1e-9)) * power:.0e}")

    @property
    def label(self) -> str:
        """The name of the parameter with its unit."""
        return f"{self.name} ({self.declared.unit})" if self.declared.unit else self.name

    @property
    def bounds(self) -> tuple[float | None, float | None]:
        """The least and the greatest value that are taken; None where there is no bound."""
        declared = self.declared
        least = declared.at_least if declared.above is None else declared.above + self.step / 100
        most = declared.at_most if declared.below is None else declared.below - self.step / 100
        return None if least is None else float(least), None if most is None else float(most)

    def slider(self, value: float | int | None = None) -> pn.widgets.EditableFloatSlider:
        """Return a slider for it, with a field for a number of any size within the bounds."""
        value = self.value if value is None else value
        least, most = self.bounds
        return pn.widgets.EditableFloatSlider(
            label=self.label,
            value=value,
            start=min(self.low, value),
            end=max(self.high, value),
            step=self.step,
            fixed_start=least,
            fixed_end=most,
            format="0[.][0000]",
            sizing_mode="stretch_width",
            margin=(0, 0, 10, 0),
        )

    def checked(self, given: str | float | int) -> float:
        """Return a value that was given from outside.

        Raises
        ------
        InputError
            If it is no number within the bounds.
        """
        try:
            value = float(given)
        except ValueError:
            raise InputError(f"{self.name} takes a number; got {given!r}.") from None
        least, most = self.bounds
        inside = (least is None or value >= least) and (most is None or value <= most)
        require(inside and abs(value) < float("inf"), f"{self.name} must be {self._bounds()}; got {given}.")
        return value

    def _bounds(self) -> str:
        return self.declared.bounds or "a finite number"


def given_values(knobs: Sequence[Knob], words: Mapping[str, str]) -> dict[str, float]:
    """Return the values of all knobs, of which some are given as words.

    Raises
    ------
    InputError
        For a word that no knob takes. Names that no knob has are left to others.
    """
    return {knob.name: knob.checked(words[knob.name]) if knob.name in words else knob.value for knob in knobs}


def knob_named(knobs: Sequence[Knob], name: str) -> Knob:
    """Return the knob of a name.

    Raises
    ------
    InputError
        If there is none, with the nearest name.
    """
    found = {knob.name: knob for knob in knobs}
    if name not in found:
        raise unknown("parameter that a slider moves", name, found)
    return found[name]


def knobs_of(system: System) -> tuple[Knob, ...]:
    """Return a knob for every parameter of a system that is one number.

    What ``Annotated[float, option("Gain", unit="1/mV", at_least=0, at_most=20)]`` declares at the field is kept.
    Where no bounds are declared, the slider goes from 0 to twice the value, or from −1 to 1 if the value is 0.
    """
    hints = get_type_hints(type(system), include_extras=True)
    found = []
    for name, value in system.parameters.items():
        if _is_number(value):
            notes = [note for note in get_args(hints.get(name, float))[1:] if isinstance(note, Option)]
            found.append(_around(name, notes[0] if notes else Option(name), float(value)))
    return tuple(found)


def _around(name: str, declared: Option, value: float) -> Knob:
    """Return a knob whose slider reaches as far as the value from it to either side, within the bounds."""
    reach = abs(value) or 1.0
    low, high = value - reach, value + reach
    bounds = [
        next((bound for bound in pair if bound is not None), None)
        for pair in ((declared.at_least, declared.above), (declared.at_most, declared.below))
    ]
    low = low if bounds[0] is None else max(low, bounds[0])
    high = high if bounds[1] is None else min(high, bounds[1])
    return Knob(name, declared, value, float(low), float(high))


def _is_number(value: Any) -> bool:
    try:
        return not isinstance(value, bool | str) and getattr(value, "ndim", 0) == 0 and float(value) == value
    except (TypeError, ValueError):
        return False


def changed(knobs: Sequence[Knob], values: Mapping[str, float]) -> dict[str, float]:
    """Return the values that differ from where the sliders begin."""
    return {knob.name: values[knob.name] for knob in knobs if values[knob.name] != knob.value}


def arguments(values: Mapping[str, float]) -> str:
    """Return values as arguments of a call in Python."""
    return ", ".join(f"{name}={value!r}" for name, value in values.items())


def in_words(knobs: Sequence[Knob], values: Mapping[str, float]) -> str:
    """Return the values that differ from where the sliders begin, for a title."""
    return ", ".join(f"{name} = {significant(value, 4)}" for name, value in changed(knobs, values).items())
