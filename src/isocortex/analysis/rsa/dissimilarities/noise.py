"""The precision of noise across units, kept as a diagonal and a few components: no unit × unit matrix is formed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import xarray as xr
from scipy.linalg.blas import dtrsm  # pyright: ignore[reportAttributeAccessIssue]

from ....errors import InputError, require
from ....registries import Registry
from ....responses import FEWEST_OF_A_PAIR, check
from ....shapes import CompactFactor, NoiseFactor, Residuals, UnitVariance
from .observations import group_mean, observe

Responses = TypeVar("Responses", np.ndarray, xr.DataArray)


@dataclass(frozen=True, eq=False)
class NoisePrecision:
    """The inverse of a noise covariance Σ = diag(d) + FFᵀ, ready to whiten responses.

    With u units and k < u/2 components it takes u × (k + 1) numbers, and the square root of the precision is applied
    through them (Woodbury's identity), so that 10⁵ units are no obstacle; else through a triangle of u². A dense
    covariance from elsewhere is ``NoisePrecision(np.zeros(u), np.linalg.cholesky(covariance))``.

    Parameters
    ----------
    diagonal : array, shape (unit,)
        d, the part of the variance that units do not share; all positive, or all zero.
    factor : array, shape (unit, component)
        F; at least as many components as units where d is zero.
    shrinkage : float
        The weight λ of the target that the sample covariance was shrunk to. Default 0.

    Raises
    ------
    InputError
        When whitening, if Σ cannot be inverted or the responses have other units.

    Examples
    --------
    >>> from isocortex import responses, rsa
    >>> x = responses(np.random.default_rng(0).normal(size=(6, 20, 4)) * [1.0, 2.0, 4.0, 8.0])  # units of unequal noise
    >>> noise = rsa.noise_precision(x)
    >>> noise.whiten(x).std(["repeat", "stimulus"]).values.round(1).tolist()
    [1.0, 1.0, 1.0, 1.0]
    >>> rsa.rdm(x, "mahalanobis", noise=noise).measure
    'squared Mahalanobis distance per unit'
    """

    diagonal: UnitVariance
    factor: NoiseFactor
    shrinkage: float = 0.0

    def __post_init__(self) -> None:
        positive = self.diagonal > 0
        require(
            bool(positive.all() or not self.diagonal.any()) and len(self.factor) == len(positive),
            "The diagonal of a noise covariance must be all positive or all zero, with a row of the factor per unit.",
        )

    def whiten(self, x: Responses) -> Responses:
        """Return responses (…, unit) times A with AAᵀ = Σ⁻¹, in float64: the noise becomes white, of unit variance."""
        if isinstance(x, xr.DataArray):
            last = x.transpose(..., "unit")
            return last.copy(data=self.whiten(last.values))
        require(
            x.shape[-1] == len(self.diagonal),
            f"Noise of {len(self.diagonal)} units cannot whiten responses of {x.shape[-1]} units.",
        )
        if self._wide:
            scale, directions, gain = self._components
            z = x * scale
            return z + (z @ directions * gain) @ directions.T if len(gain) else z
        rows = np.asarray(x, float).reshape(-1, x.shape[-1])
        return dtrsm(1.0, self._cholesky, rows.T, lower=1).T.reshape(x.shape)

    def dense(self) -> np.ndarray:
        """Return Σ⁻¹ in full, shape (unit, unit); for few units."""
        root = self.whiten(np.eye(len(self.diagonal)))
        return root @ root.T

    @property
    def _wide(self) -> bool:
        """Whether a diagonal and components are less than a dense matrix. (They always can be inverted.)"""
        units, components = self.factor.shape
        return 2 * components < units and bool(self.diagonal.any())

    @cached_property
    def _components(self) -> tuple[UnitVariance, NoiseFactor, np.ndarray]:
        """Return s, U and g with A = diag(s)(I + U diag(g) Uᵀ): eigenvectors of the covariance in units of √d."""
        scale = 1 / np.sqrt(self.diagonal)
        scaled = self.factor * scale[:, None]
        power, mixing = np.linalg.eigh(scaled.T @ scaled)
        kept = power > len(scale) * np.finfo(float).eps * power.max(initial=0)
        directions = scaled @ (mixing[:, kept] / np.sqrt(power[kept]))
        return scale, directions, 1 / np.sqrt(1 + power[kept]) - 1

    @cached_property
    def _cholesky(self) -> np.ndarray:
        """Return the lower triangle L of Σ = LLᵀ; A is the inverse of its transpose."""
        covariance = self.factor @ self.factor.T
        covariance[np.diag_indices_from(covariance)] += self.diagonal
        rounding = len(covariance) * np.finfo(float).eps
        try:
            root = np.linalg.cholesky(covariance)
        except np.linalg.LinAlgError:
            root = np.zeros_like(covariance)
        require(
            bool((root.diagonal() ** 2 > rounding * covariance.diagonal()).all()),
            f"The covariance of {len(covariance)} units is singular; shrink it, or take fewer units.",
        )
        return np.asfortranarray(root)


def mean_noise(a: NoisePrecision, b: NoisePrecision) -> NoisePrecision:
    """Return the precision of the mean of two covariances."""
    factor = np.hstack([a.factor, b.factor]) / np.sqrt(2)
    return NoisePrecision((a.diagonal + b.diagonal) / 2, _compact(factor), (a.shrinkage + b.shrinkage) / 2)


def variances(x: Residuals, degrees_of_freedom: int) -> UnitVariance:
    """Return the variance of each unit, which must not be zero."""
    variance = (x**2).sum(axis=0) / degrees_of_freedom
    silent = variance == 0
    if silent.any():
        raise InputError(
            f"{int(silent.sum())} of {len(silent)} units never vary, so their noise has no precision; the first is "
            f"unit {int(np.argmax(silent))}. Leave them out, or shrink to the identity with 'ledoit-wolf'."
        )
    return variance


def schaefer_strimmer(x: Residuals, degrees_of_freedom: int) -> tuple[UnitVariance, float]:
    """Return the variances of units and the weight λ that shrinks their correlations to zero."""
    variance = variances(x, degrees_of_freedom)
    z = x / np.sqrt(variance)
    n, n_units = z.shape
    gram = z @ z.T if n < n_units else z.T @ z
    squares = (gram**2).sum() - n_units * degrees_of_freedom**2
    fourth = ((z**2).sum(axis=1) ** 2).sum() - (z**4).sum()
    spread = n / degrees_of_freedom**2 * (fourth / (n - 1) - squares / (n - 1) ** 2)
    if squares <= 0:
        return variance, 1.0
    return variance, float(np.clip(spread / (squares / (n - 1) ** 2), 0, 1))


def ledoit_wolf(x: Residuals, degrees_of_freedom: int) -> tuple[UnitVariance, float]:
    """Return the mean variance, once per unit, and the weight λ that shrinks the covariance to it."""
    n, n_units = x.shape
    gram = x @ x.T if n < n_units else x.T @ x
    mean = float(np.trace(gram)) / n / n_units
    require(mean > 0, "The residuals are all zero: there is no noise to whiten with.")
    norm = float((gram**2).sum()) / n**2
    distance = norm - n_units * mean**2
    spread = float(((x**2).sum(axis=1) ** 2).sum()) / n**2 - norm / n
    weight = min(max(spread / distance, 0.0), 1.0) if distance > 0 else 1.0
    return np.full(n_units, mean * n / degrees_of_freedom), weight


def unshrunk(x: Residuals, degrees_of_freedom: int) -> tuple[UnitVariance, float]:
    """Return the variances of units and no shrinkage."""
    n_units = x.shape[1]
    require(
        degrees_of_freedom >= n_units,
        f"The full covariance of {n_units} units needs at least as many degrees of freedom; there are "
        f"{degrees_of_freedom}. Shrink it with 'schaefer-strimmer' or 'ledoit-wolf'.",
    )
    return variances(x, degrees_of_freedom), 0.0


def diagonal(x: Residuals, degrees_of_freedom: int) -> tuple[UnitVariance, float]:
    """Return the variances of units, and λ = 1: nothing is shared."""
    return variances(x, degrees_of_freedom), 1.0


@dataclass(frozen=True)
class NoiseEstimate:
    """A way to estimate the covariance of units.

    Attributes
    ----------
    shrink : callable
        (centred residuals, degrees of freedom) → the target's diagonal and its weight λ.
    """

    shrink: Callable[[Residuals, int], tuple[UnitVariance, float]]


NOISE_ESTIMATES = Registry(
    "noise estimate",
    "noise_estimates",
    {
        "schaefer-strimmer": NoiseEstimate(schaefer_strimmer),
        "ledoit-wolf": NoiseEstimate(ledoit_wolf),
        "full": NoiseEstimate(unshrunk),
        "diagonal": NoiseEstimate(diagonal),
    },
)


def noise_precision(
    noise: xr.DataArray | np.ndarray | Mapping[str, xr.DataArray] | Mapping[str, np.ndarray],
    method: str = "schaefer-strimmer",
    *,
    per_run: bool = False,
    degrees_of_freedom: int | None = None,
) -> NoisePrecision | dict[str, Any]:
    """Estimate the noise precision of units from residuals or repeated responses, in order to whiten responses.

    Σ = (1 − λ)·S + λ·T with S = RᵀR / degrees of freedom over residuals R, and the target T and the weight λ of the
    method.

    Parameters
    ----------
    noise : DataArray, array or mapping of str to these
        Responses, (repeat ×) stimulus × unit or trial × unit: the residuals are the deviations from the mean response
        to each stimulus, with trials − stimuli degrees of freedom. Or an array of residuals, sample × unit, whose mean
        is taken off. A mapping (run or subject → either) gives one estimate for each.
    method : {"schaefer-strimmer", "ledoit-wolf", "full", "diagonal"}
        "schaefer-strimmer", the default, shrinks correlations to zero and keeps the variances (Schäfer & Strimmer 2005,
        10.2202/1544-6115.1175); "ledoit-wolf" shrinks to the mean variance times the identity (Ledoit & Wolf 2004,
        10.1016/S0047-259X(03)00096-4); "full" shrinks nothing and needs more samples than units; "diagonal" keeps the
        variances alone, as for neurons that were not recorded together.
    per_run : bool
        Estimate each run by itself, from deviations within it; needs repeats within runs. Default: pooled over runs.
    degrees_of_freedom : int, optional
        Default as above; for residuals of a regression, samples − regressors.

    Returns
    -------
    NoisePrecision, or dict of str to NoisePrecision
        The latter per run, or per entry of a mapping.

    Raises
    ------
    InputError
        For an unknown method, a single repeat, residuals that are not finite or do not vary, or too few for "full".

    Notes
    -----
    Noise taken from the very repeats that crossnobis compares leaves it a bias: where their spread happens to be small,
    their products happen to be large and the weight too. With the diagonal it is 4 / (runs·(ν − 2)) per unit for ν
    degrees of freedom, and matters only where these are few; residuals, or deviations within runs, have none.

    Examples
    --------
    >>> import numpy as np
    >>> residuals = np.random.default_rng(0).normal(size=(50, 200))
    >>> noise = noise_precision(residuals)
    >>> noise.whiten(np.ones((3, 200))).shape
    (3, 200)
    """
    estimate = NOISE_ESTIMATES.named(method).shrink
    if isinstance(noise, Mapping):
        require(bool(noise), "There are no residuals to estimate noise from.")
        return {
            name: noise_precision(entry, method, per_run=per_run, degrees_of_freedom=degrees_of_freedom)
            for name, entry in noise.items()
        }
    if isinstance(noise, xr.DataArray):
        check(noise, trials=True, fewest=FEWEST_OF_A_PAIR)
        return _from_repeats(noise, method, per_run, degrees_of_freedom)
    require(not per_run, "Residuals in an array have no runs; give a mapping from run to residuals.")
    x = np.asarray(noise)
    require(
        x.ndim == 2 and x.dtype.kind in "fiu" and x.shape[1] > 0,
        f"Residuals must be numbers, sample × unit; got {x.dtype} of shape {x.shape}.",
    )
    require(len(x) >= 2, f"Noise needs at least two samples; got {len(x)}.")
    x = _deviations(x, x.mean(axis=0, dtype=float))
    require(bool(np.isfinite(x.sum())), "The residuals have NaN or infinite values; leave those samples or units out.")
    dof = len(x) - 1 if degrees_of_freedom is None else degrees_of_freedom
    require(0 < dof <= len(x), f"degrees_of_freedom must be 1 to {len(x)}, the number of samples; got {dof}.")
    target, weight = estimate(x, dof)
    if weight == 1:
        return NoisePrecision(target, np.zeros((x.shape[1], 0)), 1.0)
    return NoisePrecision(weight * target, _compact(x.T * np.sqrt((1 - weight) / dof)), weight)


def _from_repeats(
    responses: xr.DataArray, method: str, per_run: bool, degrees_of_freedom: int | None
) -> NoisePrecision | dict[str, Any]:
    """Estimate from the deviations of single responses from the mean over the repeats of their stimulus."""
    extra = set(responses.dims) - {"repeat", "stimulus", "trial", "unit"}
    require(not extra, f"{responses.name} have the dimensions {sorted(map(str, extra))}; select one first.")
    found = observe(responses)
    group = found.run * len(found.stimuli) + found.stimulus if per_run else found.stimulus
    _, group = np.unique(group, return_inverse=True)
    deviations = _deviations(found.values, group_mean(found.values, group, int(group.max()) + 1)[group])
    parts = {str(label): found.run == i for i, label in enumerate(found.runs)} if per_run else {"": slice(None)}
    estimates = {}
    for label, part in parts.items():
        mine, groups = deviations[part], len(np.unique(group[part]))
        where = f" in run {label}" if per_run else ""
        require(
            len(mine) > groups,
            f"{found.name} hold one response per stimulus{where}, from which no noise can be estimated; "
            + ("give repeats, give residuals, or pool the runs." if per_run else "give repeats or residuals."),
        )
        dof = len(mine) - groups if degrees_of_freedom is None else degrees_of_freedom
        estimates[label] = noise_precision(mine, method, degrees_of_freedom=dof)
    return estimates if per_run else estimates[""]


def _deviations(values: Residuals, mean: np.ndarray) -> Residuals:
    """Return values − mean, and exact zeros for a unit whose deviations are no more than rounding."""
    x = values - mean
    largest = np.maximum(np.abs(x.max(axis=0)), np.abs(x.min(axis=0)))
    level = np.maximum(np.abs(values.max(axis=0)), np.abs(values.min(axis=0)))
    x[:, largest <= 16 * np.finfo(float).eps * level] = 0
    return x


def _compact(factor: NoiseFactor) -> CompactFactor:
    """Return a factor with the same FFᵀ and no more components than units."""
    units, components = factor.shape
    return factor if components <= units else np.asarray(np.linalg.qr(factor.T, mode="r")).T
