"""Adjust several p values together: none, Holm's method, or the false discovery rate."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.stats import false_discovery_control

from ...registries import Registry


def holm(p: np.ndarray) -> np.ndarray:
    """Adjust p values so that the chance of any false rejection is kept (Holm 1979, jstor.org/stable/4615733).

    Examples
    --------
    >>> holm(np.array([0.01, 0.04, 0.03]))
    array([0.03, 0.06, 0.06])
    """
    order = np.argsort(p)
    adjusted = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    result = np.empty_like(p)
    result[order] = np.minimum(adjusted, 1)
    return result


@dataclass(frozen=True)
class Correction:
    """How several p values are adjusted together.

    Attributes
    ----------
    adjust : callable
        Takes and returns an array of p values.
    label : str
        Its name in a sentence, after "p values are".
    """

    adjust: Callable[[np.ndarray], np.ndarray]
    label: str


CORRECTIONS = Registry(
    "correction",
    "corrections",
    {
        "none": Correction(lambda p: p, "not corrected for their number"),
        "holm": Correction(holm, "corrected by Holm's method"),
        "fdr": Correction(false_discovery_control, "corrected for the false discovery rate (Benjamini and Hochberg)"),
    },
)


def corrected(p: np.ndarray, correction: str) -> np.ndarray:
    """Adjust the p values that are defined.

    Examples
    --------
    >>> corrected(np.array([0.01, np.nan, 0.03]), "holm")
    array([0.02,  nan, 0.03])
    """
    adjust = CORRECTIONS.named(correction).adjust
    result, defined = np.array(p, dtype=float), np.isfinite(p)
    result[defined] = adjust(result[defined])
    return result
