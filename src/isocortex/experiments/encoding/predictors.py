"""Predict neurons that were held out from features of the stimuli, or from a tuning curve."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ...analysis import fit_tuning, tuning_model
from ...analysis.encoding import ConvolutionalFit, fit_convolution, ridge
from ...responses import responses
from ...shapes import Images
from .held_out import HeldOut

PENALTIES = np.logspace(-6, 2, 9)
"""Penalties of ridge, in units of the number of stimuli times the mean squared norm of their features."""


@dataclass(frozen=True, eq=False)
class Predicted:
    """Predictions of every fold from the others.

    Attributes
    ----------
    responses : array, shape (stimulus, neuron)
    error : array, shape (fold, neuron)
        Mean squared error when leaving out a range of the orientations that the model was fitted to.
    """

    responses: np.ndarray
    error: np.ndarray


def compact(features: np.ndarray) -> np.ndarray:
    """Return features in as many numbers as there are stimuli, with the same products, and a mean squared norm of 1.

    Ridge regression reads nothing but the products of features, so that this changes no prediction.

    Examples
    --------
    >>> found = compact(np.array([[1.0, 0, 0], [0, 2, 0]]))
    >>> found.shape, (found @ found.T).round(3).tolist()
    ((2, 2), [[0.4, 0.0], [0.0, 1.6]])
    """
    features = features.reshape(len(features), -1).astype(float)
    scale = np.sqrt((features**2).sum(axis=1).mean()) or 1.0
    features = features / scale
    if features.shape[1] <= len(features):
        return features
    powers, basis = np.linalg.eigh(features @ features.T)
    return basis * np.sqrt(np.maximum(powers, 0))


def from_features(features: np.ndarray, data: HeldOut) -> Predicted:
    """Predict every fold by ridge regression on features of shape (stimulus, feature)."""
    x = compact(features - features.mean(axis=0))
    predicted, error = np.empty_like(data.fitted), np.empty((len(data.folds), data.fitted.shape[1]))
    for i, fold in enumerate(data.folds):
        train = fold.train
        penalties = len(train) * PENALTIES
        fit = ridge(x[train], data.fitted[train], penalties=penalties, groups=data.groups[train])
        predicted[fold.test] = fit.predict(x[fold.test])
        error[i] = fit.loo_error.min(axis=0)
    return Predicted(predicted, error)


def best_of(layers: Mapping[str, Predicted], data: HeldOut) -> tuple[np.ndarray, np.ndarray]:
    """Predict every neuron from the layer with the smallest error in what it was fitted to, fold by fold.

    Returns
    -------
    array, shape (stimulus, neuron)
    array, shape (layer,)
        Share of neurons and folds for which each layer was chosen.
    """
    stacked = list(layers.values())
    chosen = np.stack([layer.error for layer in stacked]).argmin(axis=0)
    predicted = np.empty_like(data.fitted)
    for fold, choice in zip(data.folds, chosen, strict=True):
        options = np.stack([layer.responses[fold.test] for layer in stacked])
        predicted[fold.test] = np.take_along_axis(options, choice[None, None], axis=0)[0]
    return predicted, np.bincount(chosen.ravel(), minlength=len(stacked)) / chosen.size


def from_convolution(images: Images, data: HeldOut, *, n_steps: int) -> tuple[np.ndarray, list[ConvolutionalFit]]:
    """Predict every fold by the convolutional model that is fitted to the others; return the fits too."""
    predicted, fits = np.empty_like(data.fitted), []
    for fold in data.folds:
        fit = fit_convolution(
            images[fold.train], data.fitted[fold.train], groups=data.groups[fold.train], n_steps=n_steps
        )
        predicted[fold.test] = fit.predict(images[fold.test])
        fits.append(fit)
    return predicted, fits


def from_tuning(data: HeldOut) -> np.ndarray:
    """Predict every fold by a von Mises curve; a neuron that has none by its mean."""
    predicted = np.empty_like(data.fitted)
    for fold in data.folds:
        train = data.fitted[fold.train]
        curves = tuning_model(fit_tuning(responses(train, stimuli=data.angles[fold.train])), data.angles[fold.test]).T
        predicted[fold.test] = np.where(np.isfinite(curves), curves, train.mean(axis=0))
    return predicted


def constant(data: HeldOut) -> np.ndarray:
    """Predict every fold by the mean response to the others."""
    predicted = np.empty_like(data.fitted)
    for fold in data.folds:
        predicted[fold.test] = data.fitted[fold.train].mean(axis=0)
    return predicted
