"""The table of decoders."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...registries import Registry
from . import classifiers, regressors
from .classifiers import Readout
from .logistic import logistic
from .mlp import perceptron
from .targets import Kind

Fit = Callable[[np.ndarray, np.ndarray, Sequence[float]], Readout]


@dataclass(frozen=True)
class Decoder:
    """How something is read from responses.

    Attributes
    ----------
    fit : callable
        ``fit(x, y, penalties)`` gives a function of new responses. `x` has the shape (..., trial, unit), `y`
        (..., trial, output), and what the function returns (penalty, ..., trial, output).
    kinds : tuple of {"class", "number", "angle"}
        What it can decode.
    label : str
        Its name in a sentence.
    standardized : bool
        Whether it takes responses in standard deviations from the mean of the training trials. Default True.
    penalties : tuple of float
        Values of its hyper-parameter that are tried; empty if it has none.
    penalty : str
        What the hyper-parameter is, in words.
    inner_folds : int
        Of the folds in which it is chosen, how many are used; fewer for a decoder that takes long to train. Default
        all 4.

    Examples
    --------
    A classifier that you wrote, which takes the class whose mean response is nearest:

    >>> from isocortex import responses
    >>> from isocortex.analysis import decoding
    >>> def nearest(x, y, penalties):
    ...     means = np.swapaxes(y, -1, -2) @ x / y.sum(axis=-2)[..., None]
    ...     return lambda new: -((new[..., None, :] - means[..., None, :, :]) ** 2).sum(axis=-1)[None]
    >>> template = Decoder(nearest, ("class",), "the class whose mean response is nearest")
    >>> x = np.random.default_rng(0).normal(size=(40, 10)) + np.outer(np.arange(40) % 2, np.ones(10))
    >>> shown = responses(x, stimuli=["face", "hand"] * 20, dims=["trial", "unit"])
    >>> float(decoding.decode(shown, decoder=template).score())
    0.875
    """

    fit: Fit
    kinds: tuple[Kind, ...]
    label: str
    standardized: bool = True
    penalties: tuple[float, ...] = ()
    penalty: str = ""
    inner_folds: int = 4


EVERY: tuple[Kind, ...] = ("class", "number", "angle")
PENALTIES = tuple(10.0**i for i in range(-1, 7))
HARMONICS = (1.0, 2.0, 3.0, 4.0, 6.0)
DECODERS = Registry(
    "decoder",
    "decoders",
    {
        "constant": Decoder(regressors.constant, EVERY, "a constant, which ignores the responses"),
        "maximum-correlation": Decoder(
            classifiers.maximum_correlation,
            ("class",),
            "a maximum-correlation classifier (the class whose mean response pattern correlates best)",
        ),
        "lda": Decoder(
            classifiers.linear_discriminant,
            ("class",),
            "linear discriminant analysis with the covariance shrunk towards equal variances (Ledoit and Wolf)",
            penalty="shrinkage",
        ),
        "logistic": Decoder(
            logistic,
            ("class",),
            "multinomial logistic regression with a penalty on the squared weights",
            penalties=tuple(10.0**i for i in range(-1, 5)),
            penalty="penalty",
        ),
        "gaussian-naive-bayes": Decoder(
            classifiers.gaussian_bayes,
            ("class",),
            "naive Bayes with normal noise",
            standardized=False,
        ),
        "poisson-naive-bayes": Decoder(
            classifiers.poisson_bayes,
            ("class",),
            "naive Bayes with Poisson noise",
            standardized=False,
        ),
        "ridge": Decoder(regressors.ridge, EVERY, "ridge regression", penalties=PENALTIES, penalty="penalty"),
        "mlp": Decoder(
            perceptron,
            EVERY,
            "a perceptron with one hidden layer of 100 rectified units",
            penalties=(1e-2, 1e-1, 1.0),
            penalty="weight decay",
            inner_folds=1,
        ),
        "population-vector": Decoder(
            regressors.population_vector,
            ("angle",),
            "the population vector (every unit votes for its preferred angle, weighed by its response)",
        ),
        "gaussian-bayes": Decoder(
            regressors.gaussian_tuning,
            ("angle",),
            "a Bayesian decoder with tuning curves and independent normal noise",
            standardized=False,
            penalties=HARMONICS,
            penalty="number of harmonics",
        ),
        "poisson-bayes": Decoder(
            regressors.poisson_tuning,
            ("angle",),
            "a Bayesian decoder with tuning curves and independent Poisson noise",
            standardized=False,
            penalties=HARMONICS,
            penalty="number of harmonics",
        ),
    },
)
"""Decoders by name; ``DECODERS.register(name, Decoder(…))`` adds one."""


def from_scikit_learn(estimator: Any, kind: Kind) -> Decoder:
    """Return an estimator of scikit-learn, or anything with ``fit`` and ``predict``, as a decoder.

    A fresh copy is fitted to every population and fold. Classes are numbered for it.
    """
    from sklearn.base import clone

    def answers(x: np.ndarray, y: np.ndarray, new: np.ndarray) -> np.ndarray:
        copy: Any = clone(estimator)
        if kind == "class":
            return np.eye(y.shape[-1])[np.asarray(copy.fit(x, y.argmax(axis=-1)).predict(new), int)]
        return np.asarray(copy.fit(x, y if y.shape[-1] > 1 else y[:, 0]).predict(new)).reshape(len(new), -1)

    def fit(x: np.ndarray, y: np.ndarray, penalties: Sequence[float]) -> Readout:
        def scores(new: np.ndarray) -> np.ndarray:
            batch = np.broadcast_shapes(x.shape[:-2], y.shape[:-2], new.shape[:-2])
            parts = [np.broadcast_to(a, batch + a.shape[-2:]) for a in (x, y, new)]
            found = [answers(*(part[place] for part in parts)) for place in np.ndindex(batch)]
            return np.reshape(found, (1, *batch, new.shape[-2], y.shape[-1]))

        return scores

    return Decoder(fit, EVERY, f"{type(estimator).__name__} of scikit-learn")
