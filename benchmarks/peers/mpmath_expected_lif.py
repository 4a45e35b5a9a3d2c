"""Theory of the leaky integrate-and-fire neuron in high precision, for tests/golden/lif_theory.npz.

    python3 -m venv /tmp/peers/mpmath && /tmp/peers/mpmath/bin/pip install mpmath numpy
    /tmp/peers/mpmath/bin/python benchmarks/peers/mpmath_expected_lif.py tests/golden/lif_theory.npz

Quadrature of the published formulas with 30 digits: Siegert's rate, the double integral of the CV as Brunel (2000)
writes it, and the response with Kummer's functions as Brunel & Hakim (1999) write it. The parameters are those of the
NumPy arrays as binary fractions. It takes some minutes.
"""

import sys

import mpmath as mp
import numpy as np

TAU_M, T_REF, V_TH, V_RESET = 10, 2, -55, -75
MU = [-110.0, -90.0, -75.0, -65.0, -56.0, -55.0, -54.0, -50.0, -20.0]
SIGMA = [0.001, 0.1, 1.0, 2.2, 5.0, 30.0, 1000.0]
IRREGULAR = [
    (-75.0, 4.0),
    (-65.0, 10.0),
    (-60.0, 5.0),
    (-56.0, 0.5),
    (-55.0, 1.0),
    (-50.0, 0.5),
    (-50.0, 3.0),
    (-30.0, 50.0),
]
RESPONDING = [(-75.0, 4.0), (-65.0, 10.0), (-60.0, 5.0), (-50.0, 1.0), (-50.0, 5.0)]
FREQUENCIES = [0.01, 1.0, 10.0, 60.0, 300.0, 2000.0]


def bounds(mu, sigma):
    return (mp.mpf(V_RESET) - mp.mpf(mu)) / mp.mpf(sigma), (mp.mpf(V_TH) - mp.mpf(mu)) / mp.mpf(sigma)


def towards(upper, width, halvings=25):
    """Return limits of integration that come together at the upper one, where the integrand is largest."""
    return [upper - width * mp.mpf(2) ** -k for k in range(halvings)] + [upper]


def passage(reset, upper):
    """Return ∫ e^(u²) (1 + erf u) du."""
    return mp.quad(lambda u: mp.exp(u * u) * mp.erfc(-u), towards(upper, upper - reset))


def rate(mu, sigma):
    return 1000 / (T_REF + TAU_M * mp.sqrt(mp.pi) * passage(*bounds(mu, sigma)))


def cv(mu, sigma):
    reset, upper = bounds(mu, sigma)

    def inner(x):
        lowest = -mp.sqrt(x * x + 60)
        return mp.quad(lambda z: mp.exp(x * x + z * z) * mp.erfc(-z) ** 2, towards(x, x - lowest, 3))

    variance = mp.quad(inner, towards(upper, upper - reset, 3))
    return mp.sqrt(2 * mp.pi * variance) / (mp.mpf(T_REF) / TAU_M + mp.sqrt(mp.pi) * passage(reset, upper))


def kummer(order, y):
    """Return U of Brunel & Hakim (1999), up to a factor, and its first two derivatives; U′ is U one order on."""

    def solution(a):
        even = mp.gamma(a / 2) * mp.hyp1f1(a / 2, mp.mpf(1) / 2, y * y)
        return (even + 2 * y * mp.gamma((1 + a) / 2) * mp.hyp1f1((1 + a) / 2, mp.mpf(3) / 2, y * y)) / 2

    return solution(order), 2 * solution(order + 1), 4 * solution(order + 2)


def responses(mu, sigma, frequency, rate):
    """Return the responses to modulations of μ and σ², in Hz per mV and per mV²."""
    mp.mp.dps = 80 + int(bounds(mu, sigma)[0] ** 2)  # the terms of a Kummer function are larger than it by e^(y²)
    reset, upper = bounds(mu, sigma)
    order = mp.mpc(0, 2 * mp.pi * mp.mpf(frequency) / 1000 * TAU_M)
    end, begin, sigma = kummer(order, upper), kummer(order, reset), mp.mpf(sigma)
    gap = end[0] - mp.exp(-order * T_REF / TAU_M) * begin[0]
    by_mu = rate / (sigma * (1 + order)) * (end[1] - begin[1]) / gap
    return by_mu, rate / (2 * sigma**2 * (2 + order)) * (end[2] - begin[2]) / gap


def main(path):
    mp.mp.dps = 30
    rates = [[float(rate(mu, sigma)) for sigma in SIGMA] for mu in MU]
    print("rates", flush=True)
    at = [rate(mu, sigma) for mu, sigma in RESPONDING]
    found = [[responses(*pair, f, nu) for f in FREQUENCIES] for pair, nu in zip(RESPONDING, at, strict=True)]
    print("responses", flush=True)
    mp.mp.dps = 16
    cvs = [float(cv(mu, sigma)) for mu, sigma in IRREGULAR]
    np.savez(
        path,
        mu=MU,
        sigma=SIGMA,
        rate=rates,
        irregular=IRREGULAR,
        cv=cvs,
        responding=RESPONDING,
        frequency=FREQUENCIES,
        by_mu=np.array([[complex(each[0]) for each in row] for row in found]),
        by_variance=np.array([[complex(each[1]) for each in row] for row in found]),
    )


if __name__ == "__main__":
    main(sys.argv[1])
