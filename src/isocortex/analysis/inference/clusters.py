"""Clusters of neighbouring times in which a statistic exceeds a threshold, and their corrected p values."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

Sampled = Float[np.ndarray, "sample course time"]
Masses = Float[np.ndarray, " sample"]


@dataclass(frozen=True)
class Cluster:
    """Neighbouring times at which a statistic is above its threshold.

    Attributes
    ----------
    course : int
        Which course, such as which model.
    start, stop : int
        The first time, and the one after the last.
    mass : float
        Sum of the statistic.
    p : float
        Corrected for all times and courses.
    """

    course: int
    start: int
    stop: int
    mass: float
    p: float


def cluster_test(statistics: Sampled, threshold: float | Float[np.ndarray, "course time"]) -> list[Cluster]:
    """Return the clusters of the first sample, with p values from the largest mass in every sample.

    Under the null hypothesis all samples must be exchangeable: the first is what was observed, and the others are its
    permutations. The chance that any cluster has p < 0.05 is then 5 % or less (Maris & Oostenveld 2007,
    10.1016/j.jneumeth.2007.03.024). A p value belongs to the cluster as a whole, and does not say that the effect
    begins at its first time.

    Parameters
    ----------
    statistics : array, shape (sample, course, time)
    threshold : float, or array of shape (course, time)
        That makes clusters; it must not depend on which sample is the first.

    Examples
    --------
    >>> observed = [[[0.0, 3.0, 4.0, 0.0, 2.5]]]
    >>> noise = [[[0.0, 0.0, 2.5, 0.0, 0.0]]] * 19
    >>> [(each.start, each.stop, each.mass, each.p) for each in cluster_test(np.array(observed + noise), 2.0)]
    [(1, 3, 7.0, 0.05), (4, 5, 2.5, 1.0)]
    """
    largest = largest_masses(statistics, threshold)
    found = []
    for course, values in enumerate(statistics[0]):
        above = values > np.broadcast_to(threshold, statistics.shape[1:])[course]
        edges = np.flatnonzero(np.diff(np.concatenate([[0], above.astype(int), [0]])))
        for start, stop in zip(edges[::2], edges[1::2], strict=True):
            mass = float(values[start:stop].sum())
            tolerance = 1e-9 * abs(mass)  # equal masses may be summed in another order
            found.append(Cluster(course, int(start), int(stop), mass, float((largest >= mass - tolerance).mean())))
    return found


def largest_masses(statistics: Sampled, threshold: float | Float[np.ndarray, "course time"]) -> Masses:
    """Return the largest mass of any cluster in each sample; 0 where there is none."""
    above = statistics > threshold
    before = np.concatenate([np.zeros_like(above[..., :1]), above[..., :-1]], axis=-1)
    labels = np.cumsum((above & ~before).ravel())[above.ravel()] - 1
    largest = np.zeros(len(statistics))
    if len(labels):
        masses = np.bincount(labels, weights=statistics[above])
        owner = np.nonzero(above)[0][np.concatenate([[True], np.diff(labels) > 0])]
        np.maximum.at(largest, owner, masses)
    return largest


def sign_flips(n: int, n_permutations: int, rng: np.random.Generator) -> Float[np.ndarray, "sample item"]:
    """Return signs of the items, of which the first sample has none flipped: all there are if they are few enough.

    Examples
    --------
    >>> sign_flips(2, 10, np.random.default_rng(0)).tolist()
    [[1.0, 1.0], [-1.0, 1.0], [1.0, -1.0], [-1.0, -1.0]]
    """
    if 2**n <= n_permutations:
        return 1.0 - 2.0 * ((np.arange(2**n)[:, None] >> np.arange(n)) & 1)
    drawn = rng.choice([-1.0, 1.0], size=(n_permutations, n))
    return np.concatenate([np.ones((1, n)), drawn])


def t_values(values: Float[np.ndarray, "item *rest"], signs: Float[np.ndarray, "sample item"]) -> np.ndarray:
    """Return t of the mean over items, shape (sample, …), under flipped signs; 0 where the items do not differ."""
    n = len(values)
    means = np.tensordot(signs, values, axes=1) / n
    variance = ((values**2).sum(axis=0) - n * means**2) / (n - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = means / np.sqrt(np.maximum(variance, 0) / n)
    return np.where(np.isfinite(t), t, 0.0)
