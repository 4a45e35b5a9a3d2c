"""Perturbations of recurrent networks: lesions of units and connections, other noise, and pulses in the input.

All work on a model or a population. Nothing changes its shape, so what was compiled for the network serves the
perturbed one too.
"""

from typing import Any, TypeVar

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ..errors import require
from .recurrent import Recurrent

Network = TypeVar("Network", bound=Recurrent)
Inputs = Float[Array, "*trial step channel"]


def lesion(models: Network, units: Any) -> Network:
    """Return the network with some units lesioned: their outgoing connections and their readout are removed.

    Parameters
    ----------
    models : recurrent model or population
    units : sequence of int, or bool array of shape (unit,) or (seed, unit)
        Which units, in every member alike or in each its own.

    Raises
    ------
    InputError
        If there is no such unit, or the shape is another.

    Examples
    --------
    >>> import jax
    >>> from isocortex import CTRNN
    >>> network = lesion(CTRNN(3, 2, n_units=4, key=jax.random.key(0)), [1])
    >>> (network.recurrent[0] == 0).tolist()
    [False, True, False, False]
    """
    *seeds, _, n = models.output_weight.shape
    chosen = np.asarray(units)
    if chosen.dtype != bool:
        inside = chosen.ndim == 1 and bool(np.isin(chosen, np.arange(n)).all())
        require(inside, f"The units must be a list of numbers from 0 to {n - 1}; got {units}.")
        chosen = np.isin(np.arange(n), chosen)
    chosen = _of_every_member(chosen, (*seeds, n), "units", 1)
    return models.cut(jnp.broadcast_to(chosen[..., None, :], (*seeds, n, n)), chosen)


def disconnect(models: Network, connections: Any) -> Network:
    """Return the network without some recurrent connections.

    Parameters
    ----------
    models : recurrent model or population
    connections : bool array, shape (unit, unit) or (seed, unit, unit)
        Which connections are cut, to × from.

    Raises
    ------
    InputError
        If the shape is another.

    Examples
    --------
    >>> import jax
    >>> from isocortex.models import CTRNN
    >>> network = CTRNN(3, 2, n_units=4, key=jax.random.key(0))
    >>> (disconnect(network, np.eye(4) == 1).recurrent.diagonal() == 0).all().item()
    True
    """
    *seeds, _, n = models.output_weight.shape
    cut = _of_every_member(np.asarray(connections, bool), (*seeds, n, n), "connections", 2)
    return models.cut(cut, jnp.zeros((*seeds, n), bool))


def with_noise(models: Network, noise: float) -> Network:
    """Return the network with another level of noise σ.

    Raises
    ------
    InputError
        If the noise is negative.

    Examples
    --------
    >>> import jax
    >>> from isocortex.models import CTRNN
    >>> float(with_noise(CTRNN(3, 2, n_units=4, key=jax.random.key(0)), 0.5).noise)
    0.5
    """
    require(noise >= 0, f"noise must be at least 0; got {noise:g}.")
    return eqx.tree_at(lambda network: network.noise, models, jnp.full_like(models.noise, noise))


def with_pulse(inputs: Inputs, dt: float, channel: int, start: float, stop: float, amplitude: float) -> Inputs:
    """Return inputs with a constant added to one channel for a while.

    Parameters
    ----------
    inputs : array, shape (..., step, channel)
    dt : float
        Duration of a step in ms.
    channel : int
    start, stop : float
        In ms from the beginning of the trial; the steps that start within.
    amplitude : float

    Raises
    ------
    InputError
        If there is no such channel, or no step starts within the pulse.

    Examples
    --------
    >>> with_pulse(jnp.zeros((4, 2)), dt=20.0, channel=1, start=20.0, stop=60.0, amplitude=0.5)[:, 1].tolist()
    [0.0, 0.5, 0.5, 0.0]
    """
    *_, n_steps, n_channels = inputs.shape
    require(0 <= channel < n_channels, f"channel must be from 0 to {n_channels - 1}; got {channel}.")
    times = dt * np.arange(n_steps)
    during = (times >= start) & (times < stop)
    require(bool(during.any()), f"No step starts in {start:g}–{stop:g} ms: the trial lasts {dt * n_steps:g} ms.")
    pulse = amplitude * np.outer(during, np.arange(n_channels) == channel)
    return inputs + jnp.broadcast_to(jnp.asarray(pulse, inputs.dtype), inputs.shape)


def _of_every_member(chosen: np.ndarray, shape: tuple[int, ...], name: str, n_axes: int) -> Array:
    require(
        chosen.shape in (shape, shape[-n_axes:]),
        f"{name} must have the shape {shape[-n_axes:]}, or {shape} with a separate one for each member; got "
        f"{chosen.shape}.",
    )
    return jnp.broadcast_to(jnp.asarray(chosen), shape)
