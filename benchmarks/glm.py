"""Poisson GLM of 100 neurons × 20,000 bins × 50 features beside NeMoS 0.2.8: first and later fits, and the machine.

Ours gives standard errors (Laplace and sandwich) as well, which NeMoS does not. A first fit is that of a new process,
without the import; it compiles. NeMoS runs by its default solver and by LBFGS, in its default precision, float32, and
stops where its default tolerance says so; ours is in float64 and ends at the optimum.
"""

import subprocess
import sys
from pathlib import Path

import numpy as np
from measure import Peer, alternate, machine, row, seconds

from isocortex.analysis.encoding import glm

N_BINS, N_FEATURES, N_UNITS, TURNS, COLD = 20_000, 50, 100, 5, 3
OURS = f"""
import time
import numpy as np
from isocortex.analysis.encoding import glm
rng = np.random.default_rng(0)
x = rng.normal(size=({N_BINS}, {N_FEATURES}))
weights = 0.1 * rng.normal(size=({N_FEATURES}, {N_UNITS}))
y = rng.poisson(np.exp(x @ weights - 1.5)).astype(float)
started = time.perf_counter()
found = glm.fit(x, y)
glm.covariance(found), glm.covariance(found, "sandwich")
print(time.perf_counter() - started)
"""
HERE = Path(__file__).parent

rng = np.random.default_rng(0)
x = rng.normal(size=(N_BINS, N_FEATURES))
weights = 0.1 * rng.normal(size=(N_FEATURES, N_UNITS))
y = rng.poisson(np.exp(x @ weights - 1.5)).astype(float)
print(f"Poisson GLM of {N_UNITS} neurons × {N_BINS} bins × {N_FEATURES} features")

peers = {name: Peer("nemos", "nemos_glm.py") for name in ("default", "LBFGS")}
first = {name: [] for name in ("isocortex", *peers)}
for _ in range(COLD):
    found = subprocess.run([sys.executable, "-c", OURS], check=True, capture_output=True, text=True).stdout
    first["isocortex"].append(float(found))
    for name in peers:
        first[name].append(Peer("nemos", "nemos_glm.py")(name))
print("\nThe first fit of a process")
print(row("isocortex, with standard errors", np.array(first["isocortex"])))
for name in peers:
    print(row(f"NeMoS, {name} solver", np.array(first[name])))
    print(f"ratio of medians {np.median(first[name]) / np.median(first['isocortex']):.1f}")


def fit_with_errors() -> None:
    """Do what is compared."""
    fitted = glm.fit(x, y)
    glm.covariance(fitted)
    glm.covariance(fitted, "sandwich")


fit_with_errors()
print("\nLater fits")
for name, peer in peers.items():
    ours, theirs = alternate(lambda: seconds(fit_with_errors), lambda peer=peer, name=name: peer(name), TURNS)
    print(row("isocortex, with standard errors", ours))
    print(row(f"NeMoS, {name} solver", theirs))
    print(f"ratio of medians {np.median(theirs) / np.median(ours):.1f}, of minima {theirs.min() / ours.min():.1f}")

fitted = glm.fit(x, y)
k = N_FEATURES + 1
grams = (int(fitted.steps.max()) + 2) * k * (k + 1) * N_BINS * N_UNITS
print(
    f"\n{fitted.steps.max()} Newton steps: {fitted.steps.max() + 1} Hessians and one sandwich are {grams / 1e9:.0f} "
    f"GFLOP of weighted products of features; at the rate of a matrix product in float64 they take "
    f"{grams / machine()['matmul_float64']:.2f} s"
)
