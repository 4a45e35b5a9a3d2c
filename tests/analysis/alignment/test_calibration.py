"""Do tests of differences keep their level, and intervals hold what they promise, by every measure?

Subjects see twelve features of the stimuli, each with units of its own and with noise. Two models see six of the
features each, so that they are equally good in expectation, and a third sees six features that no subject sees. The
stimuli, units, noise, and the subjects or the units of a single subject are new in each experiment.
"""

import numpy as np
import pandas as pd

from isocortex.analysis.alignment import MEASURES, compare

SEEN, UNITS = 6, 30
MANY = ("cka", "cka-biased", "cka-neurons", "procrustes", "encoding")


def simulate(rng, n_stimuli, n_subjects):
    """Return models and subjects of a new experiment."""
    features = rng.normal(size=(3, n_stimuli, SEEN))
    shown = np.concatenate(features[:2], axis=1)
    units = UNITS if n_subjects > 1 else 2 * UNITS
    data = {
        f"s{i}": shown @ rng.normal(size=(2 * SEEN, units)) + 3 * rng.normal(size=(n_stimuli, units))
        for i in range(n_subjects)
    }
    return dict(zip(("a", "b", "unrelated"), features, strict=True)), data


def rates(n_stimuli, n_subjects, measures, n_simulations):
    """Return how often 5 % tests reject, and how often 95 % intervals hold the mean of all experiments, by measure.

    The tests: of two equal models, and of the unrelated model against 0. The intervals: of a model; of its difference
    from the unrelated one; and between the shares of the ceiling that it has by the first measure and by this one.
    """
    rng, found = np.random.default_rng(n_stimuli * n_subjects), []
    for _ in range(n_simulations):
        models, data = simulate(rng, n_stimuli, n_subjects)
        found.append(compare(models, data, measures=measures, correction="none"))

    def stacked(table, value):
        return np.stack([getattr(each, table)[[value, "low", "high"]].to_numpy(float) for each in found])

    scores, differences, between = (
        stacked("scores", "mean"),
        stacked("differences", "difference"),
        stacked("between", "difference"),
    )
    rows = {}
    for i, measure in enumerate(measures):
        equal, unrelated = differences[:, 3 * i], scores[:, 3 * i + 2]
        rows[measure] = {
            "equal": _excluded(equal, 0),
            "unrelated": _excluded(unrelated, 0) if MEASURES[measure].zero else np.nan,
            "mean": 1 - _excluded(scores[:, 3 * i]),
            "difference": 1 - _excluded(differences[:, 3 * i + 1]),
            "between": 1 - _excluded(between[:, 3 * (i - 1)]) if i and n_subjects > 1 else np.nan,
        }
    return pd.DataFrame(rows).T


def _excluded(rows, truth=None):
    """Return how often an interval excludes a value, by default the mean of all estimates."""
    truth = rows[:, 0].mean() if truth is None else truth
    return ((truth < rows[:, 1]) | (rows[:, 2] < truth)).mean()
