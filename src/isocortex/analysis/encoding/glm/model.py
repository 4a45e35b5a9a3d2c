"""A fitted generalised linear model: its weights, what it predicts, and how it was fitted."""

from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
import xarray as xr

from ....errors import require
from ....formats import counted, significant
from .families import FAMILIES, Family, Link
from .labelled import as_features, with_constant
from .newton import derivatives


@dataclass(frozen=True, eq=False)
class GLM:
    """A fitted generalised linear model of every unit.

    Attributes
    ----------
    family, link : str
    weights : DataArray, shape (unit, feature)
        The first feature is the constant. NaN where a unit was not fitted, or where other features determine a feature;
        0 where a unit does not use a feature.
    hessian : array, shape (unit, feature, feature)
        Second derivatives of the penalised negative log-likelihood at the weights. Rows and columns of weights that
        were not fitted are those of the identity.
    used : array of bool, shape (unit, feature)
        Which weights were fitted.
    penalty : array, shape (unit,)
        Ridge penalty λ: λ/2 times the sum of squared weights, without that of the constant, was added to the negative
        log-likelihood.
    x : DataArray, shape (bin, feature)
        The features, with the constant.
    y : DataArray, shape (bin, unit)
    kept : array of bool, shape (bin,)
        The bins that were fitted.
    steps : array of int, shape (unit,)
        Newton steps; 0 for a unit that was not fitted.
    problems : tuple of str
        A sentence each: units that were not fitted, did not converge or are separable, and features without weight.

    Examples
    --------
    >>> from isocortex.analysis.encoding.glm import fit
    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=(2000, 1))
    >>> model = fit(x, rng.poisson(np.exp(-1 + 0.5 * x)))
    >>> model.predict(np.array([[0.0], [1.0]])).values.round(1).tolist()  # spikes per bin
    [[0.4], [0.6]]
    >>> model.problems
    ()
    """

    family: str
    link: str
    weights: xr.DataArray
    hessian: np.ndarray
    used: np.ndarray
    penalty: np.ndarray
    x: xr.DataArray
    y: xr.DataArray
    kept: np.ndarray
    steps: np.ndarray
    problems: tuple[str, ...]

    @property
    def how(self) -> tuple[Family, Link]:
        """The family and the link themselves."""
        family = FAMILIES.named(self.family)
        return family, family.links[self.link]

    @property
    def fitted(self) -> np.ndarray:
        """Which units were fitted, shape (unit,)."""
        return np.asarray(self.used.any(axis=1))

    @property
    def dispersion(self) -> np.ndarray:
        """The variance around the mean, shape (unit,): estimated for a Gaussian, and 1 for the other families."""
        if not self.how[0].dispersed:
            return np.ones(len(self.used))
        residuals = (self.y.values - self.predict().values)[self.kept]
        return (residuals**2).sum(axis=0) / np.maximum(len(residuals) - self.used.sum(axis=1), 1)

    def linear(self, x: Any = None) -> xr.DataArray:
        """Return the linear predictor η = x·β, bin × unit; NaN for units that were not fitted.

        Parameters
        ----------
        x : array or DataArray, shape (bin, feature), optional
            Features without the constant. Default: those that were given to :func:`fit`.

        Raises
        ------
        InputError
            If there are other features than those that were fitted.
        """
        features = self.x if x is None else with_constant(as_features(x))
        given, wanted = features.sizes["feature"] - 1, self.x.sizes["feature"] - 1
        require(given == wanted, f"x must have the {wanted} features that were fitted; it has {given}.")
        eta = features.values @ np.nan_to_num(self.weights.values).T
        eta[:, ~self.fitted] = np.nan
        along = {str(name): c for name, c in features.coords.items() if c.dims == ("bin",)}
        return xr.DataArray(eta, dims=("bin", "unit"), coords={**along, "unit": self.weights["unit"].values})

    def predict(self, x: Any = None) -> xr.DataArray:
        """Return the mean that the model predicts, bin × unit; NaN for units that were not fitted.

        Parameters
        ----------
        x : array or DataArray, shape (bin, feature), optional
            Features without the constant. Default: those that were given to :func:`fit`.
        """
        return self.mean(self.linear(x))

    def mean(self, eta: xr.DataArray) -> xr.DataArray:
        """Return the mean of a linear predictor."""
        with jax.enable_x64(True):
            return eta.copy(data=np.array(self.how[1].mean(eta.values)))

    def derivatives(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the first and second derivative of each entry's loss with respect to η: bin × unit.

        Both are 0 in bins and units that were not fitted.
        """
        eta = np.nan_to_num(self.linear().values)
        inside = self.kept[:, None] & self.fitted
        with jax.enable_x64(True):
            _, slope, curvature = derivatives(self.how[1].loss, eta, self.y.values)
            return np.where(inside, slope, 0.0), np.where(inside, curvature, 0.0)

    @property
    def methods(self) -> str:
        """What was fitted and how, in a paragraph."""
        family, link = self.how
        ridges = np.unique(self.penalty[self.fitted])
        span = "…".join(significant(each) for each in dict.fromkeys((ridges.min(initial=0), ridges.max(initial=0))))
        penalty = f"a ridge penalty of {span} on all weights but the constant" if ridges.any() else "no penalty"
        return (
            f"Generalised linear models of the {family.label} family with the mean {link.equation} were fitted to "
            f"{counted(int(self.fitted.sum()), 'unit')} in {counted(int(self.kept.sum()), 'bin')}. They have a "
            f"constant, {counted(self.x.sizes['feature'] - 1, 'feature')}, and {penalty}. Newton's method with step "
            f"halving needed at most {counted(int(self.steps.max(initial=0)), 'step')}."
        )
