"""Approximate leave-one-out: what each bin's mean would be if the model had not seen that bin."""

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr

from .grams import features_in_blocks, out_of_blocks, quadratic_forms
from .model import GLM
from .uncertainty import inverse_hessian


def leave_one_out(model: GLM) -> xr.DataArray:
    """Return the mean of every bin that was fitted, predicted by a model that was fitted without it, to first order.

    One Newton step from the fitted weights takes bin t out: η_t + s_t h_t / (1 − c_t h_t), with the slope s_t and the
    curvature c_t of its loss, and h_t = x_tᵀ H⁻¹ x_t (Rad & Maleki 2020, 10.1111/rssb.12374). It is exact for a
    Gaussian. Nothing is fitted again. Neighbouring bins stay in the fit: where they say much about each other, folds
    of whole blocks are the better judge (:func:`held_out`).

    Parameters
    ----------
    model : GLM

    Returns
    -------
    DataArray, shape (bin, unit)
        NaN for units and bins that were not fitted.

    Examples
    --------
    >>> from isocortex.analysis.encoding.glm import fit
    >>> found = fit(np.empty((4, 0)), np.array([[1.0], [2.0], [3.0], [6.0]]), family="gaussian")
    >>> leave_one_out(found).values.ravel().round(2).tolist()  # the mean of the other three
    [3.67, 3.33, 3.0, 2.0]
    """
    eta = model.linear()
    slope, curvature = model.derivatives()
    with jax.enable_x64(True):
        blocks = jnp.asarray(features_in_blocks(model.x.values))
        forms = np.asarray(quadratic_forms(blocks, jnp.asarray(inverse_hessian(model))))
    leverage = out_of_blocks(forms, len(eta))
    left = np.where(model.kept[:, None], eta.values + slope * leverage / (1 - curvature * leverage), np.nan)
    return model.mean(eta.copy(data=left))
