"""Ridge regression of many targets, one penalty each, beside scikit-learn and himalaya, and agreement with both.

scikit-learn chooses penalties by leaving one sample out, as we do; himalaya by 5 folds.
"""

import tempfile
from pathlib import Path

import numpy as np
from measure import Peer, alternate, machine, row, seconds
from sklearn.linear_model import RidgeCV

from isocortex.analysis.linear import ridge

SAMPLES, FEATURES, TARGETS, TURNS = 2000, 1000, 5000, 3
PENALTIES = np.logspace(-1, 6, 10)
WIDE = (4000, 20_000, 2)
"""Samples, features and targets of a decoder of 20,000 neurons."""


def planted(rng: np.random.Generator, n: int, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return features and noisy targets."""
    x = rng.normal(size=(n, len(weights)))
    return x, x @ weights + 3 * rng.normal(size=(n, weights.shape[1]))


def r2(y: np.ndarray, predicted: np.ndarray) -> float:
    """Return R², mean over targets."""
    return float((1 - ((y - predicted) ** 2).sum(axis=0) / ((y - y.mean(axis=0)) ** 2).sum(axis=0)).mean())


def compare(name: str, ours: np.ndarray, theirs: np.ndarray) -> None:
    """Print the peer and the ratio."""
    ratio = theirs / ours
    print(row(name, theirs))
    print(f"ratio {np.median(ratio):.2f} ({ratio.min():.2f} to {ratio.max():.2f})")


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    weights = rng.normal(size=(FEATURES, TARGETS)) / np.sqrt(FEATURES)
    (x, y), (x_test, y_test) = planted(rng, SAMPLES, weights), planted(rng, 500, weights)
    print(f"{SAMPLES} samples × {FEATURES} features → {TARGETS} targets, {len(PENALTIES)} penalties, one per target")
    peer = RidgeCV(PENALTIES, alpha_per_target=True)
    ours, theirs = alternate(
        lambda: seconds(lambda: ridge(x, y, penalties=PENALTIES)), lambda: seconds(lambda: peer.fit(x, y)), TURNS
    )
    print(row("isocortex", ours))
    compare("scikit-learn, RidgeCV", ours, theirs)
    found = ridge(x, y, penalties=PENALTIES)
    print(f"the same penalty for {np.mean(found.penalty == peer.alpha_):.4f} of the targets; largest difference of ")
    print(f"weights {np.abs(found.weights - peer.coef_.T).max():.1e}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data.npz"
        np.savez(path, x=x, y=y, x_test=x_test, y_test=y_test, penalties=PENALTIES)
        himalaya = Peer("himalaya", "himalaya_ridge.py")
        ours, theirs = alternate(
            lambda: seconds(lambda: ridge(x, y, penalties=PENALTIES)), lambda: himalaya(f"ridge {path}"), TURNS
        )
        compare("himalaya, RidgeCV, 5 folds", ours, theirs)
        print(f"test R² {r2(y_test, found.predict(x_test)):.4f}, himalaya {np.load(f'{path}.ridge.npy').mean():.4f}")
    n, p, t = WIDE
    x, y = planted(rng, n, rng.normal(size=(p, t)) / np.sqrt(p))
    print(row(f"isocortex, {n} samples × {p} features → {t} targets", np.array([seconds(lambda: ridge(x, y))])))
    limit = 2 * SAMPLES * FEATURES * TARGETS / machine()["matmul_float64"]
    print(f"limit: the product of features and targets alone, at the machine's rate {limit:.3f} s")
