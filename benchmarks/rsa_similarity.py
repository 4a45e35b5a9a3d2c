"""Similarities of 1 with 100 RDMs of 92 stimuli, and bootstraps of 5 models and 12 subjects, beside rsatoolbox 0.3.2.

The peer's dual bootstrap is measured with few samples and scaled to 1000, in which its time is linear. Where a call
takes milliseconds, a turn of either side is a quarter of a second of calls, of which the median counts: after the
other's turn a processor wakes up slowly.
"""

from collections.abc import Callable

import jax
import numpy as np
from measure import Peer, alternate, machine, row, seconds

from isocortex import RDMs, rsa
from isocortex.analysis.inference.crossed import draw_multiplicities

PEER = {
    "pearson": "corr",
    "cosine": "cosine",
    "whitened-pearson": "corr_cov",
    "whitened-cosine": "cosine_cov",
    "spearman": "spearman",
    "rho-a": "rho-a",
    "tau-a": "tau-a",
    "tau-b": "kendall",
}
SAMPLES, PEER_SAMPLES = 1000, {"pearson": 20, "spearman": 10}

rng = np.random.default_rng(0)
stimuli = np.arange(92)
one, many, models, data = (RDMs(rng.random((rows, 4186)), stimuli) for rows in (1, 100, 5, 12))
peer = Peer("rsatoolbox", "rsatoolbox_similarity.py")


def turn(job: Callable[[], object]) -> float:
    """Call for a quarter of a second; return the median time of a call."""
    found: list[float] = []
    while sum(found) < 0.25:
        found.append(seconds(job))
    return float(np.median(found))


def both(name: str, ours, theirs, n: int) -> None:
    """Print both sides of one comparison."""
    mine, its = alternate(ours, theirs, n)
    print(row(f"{name}: isocortex", mine, 1e3, "ms"))
    print(row(f"{name}: rsatoolbox 0.3.2", its, 1e3, "ms"))
    print(f"  ratio of the fastest {its.min() / mine.min():.1f}, of the medians {np.median(its) / np.median(mine):.1f}")


print("1 RDM with 100, 92 stimuli")
for method, theirs in PEER.items():
    both(method, lambda m=method: turn(lambda: rsa.similarity(one, many, m)), lambda t=theirs: peer(f"{t} 0"), 15)

print(f"\n5 models × 12 subjects, {SAMPLES} samples of stimuli and subjects: similarities and ceilings")
key = jax.random.key(0)
drawn = draw_multiplicities(key, SAMPLES, 92)
subjects = draw_multiplicities(jax.random.fold_in(key, 1), SAMPLES, 12)
named = {str(i): RDMs(row[None], stimuli) for i, row in enumerate(models.dissimilarities)}


def resampled(method: str) -> None:
    """Do what the peer's three bootstraps repeat: over stimuli, over subjects, and over both, with the ceilings."""
    rsa.bootstrap_similarity(models, data, drawn, method)
    rsa.similarity(models, data, method)
    rsa.bootstrap_ceiling(data, drawn, method=method)
    rsa.bootstrap_ceiling(data, np.ones_like(drawn[:1]), subjects, method=method)
    rsa.bootstrap_ceiling(data, drawn, subjects, method=method)


for method, few in PEER_SAMPLES.items():
    scaled = SAMPLES / few
    both(
        method,
        lambda m=method: seconds(lambda: resampled(m)),
        lambda m=method, n=few, s=scaled: s * peer(f"{PEER[m]} {n}"),
        3,
    )
    both(
        f"{method}, whole table",
        lambda m=method: seconds(lambda: rsa.compare(named, data, key=key, method=m, factors=("stimulus", "subject"))),
        lambda m=method, n=few, s=scaled: s * peer(f"{PEER[m]} {n}"),
        3,
    )
limits = machine()
floor = 2 * SAMPLES * 4186 * (60 + 78 + 17) / limits["matmul_float64"]
print(f"limit: the products of a linear measure for {SAMPLES} samples, as one matrix product, {1e3 * floor:.0f} ms")
