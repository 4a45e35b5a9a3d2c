"""The systems that have a view of their own: where to look, what the sliders move, where trajectories begin."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...dynamics import Decision, RatePopulation, System, WilsonCowan
from ...errors import require
from ...experiments import experiment
from ...experiments.shared.options import option, options_of
from .knob import Knob, knobs_of

RATE = (-0.05, 1.05)
"""All rates are within; the lowest possible is −1/(1 + e^{aθ}) = −0.034."""
WIDE = (-2.0, 2.0)
"""Where to look in a system that does not say."""


@dataclass(frozen=True)
class Portrait:
    """A system to be looked at.

    Attributes
    ----------
    system : System
        Of one or two variables.
    box : mapping of str to (low, high)
        Where to look.
    knobs : tuple of Knob
    labels : mapping of str to str
        Of the variables on an axis.
    starts : tuple of tuple of float
        Where the first trajectories begin.
    duration : float
        Of trajectories, in ms.
    over : str
        The parameter of the diagram at first.
    experiment : str
        The experiment on the same system; empty where there is none.
    place : str
        Where a class from outside is found, as ``module:Class``; empty for the package's own.
    """

    system: System
    box: Mapping[str, tuple[float, float]]
    knobs: tuple[Knob, ...]
    labels: Mapping[str, str]
    starts: tuple[tuple[float, ...], ...]
    duration: float
    over: str
    experiment: str = ""
    place: str = ""


def wilson_cowan() -> Portrait:
    """Return the populations of the experiment ``wilson-cowan``."""
    knobs = _declared(
        WilsonCowan(), "wilson-cowan", {"i_e": "I_e", "i_i": "I_i"},
        w_ee=(0, 20), w_ei=(0, 20), w_ie=(0, 20), w_ii=(0, 20),
        i_e=(-2, 2), i_i=(-2, 2), tau_e=(0.5, 5), tau_i=(0.5, 5),
    )  # fmt: skip
    labels = {"E": "rate E (share of maximum)", "I": "rate I (share of maximum)"}
    starts = ((0.32, 0.15), (0.33, 0.15), (0.95, 0.95))
    return Portrait(
        WilsonCowan(), {"E": RATE, "I": RATE}, knobs, labels, starts, 50.0, "I_e", experiment="wilson-cowan"
    )


def rate_model() -> Portrait:
    """Return the population of the experiment ``rate-model``."""
    knobs = _declared(
        RatePopulation(), "rate-model", {"input": "I"}, w=(0, 10), input=(-1, 2), a=(0.1, 4), theta=(0, 6), tau=(0.5, 5)
    )
    labels = {"r": "rate r (share of maximum)"}
    return Portrait(RatePopulation(), {"r": RATE}, knobs, labels, ((0.4,), (0.5,)), 20.0, "I", experiment="rate-model")


def wong_wang() -> Portrait:
    """Return the reduced network of Wong & Wang (2006), at rest and under a stimulus."""
    system = Decision()
    declared = {
        "coherence": (option("Coherence of the moving dots", at_least=-1, at_most=1), -1, 1),
        "stimulus": (option("Strength μ₀ of the stimulus", unit="Hz", at_least=0, at_most=200), 0, 80),
        "I_0": (option("Background current", unit="nA", at_least=0, at_most=1), 0.25, 0.4),
        "J_same": (option("Coupling within a population", unit="nA", at_least=0, at_most=2), 0.1, 0.5),
        "J_other": (option("Inhibition between the populations", unit="nA", at_least=0, at_most=2), 0, 0.2),
    }
    knobs = tuple(Knob(name, d, float(getattr(system, name)), low, high) for name, (d, low, high) in declared.items())
    box = dict.fromkeys(system.variables, (-0.02, 0.95))
    labels = {"S_1": "open share S₁ of NMDA channels", "S_2": "open share S₂ of NMDA channels"}
    return Portrait(system, box, knobs, labels, ((0.10, 0.11), (0.11, 0.10)), 1500.0, "stimulus")


def of_system(system: Any, place: str) -> Portrait:
    """Return what to look at in a system from outside.

    Its class can say more by class attributes: ``box``, variable → (low, high), by default −2…2; ``duration`` of
    trajectories in ms, by default 100.

    Raises
    ------
    InputError
        If it is no system of one or two variables with a parameter that is a number.
    """
    require(isinstance(system, System), f"{place} must be a System of isocortex; it makes a {type(system).__name__}.")
    require(
        system.dimension in (1, 2),
        f"The explorer shows systems of one or two variables; {place} has {system.dimension}.",
    )
    knobs = knobs_of(system)
    require(bool(knobs), f"{place} has no parameter that is one number, and so nothing to move.")
    require(not system.noisy, f"{place} is noisy; the explorer shows its drift only if diffusion returns None.")
    given = getattr(system, "box", {})
    box = {name: tuple(map(float, given.get(name, WIDE))) for name in system.variables}
    middle = tuple(0.3 * low + 0.7 * high for low, high in box.values())
    labels = {name: name for name in system.variables}
    duration = float(getattr(system, "duration", 100.0))
    return Portrait(system, box, knobs, labels, (middle,), duration, knobs[0].name, place=place)  # pyright: ignore


def _declared(
    system: System, name: str, fields: Mapping[str, str], **between: tuple[float | int, float | int]
) -> tuple[Knob, ...]:
    """Return knobs for options of an experiment, each with the ends of its slider."""
    options = options_of(experiment(name))
    return tuple(
        Knob(
            fields.get(key, key), options[key], float(getattr(system, fields.get(key, key))),
            low, high, options[key].flag,
        )
        for key, (low, high) in between.items()
    )  # fmt: skip
