"""The flow of a spiking neuron between its spikes as a continuous system: nullclines, fixed points, bifurcations."""

import equinox as eqx
import jax.numpy as jnp

from ..core.system import Parameter, State, System, Time
from .event_system import EventSystem


class BetweenSpikes(System):
    """A spiking neuron that neither fires nor is reset, under a constant current.

    Parameters
    ----------
    neuron : EventSystem
        With numbers as parameters.
    I : float
        pA. Default 0.

    Examples
    --------
    An adaptive exponential neuron loses its resting state in a saddle-node bifurcation:

    >>> from isocortex.dynamics import AdEx, continuation
    >>> found = continuation(between_spikes(AdEx(tau_w=10.0)), "I", (0, 400), {"V": (-90, -35), "w": (-100, 200)})
    >>> found["type"].values.tolist(), found["at"].values.round(1).tolist()
    (['fold'], [220.4])
    """

    neuron: EventSystem
    I: Parameter
    variables: tuple[str, ...] = eqx.field(static=True)

    def f(self, t: Time, x: State) -> State:
        """Return the derivatives per ms."""
        zero = jnp.zeros((), x.dtype)
        return jnp.stack(self.neuron.flow(tuple(x), zero + self.I, zero))


def between_spikes(neuron: EventSystem, I: Parameter = 0.0) -> BetweenSpikes:
    """Return the system that a neuron is between its spikes; the parameters are those of :class:`BetweenSpikes`.

    Examples
    --------
    Where an adaptive exponential neuron rests under a current of 100 pA:

    >>> from isocortex.dynamics import AdEx, fixed_points
    >>> points = fixed_points(between_spikes(AdEx(), I=100.0), starts=[[-70.0, 0.0], [-40.0, 50.0]])
    >>> points["x"].values.round(1).tolist(), points["kind"].values.tolist()
    ([[-61.7, 16.7], [-45.4, 49.1]], ['stable spiral', 'saddle'])
    """
    return BetweenSpikes(neuron=neuron, I=I, variables=neuron.variables)
