"""Test whether an RDM separates categories: dissimilarities between categories minus those within."""

import numpy as np
import pandas as pd
from scipy.stats import rankdata, t

from ..errors import require
from ..rdms import RDMs
from ..shapes import CondensedRDM


def category_contrast(rdms: RDMs, categories: np.ndarray, *, confidence: float = 0.95) -> pd.Series:
    """Measure how much more dissimilar stimuli of different categories are than stimuli of the same category.

    The contrast is the mean dissimilarity between categories less the mean within them, in percentiles of the RDM's
    own dissimilarities, so that RDMs of other units can be compared: 0 where categories make no difference, 50 where
    every pair of two categories is more dissimilar than any within one and both kinds are as many. It is averaged over
    the rows. The interval holds for new stimuli: the standard error is that of the jackknife over stimuli (Efron and
    Stein 1981, 10.1214/aos/1176345462), which errs on the wide side, and t has as many degrees of freedom as stimuli
    less one.

    Parameters
    ----------
    rdms : RDMs
        Pairs that were not measured (NaN) are left out.
    categories : array of str, shape (stimulus,)
    confidence : float
        Default 0.95.

    Returns
    -------
    Series
        ``mean``, ``low``, ``high``, ``se``.

    Raises
    ------
    InputError
        If the categories are not one per stimulus, or there are no pairs within or between them.

    Examples
    --------
    >>> import numpy as np
    >>> from isocortex import RDMs
    >>> hands_and_faces = RDMs(np.array([[1.0, 4.0, 5.0, 3.0, 6.0, 2.0]]), np.arange(4))
    >>> float(category_contrast(hands_and_faces, np.array(["hand", "hand", "face", "face"]))["mean"])
    60.0
    """
    n = len(rdms.stimuli)
    require(len(categories) == n, f"{n} stimuli need as many categories; got {len(categories)}.")
    same = categories[:, None] == categories[None]
    within = same & ~np.eye(n, dtype=bool)
    require(
        bool(within.any()) and not bool(same.all()),
        "A contrast needs at least two categories, one of them with two stimuli or more; got "
        f"{len(np.unique(categories))} "
        f"categories of {n} stimuli.",
    )
    ranks = RDMs(percentiles(rdms.dissimilarities), rdms.stimuli).mean().square()[0]
    measured, ranks = np.isfinite(ranks), np.nan_to_num(ranks)
    parts = [(ranks * mask, mask.astype(float)) for mask in (~same & measured, within & measured)]
    total = [values.sum() / mask.sum() for values, mask in parts]
    without = []
    for values, mask in parts:  # a stimulus stands in its row and in its column
        pairs = mask.sum() - 2 * mask.sum(axis=0)
        sums = values.sum() - 2 * values.sum(axis=0)
        without.append(np.divide(sums, pairs, out=np.full(n, np.nan), where=pairs > 0))
    left_out = without[0] - without[1]
    mean = float(total[0] - total[1])
    se = float(np.sqrt((n - 1) / n * np.sum((left_out - left_out.mean()) ** 2)))
    margin = float(t.ppf((1 + confidence) / 2, n - 1)) * se
    return pd.Series({"mean": mean, "low": max(mean - margin, -100), "high": min(mean + margin, 100), "se": se})


def percentiles(dissimilarities: CondensedRDM) -> CondensedRDM:
    """Return the percentile of each dissimilarity in its row, from 0 (the smallest) to 100 (the largest).

    A pair that was not measured (NaN) stays NaN.
    """
    measured = np.isfinite(dissimilarities).sum(axis=1, keepdims=True)
    return 100 * (rankdata(dissimilarities, axis=1, nan_policy="omit") - 1) / (measured - 1)
