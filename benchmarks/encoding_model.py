"""The convolutional encoding model of 23,589 neurons: the published optimisation in PyTorch, and ours.

Synthetic neurons in the published format: mean responses to 60 orientation bins of 6°, z-scored, in two halves of the
trials. Models are fitted to one half and judged on the other by the mean squared error.
"""

import sys
import tempfile
from pathlib import Path

import jax
import numpy as np
from measure import Peer, row, seconds

from isocortex import gratings, synthetic_v1
from isocortex.analysis.encoding import fit_convolution
from isocortex.stimuli import filter_bank

NEURONS = int(sys.argv[1]) if len(sys.argv) > 1 else 23_589
BINS = 60


def halves() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the orientations in degrees from vertical, and z-scored mean responses of either half of the trials."""
    animals = synthetic_v1(key=jax.random.key(0), n_animals=1, n_orientations=BINS, n_repeats=32, n_neurons=NEURONS)
    trials = animals["animal 1"]
    first, second = (trials.values[start::2].mean(axis=0) for start in (0, 1))
    return trials["stimulus"].values, *((x - x.mean(axis=0)) / first.std(axis=0) for x in (first, second))


if __name__ == "__main__":
    angles, train, test = halves()
    images = gratings(angles, resolution=0.025, zero_centred=True)
    print(f"{NEURONS} neurons, {BINS} orientations")

    def ours() -> object:
        return fit_convolution(images, train)

    times = np.array([seconds(ours) for _ in range(3)])
    error = ((fit_convolution(images, train).predict(images) - test) ** 2).mean()
    print(row("isocortex", times), f"test error {error:.4f}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data.npz"
        np.savez(path, images=images, train=train, test=test, bank=filter_bank(zero_mean=True))
        theirs = Peer("torch", "torch_encoding.py")(str(path))
        losses = np.load(f"{path}.losses.npy")
    print(row("PyTorch 2.13, eager, 2 threads", np.array([theirs])), f"test error {losses[-1]:.4f}")
    print(f"its least test error on the way {losses.min():.4f}; the mean of the other half {(test**2).mean():.4f}")
    print(f"ratio {theirs / np.median(times):.1f}")
