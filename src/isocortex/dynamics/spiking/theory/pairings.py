"""What spike-timing-dependent plasticity makes of given spikes, as sums over their pairs and triplets."""

from typing import Any

import numpy as np
from jaxtyping import Float

from ....errors import require
from ..plasticity import STDP, TripletSTDP

Times = Float[np.ndarray, "..."]


def weight_change(rule: STDP | TripletSTDP, before: Any, after: Any) -> np.ndarray:
    """Return the change of a weight, in units of the largest one, by the spikes of its source and of the neuron.

    Every pair counts, and every triplet: those of a spike and of two earlier ones, one of each side (triplet rule;
    Pfister & Gerstner 2006, 10.1523/JNEUROSCI.1425-06.2006). The weight stays off its bounds.

    Parameters
    ----------
    rule : STDP or TripletSTDP
        STDP must be additive, so that the change does not depend on the weight.
    before, after : array, shape (…, spike)
        Times in ms of the source and of the neuron; leading axes are protocols.

    Raises
    ------
    InputError
        If changes depend on the weight.

    Examples
    --------
    Sixty pairs at 1 Hz, with the source 10 ms earlier, and later:

    >>> first = 1000.0 * np.arange(60)
    >>> [round(float(weight_change(STDP(1.0), first, first + lag)), 3) for lag in (10.0, -10.0)]
    [0.291, -0.32]
    """
    given = {name: float(np.asarray(getattr(rule, name))) for name in rule.__dataclass_fields__}
    before, after = np.asarray(before, float), np.asarray(after, float)
    if isinstance(rule, STDP):
        require(given["mu"] == 0, f"The change depends on the weight unless mu = 0; got mu = {given['mu']:g}.")
        gain = given["A_plus"] * _trace(after, before, given["tau_plus"])
        loss = given["A_minus"] * _trace(before, after, given["tau_minus"])
        return np.asarray(gain.sum(-1) - loss.sum(-1))
    r1, o1 = _trace(after, before, given["tau_plus"]), _trace(before, after, given["tau_minus"])
    o2, r2 = _trace(after, after, given["tau_y"]), _trace(before, before, given["tau_x"])
    gain = r1 * (given["A2_plus"] + given["A3_plus"] * o2)
    loss = o1 * (given["A2_minus"] + given["A3_minus"] * r2)
    return np.asarray(gain.sum(-1) - loss.sum(-1))


def _trace(at: Times, of: Times, tau: float) -> Times:
    """Return, at each time, the sum of e^(−age/τ) over the earlier spikes of a train."""
    age = at[..., :, None] - of[..., None, :]
    return np.where(age > 1e-9, np.exp(-np.maximum(age, 0) / tau), 0.0).sum(-1)
