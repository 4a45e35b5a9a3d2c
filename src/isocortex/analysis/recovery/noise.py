"""Noise of single trials, as a recording has it, and how large the signal of its neurons is."""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from jaxtyping import Float

from ...errors import require
from ...responses import check

Trials = Float[np.ndarray, "repeat stimulus neuron"]


@dataclass(frozen=True, eq=False)
class TrialNoise:
    """What neurons add to their mean response in a trial, and the variance that stimuli have in their means.

    Attributes
    ----------
    signal : float
        Variance over stimuli of the mean response, averaged over neurons; what noise adds to it is subtracted.
    noise : float
        Variance over repeats, averaged over neurons.
    residuals : array, shape (trial, neuron), or None
        Patterns of noise, of which one is drawn for every trial; None for Gaussian noise that is independent between
        neurons.

    Examples
    --------
    >>> noise = TrialNoise(signal=1.0, noise=4.0)
    >>> trials = noise.draw(np.random.default_rng(0), repeats=200, stimuli=10, neurons=5)
    >>> noise.snr, trials.shape, float(trials.var().round(1))
    (0.25, (200, 10, 5), 4.0)
    """

    signal: float | int
    noise: float | int
    residuals: Float[np.ndarray, "trial neuron"] | None = None

    @property
    def snr(self) -> float:
        """The ratio of the variance of the signal to that of the noise in one trial."""
        return self.signal / self.noise

    def draw(self, rng: np.random.Generator, repeats: int, stimuli: int, neurons: int) -> Trials:
        """Return noise of that many trials and neurons.

        Neurons that were recorded together keep their correlations. Of more neurons than were recorded, each further
        set has patterns of its own, so that noise is not correlated between sets.
        """
        if self.residuals is None:
            return np.sqrt(self.noise) * rng.normal(size=(repeats, stimuli, neurons))
        patterns, recorded = self.residuals.shape
        drawn = np.empty((repeats, stimuli, neurons))
        for start in range(0, neurons, recorded):
            who = rng.permutation(recorded)[: neurons - start]
            trials = rng.integers(patterns, size=(repeats, stimuli, 1))
            drawn[..., start : start + len(who)] = self.residuals[trials, who]
        return drawn


def trial_noise(recording: xr.DataArray) -> TrialNoise:
    """Return the noise of a recording.

    Parameters
    ----------
    recording : DataArray
        Repeat × stimulus × unit, at least two repeats.

    Returns
    -------
    TrialNoise
        Its residuals are the deviations from the mean of each stimulus, times √(r/(r − 1)) for r repeats, so that their
        variance is that of the noise.

    Raises
    ------
    InputError
        Without repeats, without any noise, or if the responses differ no more between stimuli than noise explains.

    Examples
    --------
    >>> from isocortex import responses
    >>> rng = np.random.default_rng(0)
    >>> found = trial_noise(responses(rng.normal(size=(40, 100)) + 2 * rng.normal(size=(8, 40, 100))))
    >>> round(found.signal, 1), round(found.noise, 1)
    (1.0, 4.0)
    """
    name = recording.name
    repeats = recording.sizes.get("repeat", 1)
    require(
        {*recording.dims} == {"repeat", "stimulus", "unit"} and repeats > 1,
        f"The noise of {name} is estimated from repeats, and needs responses of at least 2 repeats × stimulus × unit; "
        f"they are {' × '.join(map(str, recording.dims))}, with {repeats} "
        f"{'repeat' if repeats == 1 else 'repeats'}.",
    )
    check(recording)
    trials = recording.transpose("repeat", "stimulus", "unit").values.astype(float)
    means = trials.mean(axis=0)
    deviations = (trials - means) * np.sqrt(repeats / (repeats - 1))
    noise = float((deviations**2).mean())
    signal = float(means.var(axis=0, ddof=1).mean()) - noise / repeats
    require(noise > 0, f"The repeats of {name} are all the same, so that there is no noise to simulate.")
    require(signal > 0, f"The responses of {name} differ no more between stimuli than their noise explains.")
    return TrialNoise(signal, noise, deviations.reshape(-1, trials.shape[2]))


def independent_noise(snr: float | int) -> TrialNoise:
    """Return Gaussian noise that is independent between neurons, for a signal-to-noise ratio of one trial.

    Examples
    --------
    >>> found = independent_noise(0.25)
    >>> found.signal, found.noise
    (1.0, 4.0)
    """
    require(bool(np.isfinite(snr)) and snr > 0, f"The signal-to-noise ratio must be above 0; got {snr}.")
    return TrialNoise(1.0, 1 / snr)
