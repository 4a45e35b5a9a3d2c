"""Connections of recurrent networks and their initial weights."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int8

from ..errors import require
from ..shapes import PRNGKey

Mask = Bool[Array, "unit unit"]
Signs = Int8[Array, " unit"]


def signs(n_units: int, excitatory: float | None) -> Signs:
    """Return +1 for excitatory and −1 for inhibitory units, the excitatory first; 0 for all without Dale's law.

    Examples
    --------
    >>> signs(5, 0.8).tolist(), signs(2, None).tolist()
    ([1, 1, 1, 1, -1], [0, 0])
    """
    if excitatory is None:
        return jnp.zeros(n_units, jnp.int8)
    n_excitatory = round(excitatory * n_units)
    require(
        0 < n_excitatory < n_units,
        f"excitatory must be a share with excitatory and inhibitory units among the {n_units}; got {excitatory:g}.",
    )
    return jnp.asarray(np.where(np.arange(n_units) < n_excitatory, 1, -1), jnp.int8)


def structure(mask: Any, n_units: int, *, self_connections: bool) -> tuple[Mask, int]:
    """Return which connections may exist, to × from, and how many a unit receives at most.

    Parameters
    ----------
    mask : None, float, or bool array of shape (unit, unit)
        All; a share, of which every unit receives the same number; or a structure.
    n_units : int
    self_connections : bool
        Whether a unit may project to itself.

    Raises
    ------
    InputError
        If the share is not in (0, 1], or the shape is another.
    """
    allowed = np.ones((n_units, n_units), bool) if self_connections else ~np.eye(n_units, dtype=bool)
    if mask is None:
        return jnp.asarray(allowed), n_units
    if np.ndim(mask) == 0:
        require(0 < mask <= 1, f"A share of connections must be above 0 and at most 1; got {mask:g}.")
        return jnp.asarray(allowed), max(1, round(mask * n_units))
    require(
        np.shape(mask) == (n_units, n_units),
        f"mask must be a share or have the shape {(n_units, n_units)}, to × from; got {np.shape(mask)}.",
    )
    return jnp.asarray(np.asarray(mask, bool) & allowed), n_units


def sparse(key: PRNGKey, allowed: Mask, n_in: int) -> Mask:
    """Draw at most `n_in` of the allowed connections for every unit."""
    lots = jnp.where(allowed, jax.random.uniform(key, allowed.shape), 2.0)
    rank = jnp.argsort(jnp.argsort(lots, axis=1), axis=1)
    return (rank < n_in) & allowed


def uniform(key: PRNGKey, shape: tuple[int, ...], n_in: int) -> Float[Array, "..."]:
    """Draw from U(±1/√n_in), as PyTorch and the published networks do."""
    return jax.random.uniform(key, shape, minval=-1.0, maxval=1.0) / np.sqrt(n_in)


def balanced(numbers: Float[Array, "unit unit"], mask: Mask, sign: Signs) -> Float[Array, "unit unit"]:
    """Return recurrent weights from U(±1/√n), n the connections that a unit receives; balanced under Dale's law.

    With signs, the weights from the excitatory units are divided by their number per inhibitory unit, so that
    excitation and inhibition cancel in the mean (nn-brain; Song, Yang & Wang 2016, 10.1371/journal.pcbi.1004792).

    Parameters
    ----------
    numbers : array, shape (unit, unit)
        From U(±1).
    mask, sign : array
    """
    n_in = jnp.maximum(mask.sum(axis=1, keepdims=True), 1)
    ratio = jnp.sum(sign < 0) / jnp.maximum(jnp.sum(sign > 0), 1)
    return numbers / jnp.sqrt(n_in) * jnp.where(sign > 0, ratio, 1.0)[None, :]
