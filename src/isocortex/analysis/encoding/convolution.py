"""A convolutional layer fitted to all recorded neurons at once, with a linear read-out for each.

Given the filters, the read-out is a ridge regression, whose error for stimuli that are left out has a closed form. So
only the filters are searched (variable projection, Golub & Pereyra 2003, 10.1088/0266-5611/19/2/201), and the
closed form needs neurons only through the products of the responses to any two stimuli: 20,000 cost as much as one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float
from scipy.optimize import OptimizeResult, minimize

from ...cores import one_blas_thread
from ...errors import require
from ...formats import counted, percent
from ...stimuli import filter_bank
from ..linear import RidgeFit, ridge

Stimuli = Float[np.ndarray, "stimulus height width"]
Filters = Float[np.ndarray, "channel kernel kernel"]
Patches = Float[np.ndarray, "stimulus position pixel"]
Between = Float[np.ndarray, "stimulus stimulus"]
Parameters = Float[np.ndarray, " parameter"]

PENALTIES = np.logspace(-6, 2, 17)
"""Penalties on the read-out, in units of the number of stimuli times the mean squared norm of their features."""
STARTING = 1e-2
"""The penalty, in the same units, at which the search for filters begins; it is searched along with them."""
STEPS = 30
"""Steps, of which the search needs about 5 where neurons are noisy."""
MEMORY = 30
"""Steps from which L-BFGS takes the curvature; its default, 10, needs more steps."""


@dataclass(frozen=True, eq=False)
class ConvolutionalFit:
    """Filters and read-outs fitted to neurons: convolution → relu → linear.

    Attributes
    ----------
    filters : array, shape (channel, kernel, kernel)
    bias : array, shape (channel,)
    readout : RidgeFit
        Weights, shape (channel · row · column, neuron), and intercepts.
    error : array, shape (step + 1,)
        Before the search and after each step: squared error for stimuli that are left out, as a share of the variance.
    held_out : array, shape (most steps + 1,)
        Error for half of the groups along a search on the other half, in the same units; its minimum ends the search.
    methods : str
        What was done, in words.

    Examples
    --------
    >>> from isocortex import gratings
    >>> angles = np.arange(-90.0, 90.0, 7.5)
    >>> images = gratings(angles, resolution=0.0125)
    >>> tuned = np.cos(np.deg2rad(2 * angles))[:, None] + 0.1 * np.random.default_rng(0).normal(size=(24, 3))
    >>> fit = fit_convolution(images, tuned, channels=3, kernel_size=3)
    >>> fit.filters.shape, fit.predict(images).shape
    ((3, 3, 3), (24, 3))
    >>> bool(fit.error[-1] < fit.error[0])  # of stimuli that are left out
    True
    """

    filters: Filters
    bias: Float[np.ndarray, " channel"]
    readout: RidgeFit
    error: Float[np.ndarray, " step"]
    held_out: Float[np.ndarray, " most_steps"]
    methods: str

    def features(self, images: Any) -> Float[np.ndarray, "stimulus feature"]:
        """Return the rectified channel maps of images, channel by channel."""
        return convolved(np.asarray(images, dtype=float), self.filters, self.bias)

    def predict(self, images: Any) -> Float[np.ndarray, "stimulus neuron"]:
        """Return the predicted responses of every neuron to images."""
        return self.readout.predict(self.features(images))


def fit_convolution(
    images: Any,
    responses: Any,
    *,
    channels: int = 6,
    kernel_size: int = 7,
    groups: Sequence[Any] | np.ndarray | None = None,
    n_steps: int = STEPS,
) -> ConvolutionalFit:
    """Fit a convolution, relu, and a linear read-out for every neuron, to the mean responses of neurons to images.

    The filters start from the published bank without its means, and follow the gradient of the closed-form error for
    stimuli (or groups of stimuli) that are left out, together with a penalty that all neurons share, by L-BFGS. They
    would learn the noise in time: two searches on half of the groups each, judged on the other half, say after how many
    steps to stop. Then every read-out gets the penalty with its own smallest error (:func:`ridge`). The loss is summed
    over neurons, so that neurons count by their variance.

    Parameters
    ----------
    images : array, shape (stimulus, height, width)
    responses : array, shape (stimulus, neuron)
        Mean over repeats.
    channels, kernel_size : int
        Number and edge of the filters. Default 6 and 7.
    groups : sequence, optional
        The group of every stimulus, to be left out together, such as a range of orientations. Default: one by one.
    n_steps : int
        Most steps of the search. Default 30; 0 keeps the filter bank.

    Returns
    -------
    ConvolutionalFit

    Raises
    ------
    InputError
        If the shapes do not fit, a number is not finite, all responses are constant, or there are fewer than 4 groups.

    Examples
    --------
    >>> from isocortex import gratings
    >>> angles = np.arange(-90.0, 90, 10)
    >>> images = gratings(angles, resolution=0.025, zero_centred=True)
    >>> tuning = np.exp(np.cos(np.deg2rad(2 * (angles[:, None] - np.array([0.0, 30, 60])))))
    >>> fit = fit_convolution(images, tuning, n_steps=5)
    >>> fit.filters.shape, fit.readout.weights.shape, fit.predict(images).shape
    ((6, 7, 7), (1152, 3), (18, 3))
    """
    images, y = np.asarray(images, dtype=float), np.asarray(responses, dtype=float)
    labels = np.arange(len(y)) if groups is None else np.asarray(groups)
    _check(images, y, labels)
    centred = y - y.mean(axis=0)
    variance = float((centred**2).sum())
    require(variance > 0, "Every neuron responds alike to all stimuli, so there is nothing to fit.")
    bank = filter_bank(channels, kernel_size, zero_mean=True).astype(float)
    start = np.concatenate([bank.ravel(), np.zeros(channels), [np.log(STARTING)]])
    seen, products = patches(images, kernel_size), centred @ centred.T / variance
    with one_blas_thread():
        held_out = _held_out(start, seen, products, labels, n_steps)
        stop = int(held_out.argmin())
        path, error = _search(start, seen, products, labels, stop)
    filters, bias = path[-1][: bank.size].reshape(bank.shape), path[-1][bank.size : -1]
    features = convolved(images, filters, bias)
    scale = len(y) * float(((features - features.mean(axis=0)) ** 2).sum(axis=1).mean())
    readout = ridge(features, y, penalties=scale * PENALTIES, groups=groups)
    return ConvolutionalFit(
        filters, bias, readout, error, held_out, _methods(images, y, filters, groups, labels, error)
    )


def _search(
    start: np.ndarray, seen: np.ndarray, products: np.ndarray, labels: np.ndarray, n_steps: int
) -> tuple[list[np.ndarray], Float[np.ndarray, " step"]]:
    """Follow the gradient of the leave-out error; return the parameters and the error before each step, and at last."""
    arrays = seen, products, labels[:, None] == labels
    path, error = [start], [_left_out(start, *arrays)[0]]

    def keep(intermediate_result: OptimizeResult) -> None:
        path.append(intermediate_result.x.copy())
        error.append(float(intermediate_result.fun))

    if n_steps > 0:
        minimize(
            _left_out,
            start,
            args=arrays,
            jac=True,
            method="L-BFGS-B",
            options={"maxiter": n_steps, "maxcor": MEMORY},
            callback=keep,
        )
    return path, np.array(error)


def _held_out(
    start: np.ndarray, seen: np.ndarray, products: np.ndarray, labels: np.ndarray, n_steps: int
) -> Float[np.ndarray, " most_steps"]:
    """Return the error for one half of the groups along a search on the other half, mean over both ways."""
    half = np.unique(labels, return_inverse=True)[1] % 2
    found = []
    for i in (0, 1):
        mine, others = np.flatnonzero(half == i), np.flatnonzero(half != i)
        path, _ = _search(start, seen[mine], products[np.ix_(mine, mine)], labels[mine], n_steps)
        order = np.concatenate([mine, others])
        arrays = seen[order], products[np.ix_(order, order)]
        errors = np.array([_transferred(theta, *arrays, len(mine)) for theta in path])
        found.append(np.pad(errors, (0, n_steps + 1 - len(errors)), mode="edge"))
    return np.mean(found, axis=0)


def patches(images: Stimuli, size: int) -> Float[np.ndarray, "stimulus position pixel"]:
    """Return what a kernel sees at every position, with zeros around the image."""
    pad = size // 2
    padded = np.pad(images, ((0, 0), (pad, pad), (pad, pad)))
    seen = np.lib.stride_tricks.sliding_window_view(padded, (size, size), axis=(1, 2))
    return seen.reshape(len(images), -1, size**2)


def convolved(images: Stimuli, filters: Filters, bias: Float[np.ndarray, " channel"]) -> np.ndarray:
    """Return the rectified channel maps of images, shape (stimulus, channel · row · column)."""
    seen = patches(images, filters.shape[-1])
    maps = seen @ filters.reshape(len(filters), -1).T + bias
    return np.maximum(maps, 0).transpose(0, 2, 1).reshape(len(images), -1)


def _features(theta: Parameters, seen: Patches) -> tuple[np.ndarray, float]:
    """Return the rectified channel maps, shape (stimulus, position · channel), and the penalty over their power."""
    channels = (len(theta) - 1) // (seen.shape[2] + 1)
    n_weights = channels * seen.shape[2]
    maps = seen.reshape(-1, seen.shape[2]) @ theta[:n_weights].reshape(channels, -1).T + theta[n_weights:-1]
    return np.maximum(maps, 0, out=maps).reshape(len(seen), -1), float(np.exp(theta[-1]))


def _resolvent(features: np.ndarray, penalty: float) -> tuple[Between, Between, float]:
    """Return (K + λ)⁻¹ of centred features without the constant vector, which the intercept takes; with; and tr K."""
    n = len(features)
    gram = features @ features.T
    power = float(np.trace(gram))
    inverse = np.linalg.inv(gram + penalty * power * np.eye(n) + power / n)
    return inverse - 1 / (n * power * (penalty + 1)), inverse, power


def _left_out(theta: Parameters, seen: Patches, products: Between, together: np.ndarray) -> tuple[float, Parameters]:
    """Return the squared error for groups of stimuli that are left out, as a share of the variance, and its gradient.

    With G = (K + λ)⁻¹ without the constant vector and its blocks B within groups, the errors are RY with R = B⁻¹G, and
    YYᵀ is known. The gradient follows backwards through these products, line by line.
    """
    n = len(seen)
    maps, penalty = _features(theta, seen)
    centred = maps - maps.mean(axis=0)
    G, inverse, power = _resolvent(centred, penalty)
    block_inverse = np.linalg.inv(np.where(together, G, 0))
    R = block_inverse @ G
    RC = R @ products
    of_g = 2 * block_inverse @ RC
    of_g -= np.where(together, of_g @ R.T, 0)
    of_gram = -inverse @ of_g @ inverse
    total, trace, everything = of_g.sum(), np.trace(of_gram), of_gram.sum()
    of_power = penalty * trace + everything / n + total / (n * (penalty + 1) * power**2)
    of_log_penalty = penalty * (power * trace + total / (n * power * (penalty + 1) ** 2))
    of_maps = (of_gram + of_gram.T + 2 * of_power * np.eye(n)) @ centred
    of_maps = np.where(maps > 0, of_maps - of_maps.mean(axis=0), 0).reshape(n * seen.shape[1], -1)
    of_filters = of_maps.T @ seen.reshape(len(of_maps), -1)
    gradient = np.concatenate([of_filters.ravel(), of_maps.sum(axis=0), [of_log_penalty]])
    return float((RC * R).sum()), gradient


def _transferred(theta: Parameters, seen: Patches, products: Between, n: int) -> float:
    """Return the squared error for all stimuli but the first n, to which the read-outs are fitted."""
    features, penalty = _features(theta, seen)
    features = features - features[:n].mean(axis=0)
    mine = features[:n]
    predicted = features[n:] @ mine.T @ _resolvent(mine, penalty)[0] + 1 / n
    reach = np.concatenate([-predicted, np.eye(len(seen) - n)], axis=1)
    return float(((reach @ products) * reach).sum())


def _check(images: np.ndarray, y: np.ndarray, labels: np.ndarray) -> None:
    require(
        images.ndim == 3 and y.ndim == 2 and len(images) == len(y) == len(labels) and y.size > 0,
        f"images must be stimulus × height × width and responses stimulus × neuron, of the same stimuli, with a group "
        f"for each; got the shapes {images.shape}, {y.shape} and {labels.shape}.",
    )
    require(bool(np.isfinite(images).all()), "The images hold NaN or infinite values.")
    lost = int((~np.isfinite(y)).any(axis=0).sum())
    require(lost == 0, f"The responses of {counted(lost, 'neuron')} hold NaN or infinite values; leave them out.")
    n_groups = len(np.unique(labels))
    require(n_groups >= 4, f"At least 4 stimuli or groups of stimuli are needed, to leave them out; got {n_groups}.")


def _methods(
    images: np.ndarray, y: np.ndarray, filters: np.ndarray, groups: Any, labels: np.ndarray, error: np.ndarray
) -> str:
    left = "one stimulus" if groups is None else f"one of {len(np.unique(labels))} groups of stimuli"
    channels, size, _ = filters.shape
    return (
        f"A convolution with {channels} filters of {size} × {size} pixels, relu, and a linear read-out of all "
        f"{channels * images[0].size} units predict {counted(y.shape[1], 'neuron')} from images of "
        f"{images.shape[1]} × {images.shape[2]} pixels. The filters start from the published filter bank without its "
        "means. Given filters, the read-outs are a ridge regression; the filters follow the gradient of its squared "
        f"error, summed over neurons, when leaving out {left} at a time (in closed form), by L-BFGS. "
        f"{counted(len(error) - 1, 'step')} were made, the number after which filters that were fitted to half of the "
        f"groups predict the other half best: the error fell from {percent(error[0])} to {percent(error[-1])} of the "
        f"variance. Then every neuron has its own penalty, chosen by the same error among {len(PENALTIES)} values."
    )
