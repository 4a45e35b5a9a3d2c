"""Fixed points of networks of 64 units from 64 starts, beside joint Adam in eager PyTorch.

The peer stops once every start has a speed |τ·dx/dt| of at most 1e-6 (q = 5e-13), and again at 1e-10; ours end near
1e-14.
"""

import tempfile
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
from measure import Peer, alternate, row, seconds

from isocortex.dynamics import Custom, fixed_points, rates

N, TOLERANCES = 64, (1e-6, 1e-10)
rng = np.random.default_rng(0)
names = tuple(f"unit {i}" for i in range(N))
peer = Peer("torch", "torch_fixed_points.py")
folder = Path(tempfile.mkdtemp())


def network(name: str) -> tuple[Custom, np.ndarray]:
    """Return a random network with two opposed attractors along a planted pattern, and states it visits."""
    phi = {"tanh": jnp.tanh, "relu": jax.nn.relu}[name]
    pattern = np.sign(rng.normal(size=N)) if name == "tanh" else np.abs(rng.normal(size=N))
    W = 0.5 * rng.normal(size=(N, N)) / np.sqrt(N) + (1.5 if name == "tanh" else 0.5) * np.outer(pattern, pattern) / N
    values = {"W": W, "b": 0.1 * rng.normal(size=N)}
    system = Custom(lambda t, x, W, b: (phi(W @ x + b) - x) / 100.0, names, values)
    return system, rng.normal(size=(64, N)) if name == "tanh" else np.abs(rng.normal(size=(64, N)))


for name in ("tanh", "relu"):
    system, starts = network(name)
    first = seconds(lambda system=system, starts=starts: fixed_points(system, starts=starts))
    found = fixed_points(system, starts=starts)
    speed = 100 * np.linalg.norm(rates(system, found["x"].values), axis=1)
    print(f"{name}, 64 starts: {found.sizes['point']} points, τ·speed at most {speed.max():.1g}")
    print(f"the first time, with compiling: {first:.2f} s")
    for tolerance in TOLERANCES:
        file = folder / f"{name}-{tolerance:g}.npz"
        np.savez(file, **system.values, starts=starts, phi=name, tolerance=tolerance)
        ours, theirs = alternate(
            lambda system=system, starts=starts: seconds(lambda: fixed_points(system, starts=starts)),
            lambda file=file: peer(str(file)),
            7,
        )
        print(row("isocortex", ours, 1e3, "ms"))
        print(row(f"joint Adam in PyTorch 2.13, to {tolerance:g}", theirs, 1e3, "ms"))
        ratio = theirs / ours
        best = theirs.min() / ours.min()
        print(f"ratio {np.median(ratio):.0f} ({ratio.min():.0f} to {ratio.max():.0f}), of the minima {best:.0f}")
