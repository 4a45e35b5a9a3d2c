"""Synthetic V1: animals whose orientation tuning is known, with noise like that of recordings."""

import jax
import numpy as np
import xarray as xr

from ..errors import require
from ..formats import counted, significant
from ..responses import responses
from ..shapes import PRNGKey

N_SHARED = 4
"""Dimensions of the noise that a trial shares across neurons."""


def synthetic_v1(
    *,
    key: PRNGKey,
    n_animals: int = 3,
    n_orientations: int = 180,
    n_repeats: int = 8,
    n_neurons: int = 2000,
    private_noise: float = 1.5,
    shared_noise: float = 0.46,
    idiosyncrasy: float = 0.15,
) -> dict[str, xr.DataArray]:
    """Simulate populations of orientation-tuned neurons.

    A neuron responds gain·exp(κ(cos 2(θ − θ_pref) − 1)) to orientation θ. Preferences are uniform but for a cardinal
    bias; κ and gain are lognormal over neurons. Animals differ in the depth and axis of the bias, in the width of
    tuning, and in their gain as a function of orientation. Each trial adds noise that is private to a neuron and
    noise shared along a few dimensions. The default noise puts the noise ceiling of the correlation RDMs in 0.7–0.9,
    as in recordings; a population too clean makes every model look perfect.

    Parameters
    ----------
    key : key
    n_animals, n_orientations, n_repeats, n_neurons : int
        Defaults 3, 180, 8, 2000. Orientations are equally spaced from −90° (inclusive) to 90° (exclusive).
    private_noise : float
        Standard deviation per trial and neuron, in units of the mean gain. Default 1.5.
    shared_noise : float
        Standard deviation per trial of each shared dimension, per neuron, in the same units. Default 0.46.
    idiosyncrasy : float
        How much animals differ; 0 makes their expected RDMs equal. Default 0.15.

    Returns
    -------
    dict of str to DataArray
        Animal → repeat × stimulus × unit, float32, with the planted ``preferred`` (degrees), ``kappa`` and ``gain``
        along ``unit``. Attributes: ``synthetic``, and ``methods``, a paragraph on how all animals were simulated.

    Raises
    ------
    InputError
        If a count is too small or a noise level negative.

    Examples
    --------
    >>> import jax
    >>> animals = synthetic_v1(key=jax.random.key(0), n_neurons=50, n_orientations=12)
    >>> {name: dict(x.sizes) for name, x in animals.items()}["animal 1"]
    {'repeat': 8, 'stimulus': 12, 'unit': 50}
    """
    counts = {"n_animals": n_animals, "n_repeats": n_repeats, "n_neurons": n_neurons}
    for name, count in counts.items():
        require(count >= 1, f"{name} must be at least 1; got {count}.")
    require(n_orientations >= 3, f"n_orientations must be at least 3; got {n_orientations}.")
    for name, level in {
        "private_noise": private_noise,
        "shared_noise": shared_noise,
        "idiosyncrasy": idiosyncrasy,
    }.items():
        require(level >= 0, f"{name} must not be negative; got {level}.")
    angles = np.linspace(-90, 90, n_orientations, endpoint=False)
    methods = (
        f"The neurons are synthetic: {counted(n_animals, 'animal')} with {counted(n_neurons, 'neuron')} each, which "
        f"respond to {n_orientations} orientations in {counted(n_repeats, 'repeat')}. Tuning is a von Mises function "
        "of the doubled angle; its width and gain are lognormal over neurons, and preferred orientations have a "
        "cardinal bias. Noise is drawn anew in every trial, in units of the mean gain: private to each neuron with a "
        f"standard deviation of {significant(private_noise)}, and shared by all neurons along {N_SHARED} dimensions "
        f"with {significant(shared_noise)} each. Animals differ in the bias, the width of tuning, and the gain over "
        f"orientations (idiosyncrasy {significant(idiosyncrasy)}). No animal was recorded."
    )
    return {
        f"animal {i + 1}": _animal(
            jax.random.fold_in(key, i),
            angles,
            n_repeats,
            n_neurons,
            private_noise,
            shared_noise,
            idiosyncrasy,
        ).assign_attrs(methods=methods)
        for i in range(n_animals)
    }


def _animal(
    key: PRNGKey,
    angles: np.ndarray,
    n_repeats: int,
    n_neurons: int,
    private_noise: float,
    shared_noise: float,
    idiosyncrasy: float,
) -> xr.DataArray:
    purposes = ("animal", "preference", "width", "gain", "loading", "shared", "private")
    keys: dict[str, PRNGKey] = dict(zip(purposes, jax.random.split(key, len(purposes)), strict=True))

    def normal(name: str, *shape: int) -> np.ndarray:
        return np.asarray(jax.random.normal(keys[name], shape))

    trait = idiosyncrasy * normal("animal", 7)
    theta = np.deg2rad(angles)

    uniform = np.deg2rad(np.asarray(jax.random.uniform(keys["preference"], (n_neurons,), minval=-90.0, maxval=90.0)))
    depth, axis = 0.25 * np.exp(trait[0]), 0.3 * trait[1]
    preferred = uniform - depth / 4 * np.sin(4 * (uniform - axis))
    kappa = 2.0 * np.exp(0.5 * trait[2] + 0.5 * normal("width", n_neurons))
    gain = np.exp(0.5 * normal("gain", n_neurons))
    gain /= gain.mean()

    doubled = 2 * theta[:, None]
    field = np.exp(np.cos(np.arange(1, 3) * doubled) @ trait[3:5] + np.sin(np.arange(1, 3) * doubled) @ trait[5:7])
    mean = field[:, None] * gain * np.exp(kappa * (np.cos(2 * (theta[:, None] - preferred)) - 1))

    loading = normal("loading", N_SHARED, n_neurons)
    shared = shared_noise * normal("shared", n_repeats, len(angles), N_SHARED) @ loading
    private = private_noise * normal("private", n_repeats, len(angles), n_neurons)
    labelled = responses((mean + shared + private).astype(np.float32), stimuli=angles, name="synthetic V1", synthetic=1)
    truth = {"preferred": np.rad2deg(preferred), "kappa": kappa, "gain": gain}
    return labelled.assign_coords({name: ("unit", values) for name, values in truth.items()})
