"""The phase plane of Wilson–Cowan, recomputed with other parameters once it is compiled."""

import numpy as np
from measure import row, seconds

from isocortex.dynamics import WilsonCowan, fixed_points, manifold, nullclines, simulate, vector_field

BOX = {"E": (0, 1), "I": (0, 1)}
rng = np.random.default_rng(0)
starts = rng.uniform(size=(100, 2))
weights = iter(rng.uniform(8.6, 9.4, size=1000))


PARTS = {
    "nullclines": lambda system: nullclines(system, BOX),
    "fixed points": lambda system: fixed_points(system, BOX),
    "field": lambda system: vector_field(system, BOX),
    "100 trajectories of 50 ms, RK4, 0.1 ms": lambda system: simulate(system, starts, duration=50, dt=0.1),
    "separatrix": lambda system: manifold(system, [0.34, 0.17], BOX),
}


def plane(parts=tuple(PARTS)) -> None:
    """Compute the named parts for weights not seen before."""
    system = WilsonCowan(w_ee=float(next(weights)))
    for part in parts:
        PARTS[part](system)


first = seconds(plane)
print("Wilson–Cowan phase plane, other weights each time, float64")
for part in PARTS:
    print(row(part, np.array([seconds(lambda part=part: plane((part,))) for _ in range(30)]), 1e3, "ms"))
print(row("all of it", np.array([seconds(plane) for _ in range(30)]), 1e3, "ms"))
print(f"the first time, with compiling: {first:.1f} s")
