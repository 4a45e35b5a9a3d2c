"""The error of ridge regression for samples that are left out, in closed form, and the penalty that makes it least."""

from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

import numpy as np
from jaxtyping import Float, Int

from ...cores import on_cores, one_blas_thread
from .spectrum import Spectrum, Targets

TOGETHER = 256
"""Targets whose residuals are held at a time: few enough for the cache, and many enough for a fast matrix product."""

Errors = Float[np.ndarray, "penalty target"]


@dataclass(frozen=True, eq=False)
class LeftOut:
    """The errors of samples that are left out, block by block: (I − H)⁻¹ times the residuals of the fit to all.

    Attributes
    ----------
    spectrum : Spectrum
    y : array, shape (sample, target)
        Centred.
    z : array, shape (component, target)
        Bᵀy.
    penalties : array, shape (penalty,)
    blocks : list of array of int
        The samples that are left out together, blocks of one size after each other.
    """

    spectrum: Spectrum
    y: Targets
    z: Float[np.ndarray, "component target"]
    penalties: Float[np.ndarray, " penalty"]
    blocks: list[np.ndarray]

    @property
    def alone(self) -> bool:
        """Whether samples are left out one by one."""
        return len(self.blocks) == len(self.y)

    @cached_property
    def weights(self) -> Float[np.ndarray, "sample penalty"]:
        """1/(1 − h)² of every sample, with its leverage h; the squared residual times this is the squared error."""
        return 1 / self.spectrum.left_over_alone(self.penalties) ** 2

    @cached_property
    def table(self) -> Errors:
        """The mean squared error of every target with every penalty."""
        if self.alone:

            def squared(residual: Targets, i: int) -> np.ndarray:
                return self.weights[:, i] @ np.square(residual, out=residual)
        else:
            sizes = [np.stack(list(same)) for _, same in groupby(self.blocks, key=len)]
            with one_blas_thread():
                inverses = [
                    [np.linalg.inv(self.spectrum.left_over(rows, penalty)) for rows in sizes]
                    for penalty in self.penalties
                ]

            def squared(residual: Targets, i: int) -> np.ndarray:
                errors = (inverse @ residual[rows] for inverse, rows in zip(inverses[i], sizes, strict=True))
                return np.sum([(error**2).sum(axis=(0, 1)) for error in errors], axis=0)

        def of_some(some: slice) -> np.ndarray:
            y, z = self.y[:, some], self.z[:, some]
            residuals = (self.spectrum.residuals(y, z, penalty) for penalty in self.penalties)
            return np.stack([squared(residual, i) for i, residual in enumerate(residuals)]) / len(y)

        n = self.y.shape[1]
        with one_blas_thread():
            some = [slice(i, min(i + TOGETHER, n)) for i in range(0, n, TOGETHER)]
            return np.concatenate(on_cores(of_some, some), axis=1)

    def best(self, per_target: bool) -> Int[np.ndarray, " target"]:
        """Return the position of the penalty with the smallest error of every target, or of all of them together."""
        if len(self.penalties) == 1:
            return np.zeros(self.y.shape[1], int)
        if not per_target:
            return np.full(self.y.shape[1], self.table.mean(axis=1).argmin())
        return (self._contested if self.alone else self.table).argmin(axis=0)

    def least(self) -> tuple[Int[np.ndarray, " target"], Float[np.ndarray, " target"]]:
        """Return the position of every target's best penalty, and the mean squared error with it."""
        if not self.alone:
            return self.table.argmin(axis=0), self.table.min(axis=0)
        position = self._contested.argmin(axis=0)
        return position, self._contested.min(axis=0) / len(self.y)

    @cached_property
    def _contested(self) -> Errors:
        """The errors of penalties that can be the best, and infinity for others.

        The squared norm of the residuals, which costs no matrix product of samples, times the smallest and the largest
        weight is a bound of the error from below and above. Where bounds cannot tell, the norm times the mean weight is
        exact but for the part of the weights that differs from their mean; that part, small as it is, is summed in
        float32, with an error of about 1e-8 of the whole.
        """
        norms = self._residual_norms()
        possible = self.weights.min(axis=0)[:, None] * norms <= (self.weights.max(axis=0)[:, None] * norms).min(axis=0)
        mean = self.weights.mean(axis=0)
        error = np.where(possible, mean[:, None] * norms, np.inf)
        deviation = (self.weights - mean).astype(np.float32)
        basis, shrinkages = self.spectrum.basis.astype(np.float32), self.spectrum.shrinkages(self.penalties)

        def of_some(job: tuple[int, np.ndarray]) -> np.ndarray:
            i, some = job
            residual = basis @ (shrinkages[:, i, None] * self.z[:, some]).astype(np.float32)
            if self.spectrum.loadings is not None:
                np.subtract(self.y[:, some], residual, out=residual, casting="same_kind")
            return deviation[:, i] @ np.square(residual, out=residual)

        jobs = [
            (i, some[first : first + TOGETHER])
            for i, some in enumerate(map(np.flatnonzero, possible))
            for first in range(0, len(some), TOGETHER)
        ]
        with one_blas_thread():
            for (i, some), found in zip(jobs, on_cores(of_some, jobs), strict=True):
                error[i, some] += found
        return error

    def _residual_norms(self) -> Errors:
        """Return the squared norm of the residuals, divided by λ² in the dual form as the residuals are."""
        g, squares = self.spectrum.shrinkages(self.penalties), self.z**2
        if self.spectrum.loadings is None:
            return (g**2).T @ squares
        fitted = g * (2 - self.spectrum.powers[:, None] * g)
        return np.maximum((self.y**2).sum(axis=0) - fitted.T @ squares, 0)
