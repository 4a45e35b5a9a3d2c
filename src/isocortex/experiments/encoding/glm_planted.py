"""A network of spiking neurons whose coupling is known."""

import jax
import numpy as np
from jaxtyping import Float

from ...shapes import PRNGKey

DECAY = 20.0
"""Time constant of coupling, in ms."""
RECOVERY, DEEP = 10.0, 2.0
"""Time constant of the recovery from a spike in ms, and by how much the logarithm of the rate falls right after it."""


def planted_filters(
    n_units: int,
    basis: Float[np.ndarray, "lag basis"],
    *,
    share: float,
    strength: float,
    bin_ms: float,
    key: PRNGKey,
) -> Float[np.ndarray, "source unit lag"]:
    """Draw sparse coupling, half of it excitatory, half inhibitory; every unit recovers from its own spikes.

    Effects of a spike decay exponentially, as far as the basis can say that: an exponential is replaced by the nearest
    weighted sum, so that a model with the same basis can be right.

    Parameters
    ----------
    n_units : int
    basis : array, shape (lag, basis)
    share : float
        Of the ordered pairs of units that are coupled.
    strength : float
        Mean size of a coupling right after a spike, in logarithms of the rate; sizes are even between half of it and
        one and a half.
    bin_ms : float
    key : key

    Returns
    -------
    array, shape (source, unit, lag)
        What a spike adds to the logarithm of the rate.
    """
    n_pairs = n_units * (n_units - 1)
    n_coupled = max(2, round(share * n_pairs))
    chosen, sizes = jax.random.split(key)
    with jax.enable_x64(True):
        pairs = np.asarray(jax.random.permutation(chosen, n_pairs))[:n_coupled]
        size = strength * np.asarray(jax.random.uniform(sizes, (n_coupled,), float, 0.5, 1.5))
    peaks = np.zeros(n_pairs)
    peaks[pairs] = size * np.where(np.arange(n_coupled) % 2 == 0, 1, -1)
    first = np.zeros((n_units, n_units))
    first[~np.eye(n_units, dtype=bool)] = peaks
    since = bin_ms * np.arange(len(basis))
    onto = basis @ np.linalg.pinv(basis)
    filters = first[:, :, None] * (onto @ np.exp(-since / DECAY))
    filters[np.arange(n_units), np.arange(n_units)] = onto @ (-DEEP * np.exp(-since / RECOVERY))
    return filters
