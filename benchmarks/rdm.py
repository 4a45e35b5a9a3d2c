"""RDMs beside rsatoolbox 0.3.2 and the machine's limits: correlation, crossnobis, large in float32; noise in memory."""

import subprocess
import sys

import numpy as np
from measure import Peer, alternate, machine, row, seconds
from scipy.linalg.blas import ssyrk

from isocortex import responses, rsa

PEAK = """
import time
import numpy as np
from isocortex import rsa
peak = lambda: int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0]) * 1024 / 1e9
residuals = np.random.default_rng(0).normal(size=(1800, 7000))
before, started = peak(), time.perf_counter()
white = rsa.noise_precision(residuals).whiten(residuals[:92])
print(f"{time.perf_counter() - started:.2f} s, peak {peak():.2f} GB ({before:.2f} GB with the residuals alone)")
"""


def beside_the_peer(title, job, script, n):
    job()
    ours, theirs = alternate(lambda: seconds(job), Peer("rsatoolbox", script), n)
    print(f"\n{title}")
    print(row("isocortex", ours, 1e3, "ms"))
    print(row("rsatoolbox 0.3.2", theirs, 1e3, "ms"))
    print(
        f"ratio of medians {np.median(theirs) / np.median(ours):.1f}, of minima {theirs.min() / ours.min():.1f}, ",
        end="",
    )
    print(f"of turns {(theirs / ours).min():.1f} to {(theirs / ours).max():.1f}")


rng = np.random.default_rng(0)
limits = machine()

recorded = responses(rng.normal(size=(180, 23589)))
beside_the_peer("Correlation, 180 × 23589, float64", lambda: rsa.rdm(recorded), "rsatoolbox_rdm.py", 15)
floor = 2 * 180**2 * 23589 / limits["matmul_float64"], 2 * recorded.nbytes / limits["copy"]
print(f"limits: one matrix product {1e3 * floor[0]:.1f} ms, one pass over the data {1e3 * floor[1]:.1f} ms")

noise = rsa.noise_precision(rng.normal(size=(800, 500)))
runs = responses(rng.normal(size=(8, 92, 500)))
beside_the_peer(
    "Crossnobis, 92 conditions × 8 runs × 500 channels, one full precision",
    lambda: rsa.rdm(runs, "crossnobis", noise=noise),
    "rsatoolbox_crossnobis.py",
    15,
)

large = responses(rng.standard_normal((4000, 20000), np.float32))
values = large.values
for name in ("correlation", "euclidean"):
    ours, limit = alternate(
        lambda name=name: seconds(lambda: rsa.rdm(large, name)),
        lambda: seconds(lambda: ssyrk(1.0, values.T, trans=1)),
        5,
    )
    print(f"\n{name.capitalize()}, 4000 × 20000, float32")
    print(row("isocortex", ours))
    print(row("symmetric product (ssyrk), in place", limit))
    print(f"ratio of medians {np.median(ours) / np.median(limit):.2f}, of minima {ours.min() / limit.min():.2f}")

print("\nNoise precision of 1800 residuals × 7000 units and whitening of 92 patterns, in a process of its own")
print(subprocess.run([sys.executable, "-c", PEAK], check=True, capture_output=True, text=True).stdout.strip())
