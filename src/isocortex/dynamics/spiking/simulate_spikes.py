"""Simulate spiking neurons, alone or in networks, one or many at once."""

import math
import warnings
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
import xarray as xr

from ...errors import look_up, require, unknown
from ...formats import counted, significant
from ...shapes import PRNGKey
from ...spike_trains import SpikeTrains
from ..core.steps import whole_steps
from .batch import initial, program, require_alike
from .chunks import Chunks
from .drives import Drive, Injected, TimeCourse
from .event_system import EventSystem
from .network import Network
from .program import started

METHODS = ("exact", "euler")


@dataclass(frozen=True, eq=False)
class SpikingSimulation:
    """What a simulation of spiking neurons gave.

    Attributes
    ----------
    spikes : SpikeTrains
        A trial per network.
    traces : Dataset or None
        The recorded variables, each of dimensions (trial, time, unit), with the ``time`` in ms.
    weights : tuple of DataArray
        Of every afferent that learns: (time, trial, source, unit), the last time being the end.
    methods : str
        What was done, in words.

    Examples
    --------
    >>> from isocortex.dynamics import LIF
    >>> found = simulate_spikes(LIF(), duration=100, current=np.array([300.0]), record=["V"])
    >>> found.traces["V"].dims
    ('trial', 'time', 'unit')
    """

    spikes: SpikeTrains
    traces: xr.Dataset | None
    weights: tuple[xr.DataArray, ...]
    methods: str


def simulate_spikes(
    model: EventSystem | Network | Sequence[Network],
    *,
    duration: float | int,
    dt: float | int = 0.1,
    n_units: int | None = None,
    current: Any = None,
    drives: Sequence[Drive] = (),
    start: Mapping[str, Any] | None = None,
    key: PRNGKey | None = None,
    method: str | None = None,
    record: Sequence[str] = (),
    units: Sequence[int] | None = None,
    record_every: int = 1,
    weights_every: float | int | None = None,
    precision: str | None = None,
) -> SpikingSimulation:
    """Simulate neurons without synapses, a network, or many networks of one form at once.

    In the step at t = n·dt spikes that have travelled arrive, units at their threshold fire and are reset, and the
    variables flow to the next step. After a spike the potential is held for exactly the refractory time, rounded to
    steps, and arriving spikes move it not. Every spike arrives, however many there are.

    Parameters
    ----------
    model : EventSystem, Network, or sequence of Network
        Neurons alone get their inputs from `current` and `drives`. Networks of a sequence have the same parts, differ
        in numbers, and become the trials of the result.
    duration, dt : float
        ms. Default dt 0.1.
    n_units : int, optional
        Of neurons alone. Default: as many as the parameters or the current have; else 1.
    current : float or array, shape (unit,), (step, 1) or (step, unit), optional
        Injected into neurons alone, in pA. Default none.
    drives : sequence of Drive
        Of neurons alone.
    start : mapping of str to float or array, optional
        Initial values of neurons alone. Default: the state without input.
    key : key, optional
        For drives that draw. Network i uses ``fold_in(key, i)``.
    method : {"exact", "euler"}, optional
        How neurons advance between spikes: with the exact solution for an input that is constant during a step, where
        there is one (LIF; the default there), or by Euler's method. Synapses decay exactly with both.
    record : sequence of str
        Variables to keep: of the neurons, names of receptors, or ``"current"``, the sum of all drives in pA.
    units : sequence of int, optional
        Units whose variables are kept. Default: all.
    record_every : int
        Steps between recorded values. Default 1.
    weights_every : float, optional
        ms between copies of weights that learn. Default: only at the end.
    precision : {"float32", "float64"}, optional
        Default: float32 with synapses between units, else float64.

    Returns
    -------
    SpikingSimulation

    Warns
    -----
    RuntimeWarning
        If dt is above a time constant.

    Raises
    ------
    InputError
        For unknown names, a duration that is no whole number of steps, a drive that draws without a key, networks of
        different forms, a delay below dt, or a network whose rate explodes.

    Examples
    --------
    >>> from isocortex.dynamics import LIF, simulate_spikes
    >>> found = simulate_spikes(LIF(), duration=1000, current=np.array([200.0, 250.0, 300.0]), method="euler")
    >>> np.bincount(found.spikes.unit, minlength=3).tolist()
    [0, 55, 77]
    """
    if isinstance(model, EventSystem):
        networks = [_alone(model, n_units, current, drives, start)]
    else:
        networks = [model] if isinstance(model, Network) else list(model)
        require(
            n_units is None and current is None and not drives and start is None,
            "A network has its own units, drives and start; give them to Network.",
        )
        require(len(networks) > 0, "There must be at least one network.")
        require_alike(networks)
    one = networks[0]
    require(math.isfinite(dt) and dt > 0, f"dt must be above 0 ms; got {dt}.")
    n_steps = whole_steps(duration, dt, "duration")
    require(record_every >= 1, f"record_every must be a number of steps, at least 1; got {record_every}.")
    exact = _exact(one.neurons, method)
    watched = np.arange(one.n_units) if units is None else np.asarray(units, int)
    _check_record(one, record, watched)
    draws = any(drive.random for drive in one.drives) or any(each.random for each in one.afferents)
    require(not draws or key is not None, "The inputs of these neurons draw random numbers: give a key.")
    _warn_if_long(one, dt, exact)
    double = (precision or ("float32" if one.projections else "float64")) == "float64"
    require(precision in (None, "float32", "float64"), f"precision must be 'float32' or 'float64'; got {precision!r}.")
    every = None if weights_every is None else whole_steps(weights_every, dt, "weights_every")
    with jax.enable_x64(True) if double else nullcontext():
        dtype = np.float64 if double else np.float32
        ready = program(
            networks,
            dt=float(dt),
            exact=exact,
            key=key if draws else None,
            recorded=tuple(record),
            watched=watched,
            dtype=dtype,
        )
        found = Chunks(ready, networks, n_steps, float(dt), record_every, every)
        found.go(started(ready, initial(networks, dtype)))
    return SpikingSimulation(
        found.spikes(), found.traces(), found.weights(), _in_words(networks, n_steps * dt, dt, exact)
    )


def _alone(
    neurons: EventSystem, n_units: int | None, current: Any, drives: Sequence[Drive], start: Mapping[str, Any] | None
) -> Network:
    """Return neurons without synapses as a network."""
    values = None if current is None else np.asarray(current, float)
    if values is not None:
        require(
            values.ndim <= 2 and bool(np.isfinite(values).all()),
            f"current must be finite, of shape (), (unit,), (step, 1) or (step, unit); got {values.shape}.",
        )
        drives = (Injected(values) if values.ndim < 2 else TimeCourse(values), *drives)
    lengths = [np.shape(value) for value in (*neurons.parameters.values(), *(start or {}).values())]
    widths = [shape[0] for shape in lengths if shape]
    if values is not None and values.ndim:
        widths.append(values.shape[-1])
    n = n_units if n_units is not None else max(widths, default=1)
    require(
        all(width in (1, n) for width in widths),
        f"Parameters and current must be numbers or have one for each of {n} units; got {sorted(set(widths))}.",
    )
    return Network(neurons, n, drives=drives, start=start or {})


def _exact(neurons: EventSystem, method: str | None) -> bool:
    """Return whether neurons advance by their exact step, checked."""
    known = type(neurons).exact_step is not EventSystem.exact_step
    if method is None:
        return known
    look_up("method", method, dict.fromkeys(METHODS))
    require(
        method != "exact" or known,
        f"{type(neurons).__name__} has no closed form between spikes; use method='euler'.",
    )
    return method == "exact"


def _check_record(network: Network, record: Sequence[str], watched: np.ndarray) -> None:
    """Raise unless everything that is to be recorded exists."""
    require(not isinstance(record, str), f"record must be a sequence of names, such as ('V',); got {record!r}.")
    held = [name for name, receptor in network.receptors.items() if receptor.names]
    known = [*network.neurons.variables, *held, "current"]
    for name in record:
        if name not in known:
            raise unknown("variable", name, known)
    require(
        watched.ndim == 1 and len(watched) > 0 and bool(watched.min() >= 0 and watched.max() < network.n_units),
        f"The recorded units must be among 0…{network.n_units - 1}.",
    )


def _warn_if_long(network: Network, dt: float | int, exact: bool) -> None:
    """Warn if a step is longer than a time constant that limits it."""
    constants = {} if exact else dict(network.neurons.time_constants)
    for name, receptor in network.receptors.items():
        constants |= {f"{constant} of {name}": value for constant, value in receptor.time_constants.items()}
    shortest = {name: float(np.min(np.asarray(value))) for name, value in constants.items()}
    for name, value in shortest.items():
        if dt > value:
            text = f"The step of {dt:g} ms is above {name} = {value:g} ms: take a dt of at most {value:g} ms."
            warnings.warn(text, RuntimeWarning, stacklevel=3)


def _in_words(networks: Sequence[Network], duration: float, dt: float | int, exact: bool) -> str:
    """Return what was done."""
    one = networks[0]
    kind, many = type(one.neurons).__name__, len(networks)
    how = "exactly between steps" if exact else "by Euler's method"
    text = f"{counted(one.n_units, f'{kind} neuron')}"
    text += f" in each of {many} networks" if many > 1 else ""
    text += f" with {counted(one.n_synapses, 'synapse')}" if one.n_synapses else ""
    were = "were" if one.n_units > 1 or many > 1 else "was"
    return f"{text} {were} simulated for {significant(duration, 6)} ms {how}, in steps of {significant(dt, 4)} ms."
