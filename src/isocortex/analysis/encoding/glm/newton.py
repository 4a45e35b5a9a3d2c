"""Newton's method with step halving for all units in one compiled program."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple, TypeAlias

import jax
import jax.numpy as jnp
from jaxtyping import Bool, Float, Int

from .grams import Blocks, BlockValues, Grams, products, unpacked

HALVINGS = 40
ROUNDING = 1e-12
"""By how much of itself a loss may seem to grow in a step that changes nothing but the last digits."""
STEEP = 1e-4
"""Armijo's constant: the share of the predicted decrease that a step must bring."""
LEAST = 1e-12
"""Added to the diagonal of scaled Hessians, so that a direction without curvature has a step as well."""

Weights: TypeAlias = Float[jax.Array, "feature unit"]
OfUnits: TypeAlias = Float[jax.Array, " unit"]
Loss: TypeAlias = Callable[[Any, Any], Any]


class Fitted(NamedTuple):
    """Where the search ended.

    Attributes
    ----------
    weights : array, shape (feature, unit)
    hessian : array, shape (unit, feature, feature)
        Of the penalised loss, at the weights.
    decrement : array, shape (unit,)
        Twice the decrease of the loss that another Newton step would bring, in nats.
    steps : int
    """

    weights: Weights
    hessian: Grams
    decrement: OfUnits
    steps: Int[jax.Array, ""]


class _State(NamedTuple):
    weights: Weights
    hessian: Grams
    decrement: OfUnits
    n: Int[jax.Array, ""]


def derivatives(loss: Loss, eta: Any, y: Any) -> tuple[Any, Any, Any]:
    """Return the loss of every entry with its first and second derivative with respect to η."""

    def with_slope(eta: Any) -> tuple[Any, Any]:
        return jax.jvp(lambda e: loss(e, y), (eta,), (jnp.ones_like(eta),))

    (value, slope), (_, curvature) = jax.jvp(with_slope, (eta,), (jnp.ones_like(eta),))
    return value, slope, curvature


@partial(jax.jit, static_argnames=("loss", "most"))
def minimise(
    loss: Loss,
    x: Blocks,
    y: BlockValues,
    counted: Bool[jax.Array, "block bin 1"],
    start: Weights,
    ridge: Weights,
    tolerance: Float[jax.Array, ""],
    most: int,
) -> Fitted:
    """Minimise Σ_t loss(x_t·β, y_t) + Σ_k ridge_k β_k² / 2 for every unit.

    Parameters
    ----------
    loss : callable
        (η, y) → loss of every entry.
    x, y : arrays
        In blocks of bins, from :mod:`.grams`.
    counted : array, shape (block, bin, 1)
        False where a bin is left out, such as a test fold or the filling of the last block.
    start : array, shape (feature, unit)
    ridge : array, shape (feature, unit)
    tolerance : float
        A unit is finished when its decrement is below; its weights are then within the square root of it of the
        optimum, in standard errors.
    most : int
        Steps.
    """
    n_features, n_units = start.shape

    def losses(weights: Weights) -> OfUnits:
        def add(total: jax.Array, block: tuple[jax.Array, ...]) -> tuple[jax.Array, None]:
            features, values, inside = block
            return total + jnp.where(inside, loss(features.T @ weights, values), 0.0).sum(axis=0), None

        total = jax.lax.scan(add, jnp.zeros(n_units), (x, y, counted))[0]
        return total + (ridge * weights**2).sum(axis=0) / 2

    def expanded(weights: Weights) -> tuple[OfUnits, Weights, Grams]:
        def add(totals: tuple[jax.Array, ...], block: tuple[jax.Array, ...]) -> tuple[tuple[jax.Array, ...], None]:
            features, values, inside = block
            terms = derivatives(loss, features.T @ weights, values)
            value, slope, curvature = (jnp.where(inside, term, 0.0) for term in terms)
            sums = value.sum(axis=0), features @ slope, products(features) @ curvature
            return tuple(a + b for a, b in zip(totals, sums, strict=True)), None

        nothing = (
            jnp.zeros(n_units),
            jnp.zeros((n_features, n_units)),
            jnp.zeros((n_features * (n_features + 1) // 2, n_units)),
        )
        value, gradient, pairs = jax.lax.scan(add, nothing, (x, y, counted))[0]
        hessian = unpacked(pairs, n_features) + jnp.eye(n_features)[None] * ridge.T[:, :, None]
        return value + (ridge * weights**2).sum(axis=0) / 2, gradient + ridge * weights, hessian

    def advanced(now: _State) -> _State:
        value, gradient, hessian = expanded(now.weights)
        step = _solved(hessian, gradient)
        decrement = (gradient * step).sum(axis=0)
        finished = decrement <= tolerance

        def halved(carry: tuple[Any, ...]) -> tuple[Any, ...]:
            size, fine, n = carry
            size = jnp.where(fine, size, size / 2)
            enough = value - STEEP * size * decrement + ROUNDING * jnp.abs(value)
            return size, fine | (losses(now.weights - size[None] * step) <= enough), n + 1

        start = (jnp.where(finished, 0.0, 2.0), finished, jnp.zeros((), int))
        size, fine, _ = jax.lax.while_loop(lambda c: ~c[1].all() & (c[2] < HALVINGS), halved, start)
        moved = jnp.where((fine & ~finished)[None], size[None] * step, 0.0)
        return _State(now.weights - moved, hessian, decrement, now.n + ~finished.all())

    def unfinished(now: _State) -> Any:
        return ~(now.decrement <= tolerance).all() & (now.n < most)

    begin = _State(start, jnp.zeros((n_units, n_features, n_features)), jnp.full(n_units, jnp.inf), jnp.zeros((), int))
    end = jax.lax.while_loop(unfinished, advanced, begin)
    return Fitted(end.weights, end.hessian, end.decrement, end.n)


def _solved(hessian: Grams, gradient: Weights) -> Weights:
    """Return H⁻¹ g of every unit, scaled to a unit diagonal first."""
    size = jnp.sqrt(jnp.diagonal(hessian, axis1=1, axis2=2))
    size = jnp.where(size > 0, size, 1.0)
    scaled = hessian / (size[:, :, None] * size[:, None, :]) + LEAST * jnp.eye(hessian.shape[1])[None]
    factor = jnp.linalg.cholesky(scaled)
    found = jax.scipy.linalg.cho_solve((factor, True), (gradient.T / size)[:, :, None])[:, :, 0]
    return (found / size).T
