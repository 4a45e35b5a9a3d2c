"""Banded ridge regression of 1000 targets on two feature spaces, beside himalaya's random search.

The peer makes 50 iterations: with 20, its test R² falls behind ours further, and its time grows with them in
proportion.
"""

import tempfile
from pathlib import Path

import numpy as np
from measure import Peer, row, seconds

from isocortex.analysis.linear import banded_ridge, ridge

SAMPLES, FEATURES, TARGETS = 1000, 500, 1000
PENALTIES = np.logspace(-2, 7, 10)


def planted(rng: np.random.Generator, n: int, weights: np.ndarray, mix: np.ndarray) -> dict[str, np.ndarray]:
    """Return two spaces, and targets of which the first explains the share `mix` of the signal."""
    a, b = rng.normal(size=(2, n, FEATURES))
    signal = np.sqrt(mix) * (a @ weights[0]) + np.sqrt(1 - mix) * (b @ weights[1])
    return {"a": a, "b": b, "y": signal + rng.normal(size=signal.shape)}


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    weights = rng.normal(size=(2, FEATURES, TARGETS)) / np.sqrt(FEATURES)
    mix = rng.uniform(size=TARGETS)
    train, test = planted(rng, SAMPLES, weights, mix), planted(rng, 500, weights, mix)
    spaces, fresh = ({name: data[name] for name in ("a", "b")} for data in (train, test))

    def fit() -> object:
        return banded_ridge(spaces, train["y"], penalties=PENALTIES)

    print(f"{SAMPLES} samples × 2 spaces of {FEATURES} features → {TARGETS} targets, {len(PENALTIES)} penalties")
    ours = np.array([seconds(fit) for _ in range(3)])
    print(row("isocortex", ours))
    found = banded_ridge(spaces, train["y"], penalties=PENALTIES)
    explained = found.partition(fresh, test["y"])["total"].mean()
    plain = ridge(np.concatenate(list(spaces.values()), axis=1), train["y"], penalties=PENALTIES)
    residual = test["y"] - plain.predict(np.concatenate(list(fresh.values()), axis=1))
    print(f"test R² {explained:.4f}; one penalty for both spaces {1 - np.mean(residual.var(0) / test['y'].var(0)):.4f}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data.npz"
        arrays = train | {f"{name}_test": value for name, value in test.items()}
        np.savez(path, penalties=PENALTIES, **arrays)
        theirs = Peer("himalaya", "himalaya_ridge.py")(f"banded {path}")
        print(row("himalaya, random search", np.array([theirs])))
        print(f"ratio {theirs / np.median(ours):.1f}; test R² {np.load(f'{path}.banded.npy').mean():.4f}")
