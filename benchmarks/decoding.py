"""Time-resolved decoding beside the loop over scikit-learn's estimators, and the published network beside PyTorch.

The loop is timed with one and with two threads of linear algebra, and the faster counts.
"""

import tempfile
from pathlib import Path

import jax
import numpy as np
from measure import Peer, alternate, machine, row, seconds
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from isocortex import responses
from isocortex.analysis.decoding import decode
from isocortex.analysis.decoding.descent import HIDDEN, STEPS, regression

TRIALS, TIMES, UNITS, CLASSES, FOLDS, TURNS = 420, 20, 132, 7, 5, 5
SAMPLES, NEURONS = 360, 23_589


def loop(x: np.ndarray, labels: np.ndarray, estimator: object, threads: int) -> float:
    """Decode every time by scikit-learn with the same number of folds, and return the mean accuracy."""
    with threadpool_limits(threads):
        right = []
        for time in range(x.shape[1]):
            for train, test in StratifiedKFold(FOLDS).split(x[:, time], labels):
                model = make_pipeline(StandardScaler(), estimator).fit(x[train, time], labels[train])
                right.append((model.predict(x[test, time]) == labels[test]).mean())
    return float(np.mean(right))


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    labels = np.arange(TRIALS) % CLASSES
    x = rng.normal(size=(TRIALS, TIMES, UNITS)) + 0.3 * rng.normal(size=(CLASSES, UNITS))[labels][:, None]
    trials = responses(x, stimuli=labels, dims=["trial", "time", "unit"])
    print(f"{UNITS} neurons × {TIMES} times, {TRIALS} trials of {CLASSES} classes, {FOLDS} folds")
    peers = {
        "lda": (LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto"), {}),
        "logistic": (LogisticRegression(C=0.01), {"penalties": [100.0]}),
    }
    for name, (estimator, how) in peers.items():
        best = min((1, 2), key=lambda n: seconds(lambda: loop(x, labels, estimator, n)))  # noqa: B023
        ours, theirs = alternate(
            lambda: seconds(lambda: decode(trials, decoder=name, n_folds=FOLDS, **how)),  # noqa: B023
            lambda: seconds(lambda: loop(x, labels, estimator, best)),  # noqa: B023
            TURNS,
        )
        accuracy = float(decode(trials, decoder=name, n_folds=FOLDS, **how).score().mean())
        print(row(f"isocortex, {name}", ours))
        print(row(f"scikit-learn, {type(estimator).__name__}, {best} threads", theirs))
        ratio = theirs / ours
        print(
            f"ratio {np.median(ratio):.1f} ({ratio.min():.1f} to {ratio.max():.1f}); accuracy {accuracy:.3f}, ", end=""
        )
        print(f"scikit-learn {loop(x, labels, estimator, best):.3f}")

    z = rng.normal(size=(SAMPLES, NEURONS)).astype(np.float32)
    y = np.linspace(0, 360, SAMPLES, dtype=np.float32)[:, None]
    print(f"{STEPS} full-batch steps of {HIDDEN} hidden units on {SAMPLES} × {NEURONS}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data.npz"
        np.savez(path, x=z, y=y)
        torch = Peer("torch", "torch_perceptron.py")
        ours, theirs = alternate(
            lambda: seconds(lambda: regression(z, y, [1e-4], key=jax.random.key(0))), lambda: torch(str(path)), TURNS
        )
    ratio = theirs / ours
    print(row("isocortex, the first with its compilation", ours))
    print(row("eager PyTorch", theirs))
    print(f"ratio {np.median(ratio):.1f} ({ratio.min():.1f} to {ratio.max():.1f})")
    multiplied = 2 * SAMPLES * NEURONS * (SAMPLES + HIDDEN) + STEPS * 2 * SAMPLES**2 * HIDDEN
    print(
        f"limit: {multiplied / 1e9:.1f} GFLOP, at the machine's rate {multiplied / machine()['matmul_float32']:.3f} s"
    )
