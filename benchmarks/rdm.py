"""The correlation RDM of 180 stimuli × 23589 neurons, beside rsatoolbox 0.3.2."""

import numpy as np
from measure import Peer, alternate, machine, row, seconds

from isocortex import responses, rsa

recorded = responses(np.random.default_rng(0).normal(size=(180, 23589)))
rsa.rdm(recorded)
ours, theirs = alternate(lambda: seconds(lambda: rsa.rdm(recorded)), Peer("rsatoolbox", "rsatoolbox_rdm.py"), 9)
limits = machine()
floor = 2 * 180**2 * 23589 / limits["matmul_float64"], 2 * recorded.nbytes / limits["copy"]
print("Correlation RDM, 180 × 23589, float64")
print(row("isocortex", ours, 1e3, "ms"))
print(row("rsatoolbox 0.3.2", theirs, 1e3, "ms"))
print(f"ratio {(theirs / ours).min():.1f} to {(theirs / ours).max():.1f}")
print(f"limits: one matrix product {1e3 * floor[0]:.1f} ms, one pass over the data {1e3 * floor[1]:.1f} ms")
