"""Centred kernel alignment, biased, unbiased for sampled stimuli, and unbiased for sampled units as well."""

from typing import Any

import numpy as np
from scipy.spatial.distance import pdist, squareform

from ...errors import look_up, require
from .hsic import hsic, hsic_within_units
from .matrices import Gram, Kept, OtherResponses, Responses, Values, everything, pair

CORRECTIONS = {
    "none": "biased: the more units, the closer to 1, also for unrelated responses",
    "stimuli": "unbiased for sampled stimuli",
    "units": "unbiased for sampled stimuli and for sampled units",
}
KERNELS = {"linear": "inner products of stimuli", "rbf": "a Gaussian function of the distance of stimuli"}


def cka(
    x: Any,
    y: Any,
    *,
    corrected: str = "stimuli",
    kernel: str = "linear",
    bandwidth: float = 1.0,
    sampled: tuple[bool, bool] = (True, True),
    same_units: bool = False,
) -> float:
    """Measure how alike two sets of responses represent the same stimuli, by centred kernel alignment.

    CKA = HSIC(x, y) / √(HSIC(x, x) HSIC(y, y)) (Kornblith et al. 2019, arXiv 1905.00414). The biased HSIC counts every
    stimulus as similar to itself, so that CKA approaches 1 when units outnumber stimuli, whatever they represent
    (Murphy et al. 2024, arXiv 2405.01012). The unbiased HSIC leaves these terms out (Song et al. 2012; Nguyen et al.
    2021, arXiv 2010.15327).

    If the units are a sample of a population, CKA is too small as well: HSIC(x, x) contains each unit's similarity to
    itself, which vanishes in the population, whose kernel is the mean over units. With p units, a linear kernel is
    Σ_a x_a x_a' / p, HSIC is linear in both kernels, and for independent units a ≠ b the expectation of HSIC(x_a, x_b)
    is the population's HSIC(x, x). So the corrected estimate is the mean over pairs of different units,
    (HSIC(X, X) − Σ_a HSIC(x_a, x_a)) / (p(p − 1)) (Chun et al. 2025, arXiv 2502.15104). HSIC(x, y) of different
    populations is unbiased already.

    Parameters
    ----------
    x, y : array, shape (stimulus, unit)
        Responses to the same stimuli, at least five. The numbers of units may differ.
    corrected : {"none", "stimuli", "units"}
        "none" is biased, "stimuli" unbiased for sampled stimuli (default), "units" for sampled stimuli and units.
    kernel : {"linear", "rbf"}
        Default linear. The Gaussian one takes no correction for units, in which it is not linear.
    bandwidth : float
        Standard deviation of the Gaussian, in median distances of two stimuli. Default 1.
    sampled : (bool, bool)
        With "units": whether the units of `x`, and those of `y`, are a sample of a population. Those of a layer whose
        units are all given are not. Default both.
    same_units : bool
        With "units": whether `x` and `y` are of the same units in the same order, such as two halves of their
        measurements. Their products are then left out of HSIC(x, y) too. Default False.

    Returns
    -------
    float
        1 for representations that agree but for rotation and scale; 0 on average for unrelated ones if corrected. NaN
        if a corrected HSIC(x, x) is not positive, as for few units, or for independent ones. The corrections can give
        values outside of 0 to 1.

    Raises
    ------
    InputError
        If the responses do not fit or are constant, for an unknown name, or for a bandwidth that is not positive.

    Examples
    --------
    >>> x, y = np.random.default_rng(0).normal(size=(2, 92, 1000))
    >>> round(cka(x, y, corrected="none"), 2), round(abs(cka(x, y)), 1)
    (0.92, 0.0)
    """
    x, y = pair(x, y)
    return float(
        cka_in_samples(
            x,
            y,
            everything(x),
            corrected=corrected,
            kernel=kernel,
            bandwidth=bandwidth,
            sampled=sampled,
            same_units=same_units,
        )[0]
    )


def cka_in_samples(
    x: Responses,
    y: OtherResponses,
    kept: Kept,
    *,
    corrected: str = "stimuli",
    kernel: str = "linear",
    bandwidth: float = 1.0,
    sampled: tuple[bool, bool] = (True, True),
    same_units: bool = False,
) -> Values:
    """Return :func:`cka` of centred responses in samples of the stimuli; the bandwidth is that of all stimuli."""
    look_up("correction of CKA", corrected, CORRECTIONS)
    look_up("kernel", kernel, KERNELS)
    of_units = corrected == "units"
    require(
        kernel == "linear" or not of_units,
        "CKA is corrected for sampled units with a linear kernel alone; use corrected='stimuli' with 'rbf'.",
    )
    require(bandwidth > 0, f"The bandwidth must be positive; got {bandwidth}.")
    require(
        not (of_units and same_units) or x.shape == y.shape,
        f"With same_units, x and y must have the same shape; got {x.shape} and {y.shape}.",
    )
    k, l = (_kernel(each, kernel, bandwidth) for each in (x, y))
    unbiased = corrected != "none"
    cross, of_x, of_y = (hsic(a, b, kept, unbiased=unbiased) for a, b in ((k, l), (k, k), (l, l)))
    if of_units:
        of_x, of_y = (
            _different_units(own, each, each, kept) if drawn else own / each.shape[1] ** 2
            for own, each, drawn in zip((of_x, of_y), (x, y), sampled, strict=True)
        )
        cross = _different_units(cross, x, y, kept) if same_units else cross / (x.shape[1] * y.shape[1])
    power = np.where((of_x > 0) & (of_y > 0), of_x * of_y, np.nan)
    return cross / np.sqrt(power)


def _different_units(whole: Values, x: Responses, y: OtherResponses, kept: Kept) -> Values:
    """Return the mean HSIC of two different units, from that of all."""
    n = x.shape[1]
    return (whole - hsic_within_units(x, y, kept)) / (n * (n - 1)) if n > 1 else np.full(len(kept), np.nan)


def _kernel(x: Responses, kernel: str, bandwidth: float) -> Gram:
    if kernel == "linear":
        return x @ x.T
    squares = pdist(x, "sqeuclidean")
    return squareform(np.exp(-squares / (2 * bandwidth**2 * np.median(squares)))) + np.eye(len(x))
