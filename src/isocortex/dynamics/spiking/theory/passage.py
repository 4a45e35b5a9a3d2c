"""Hermite functions of complex order, by which the LIF neuron passes its threshold and responds to modulations.

ψ_λ(x) = ∫₀^∞ t^(λ−1) exp(−t² + 2xt) dt is the solution of ½ψ″ − xψ′ = λψ that stays small at −∞. With λ = sτ_m, the
Laplace transform of the time of passage from y_reset to y_th at s is ψ_λ(y_reset)/ψ_λ(y_th), and ψ′_λ = 2ψ_{λ+1}. It is
e^(x²/2) times the parabolic cylinder function D_{−λ}(−√2 x), up to a factor that depends on λ alone.
"""

from typing import NamedTuple

import numpy as np

from .neuron import Complexes, Values

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(80)
NODES, WEIGHTS = (_NODES + 1) / 2, _WEIGHTS / 2
DEPTH = 40.0
"""Integrands are followed until they are about e⁻⁴⁰ of their peak."""


class Hermite(NamedTuple):
    """λψ_λ, ψ′_λ and ψ″_λ at x; all three are to be multiplied by exp(`log_scale`), which is complex."""

    log_scale: Complexes
    value: Complexes
    first: Complexes
    second: Complexes


def hermite(order: Complexes, x: Values) -> Hermite:
    """Return λψ_λ(x) and the first two derivatives of ψ_λ, for complex λ with Im λ ≥ 0 and Re λ + Im λ > −1.

    With t = e^v, the integral of ψ_{λ+1} is ∫ e^(f(v)) dv, f = (λ + 1)v − e^(2v) + 2x e^v. The contour leads through
    the saddle v₀ in the direction of steepest descent. On the left it goes on to −∞ at an angle of 45°, where t^λ
    decays as fast as it turns; on the right it comes back to the real axis. Without that, the terms of ψ_λ cancel, and
    for |λ| = 100 nothing but rounding errors is left. The relative error is about 1e−13, and that of λψ_λ, which is
    2ψ_{λ+2} − 2xψ_{λ+1}, is 1e−13·(1 + 2x²/|λ|) for positive x.

    Parameters
    ----------
    order, x : array, shape (…)
        λ, complex, and x, real; they broadcast.
    """
    order, x = np.broadcast_arrays(np.asarray(order, complex), np.asarray(x, float))
    power = order + 1
    root = np.sqrt(x**2 + 2 * power)
    saddle = np.where(x > 0, (x + root) / 2, power / (root + np.abs(x)))  # without cancellation
    bend = 2 * saddle * root
    width, slope = 1 / np.sqrt(np.abs(bend)), np.tan(np.angle(bend) / 2)
    left = _branch(width, DEPTH / np.abs(power) + 8 * width)
    right = _branch(width, np.log1p(7 / np.abs(saddle)))
    turn = np.maximum(np.angle(saddle), 1e-300)[..., None]
    m = np.clip(slope, 0, 1)[..., None]
    s, ds = left
    v_left, dv_left = -s + 1j * (s - (1 - m) * -np.expm1(-s)), (1 - 1j * (1 - (1 - m) * np.exp(-s))) * ds
    s, ds = right
    bent = np.tanh(m * s / turn)
    v_right, dv_right = s - 1j * turn * bent, (1 - 1j * m * (1 - bent**2)) * ds
    growth = np.exp(np.concatenate([v_left, v_right], -1))
    log_growth = np.concatenate([v_left, v_right], -1)
    t0 = saddle[..., None]
    # f(v) − f(v₀), with the saddle's own equation λ + 1 = 2t₀² − 2xt₀
    change = power[..., None] * log_growth - t0**2 * (growth**2 - 1) + 2 * x[..., None] * t0 * (growth - 1)
    mass = np.exp(change) * np.concatenate([dv_left, dv_right], -1)
    one, two = mass.sum(-1), saddle * (mass * growth).sum(-1)
    log_scale = power * np.log(saddle) - saddle**2 + 2 * x * saddle
    return Hermite(log_scale, 2 * two - 2 * x * one, 2 * one, 4 * two)


def _branch(width: Values, length: Values) -> tuple[np.ndarray, np.ndarray]:
    """Return distances s from the saddle up to `length`, dense within `width` of it, and the weight of each."""
    width, length = np.expand_dims(width, -1), np.expand_dims(length, -1)
    end = np.arcsinh(length / width)
    return width * np.sinh(end * NODES), width * np.cosh(end * NODES) * end * WEIGHTS
