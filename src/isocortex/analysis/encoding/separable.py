"""A read-out that is separable in space and channel: one map of positions times one vector of channels per neuron."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from ...cores import on_cores, one_blas_thread
from ...errors import require
from ...formats import counted, significant
from ..linear import ridge

Maps = Float[np.ndarray, "stimulus channel position"]

PENALTIES = np.logspace(-4, 2, 7)
"""Penalties, in units of the number of stimuli times the mean squared norm of the maps, mean over channels."""
CHOICES = 3
"""Alternations in which the penalty is chosen anew; it is kept then, so that the fit converges."""
TURNS = 30
"""Alternations between channels and positions, at most."""
TOLERANCE = 1e-4
"""Relative fall of the objective in a turn, below which the fit has converged."""


@dataclass(frozen=True, eq=False)
class SeparableFit:
    """Read-outs of rank 1: response = intercept + Σ channel_c position_p map_cp.

    Attributes
    ----------
    channels : array, shape (neuron, channel)
        Of norm 1.
    positions : array, shape (neuron, row, column)
    intercept : array, shape (neuron,)
    penalty : array, shape (neuron,)
        On the sum of squared weights channel_c position_p.
    methods : str
        What was done, in words.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> maps, field = rng.normal(size=(200, 3, 4, 4)), np.zeros((4, 4))
    >>> field[1, 2] = 1.0
    >>> y = np.einsum("scij,c,ij->s", maps, [1.0, 0.0, -1.0], field)[:, None] + 0.1 * rng.normal(size=(200, 1))
    >>> fit = separable(maps, y)
    >>> divmod(int(np.abs(fit.positions[0]).argmax()), 4)  # row and column of the receptive field
    (1, 2)
    >>> round(float(np.corrcoef(fit.predict(maps)[:, 0], y[:, 0])[0, 1]), 2)
    1.0
    """

    channels: Float[np.ndarray, "neuron channel"]
    positions: Float[np.ndarray, "neuron row column"]
    intercept: Float[np.ndarray, " neuron"]
    penalty: Float[np.ndarray, " neuron"]
    methods: str

    def predict(self, maps: Any) -> Float[np.ndarray, "stimulus neuron"]:
        """Return the predicted responses to stimuli with these maps, stimulus × channel × row × column."""
        maps = np.asarray(maps, dtype=float)
        expected = (self.channels.shape[1], *self.positions.shape[1:])
        require(
            maps.shape[1:] == expected,
            f"maps must be stimulus × {' × '.join(map(str, expected))}, as in the fit; got the shape {maps.shape}.",
        )
        flat = maps.reshape(*maps.shape[:2], -1)
        placed = np.einsum("scp,np->snc", flat, self.positions.reshape(len(self.positions), -1), optimize=True)
        return (placed * self.channels).sum(axis=2) + self.intercept


def separable(maps: Any, responses: Any, *, groups: Sequence[Any] | np.ndarray | None = None) -> SeparableFit:
    """Fit a read-out of rank 1 in space × channel for every neuron (Du et al. 2025, 10.1038/s41467-025-61171-9).

    A neuron sees the same mixture of channels everywhere, in a receptive field: channels + positions weights rather
    than channels × positions. The squared error plus a penalty on the squared products of weights is minimised over the
    positions and over the channels in turn, each a ridge regression, from the largest singular pair of the covariance
    of maps and responses. The penalty is the one with which the positions, given the channels, predict stimuli (or
    groups of them) best that are left out.

    Parameters
    ----------
    maps : array, shape (stimulus, channel, row, column)
        Channel maps, such as those of a convolutional layer.
    responses : array, shape (stimulus, neuron)
    groups : sequence, optional
        The group of every stimulus, to be left out together. Default: one by one.

    Returns
    -------
    SeparableFit

    Raises
    ------
    InputError
        If maps or responses do not fit each other, or are not finite.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> maps = rng.normal(size=(300, 4, 5, 6))
    >>> y = np.einsum("scij,c,ij->s", maps, [1.0, 0, -1, 0], np.eye(5, 6))[:, None]
    >>> fit = separable(maps, y)
    >>> (fit.channels[0] * np.sign(fit.channels[0, 0])).round(2)[[0, 2]].tolist()
    [0.71, -0.71]
    """
    maps, y = np.asarray(maps, dtype=float), np.asarray(responses, dtype=float)
    require(
        maps.ndim == 4 and y.ndim == 2 and len(maps) == len(y),
        f"maps must be stimulus × channel × row × column and responses stimulus × neuron, of the same stimuli; got the "
        f"shapes {maps.shape} and {y.shape}.",
    )
    flat = maps.reshape(len(maps), maps.shape[1], -1)
    mean, y_mean = flat.mean(axis=0), y.mean(axis=0)
    x, centred = flat - mean, y - y_mean
    power = float((x**2).sum(axis=(1, 2)).mean())
    require(power > 0, "The maps are the same for all stimuli, so that they predict nothing.")
    penalties = len(y) * power / x.shape[1] * PENALTIES
    with one_blas_thread():
        parts = on_cores(lambda one: _rank_one(x, one, penalties, groups), centred.T)
    channels, positions = (np.stack([part[i] for part in parts]) for i in (0, 1))
    intercept = y_mean - np.einsum("nc,np,cp->n", channels, positions, mean, optimize=True)
    return SeparableFit(
        channels,
        positions.reshape(-1, *maps.shape[2:]),
        intercept,
        np.array([part[2] for part in parts]),
        f"The read-out of {counted(y.shape[1], 'neuron')} is separable: one weight for each of {maps.shape[1]} "
        f"channels times one for each of {maps.shape[2]} × {maps.shape[3]} positions, fitted in turn by ridge. "
        f"The penalty of every neuron was chosen among {len(PENALTIES)} values from {significant(penalties.min())} to "
        f"{significant(penalties.max())} by leaving out {'stimuli' if groups is None else 'groups of stimuli'}.",
    )


def _rank_one(
    x: Maps, y: Float[np.ndarray, " stimulus"], penalties: np.ndarray, groups: Any
) -> tuple[Float[np.ndarray, " channel"], Float[np.ndarray, " position"], float]:
    """Minimise |y − Σ c p x|² + λ|c|²|p|² over p and c in turn, which never rises; return c with norm 1, p, and λ."""
    u, _, _ = np.linalg.svd(np.einsum("scp,s->cp", x, y), full_matrices=False)
    channel, position, penalty, last = u[:, 0], np.zeros(x.shape[2]), penalties[-1], np.inf
    for turn in range(TURNS):
        seen = np.einsum("scp,c->sp", x, channel)
        if turn < CHOICES:
            penalty, last = ridge(seen, y[:, None], penalties=penalties, groups=groups).penalty[0], np.inf
        position = seen.T @ np.linalg.solve(seen @ seen.T + penalty * np.eye(len(y)), y)
        size = float(np.linalg.norm(position))
        if size == 0:
            break
        mixed = x @ (position / size)
        channel = np.linalg.solve(mixed.T @ mixed + penalty * np.eye(x.shape[1]), mixed.T @ y)
        norm = float(np.linalg.norm(channel))
        objective = float(((y - mixed @ channel) ** 2).sum() + penalty * norm**2)
        channel, position = channel / norm, position / size * norm
        if last - objective < TOLERANCE * objective:
            break
        last = objective
    return channel, position, float(penalty)
