"""When networks answer if they may: at a bound on the difference of their outputs."""

import numpy as np
import xarray as xr

from ...analysis import reaction_times
from ...tasks import PerceptualDecisionMaking

BOUNDS = np.geomspace(0.2, 20.0, 60)
"""Thresholds on the difference of the two choices' outputs (nats) among which one is chosen."""


def when_ready(
    done: xr.Dataset, task: PerceptualDecisionMaking, accuracy: float | np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Let networks answer when their outputs differ enough for some accuracy.

    Parameters
    ----------
    done : Dataset
        From :func:`isocortex.learning.behaviour`.
    task : PerceptualDecisionMaking
        Of two choices.
    accuracy : float or array, shape (seed,)
        Share of the answers that shall be right.

    Returns
    -------
    times : array, shape (seed, trial)
        ms from the onset of the stimulus; NaN without an answer.
    bounds : array, shape (seed,)
        On the difference of the two outputs, in nats.
    """
    onset, stop = task.periods["stimulus"]
    seen = done["outputs"].sel(time=slice(None, stop - task.dt))
    evidence = (seen[..., 1] - seen[..., 2]).values
    evidence = evidence - evidence.mean(axis=1, keepdims=True)
    options = np.stack([evidence, -evidence], axis=-1)
    times, right = seen["time"].values, done["right"].values
    rt, bounds = np.empty(evidence.shape[:2]), np.empty(len(evidence))
    for seed, wanted in enumerate(np.broadcast_to(accuracy, len(options))):
        answers = [reaction_times(options[seed], bound, times=times, onset=onset) for bound in BOUNDS]
        shares = np.array([(o == right)[o >= 0].mean() if (o >= 0).mean() > 0.5 else np.inf for _, o in answers])
        best = int(np.abs(shares - wanted).argmin())
        rt[seed], bounds[seed] = answers[best][0], BOUNDS[best]
    return rt, bounds
