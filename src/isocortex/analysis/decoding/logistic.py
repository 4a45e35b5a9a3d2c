"""Multinomial logistic regression with a penalty on the squared weights, by scikit-learn."""

from collections.abc import Sequence

import numpy as np

from ...cores import on_cores
from .classifiers import Coded, Readout, Responses

MOST_STEPS = 2000
TOLERANCE = 1e-9
"""Largest gradient of the loss per trial at the end."""


def logistic(x: Responses, y: Coded, penalties: Sequence[float]) -> Readout:
    """Give the class with the largest probability under softmax(x W + b).

    Each fit minimises the sum over trials of the negative log likelihood plus ½·penalty·|W|²; scikit-learn's C is
    1/penalty. Every penalty starts from the fit of the next larger one.
    """
    batch = np.broadcast_shapes(x.shape[:-2], y.shape[:-2])
    rows = np.broadcast_to(x, batch + x.shape[-2:]).reshape(-1, *x.shape[-2:])
    coded = np.broadcast_to(y, batch + y.shape[-2:]).reshape(-1, *y.shape[-2:])
    fitted = on_cores(lambda i: _path(rows[i], coded[i], penalties), range(len(rows)))
    fits = np.stack(fitted, axis=1).reshape(-1, *batch, x.shape[-1] + 1, y.shape[-1])
    return lambda new: new @ fits[..., :-1, :] + fits[..., -1:, :]


def _path(x: np.ndarray, y: np.ndarray, penalties: Sequence[float]) -> np.ndarray:
    """Fit one population under every penalty: weights, and in a last row intercepts, (penalty, unit + 1, class)."""
    from sklearn.linear_model import LogisticRegression

    classes = y.argmax(axis=-1)
    model = LogisticRegression(solver="newton-cg", max_iter=MOST_STEPS, tol=TOLERANCE, warm_start=True)
    found = np.empty((len(penalties), x.shape[1] + 1, y.shape[1]))
    for i in sorted(range(len(penalties)), key=lambda i: -penalties[i]):
        model.set_params(C=1 / penalties[i]).fit(x, classes)
        both = np.vstack([model.coef_.T, model.intercept_])
        found[i] = both if y.shape[1] > 2 else both * [-0.5, 0.5]
    return found
