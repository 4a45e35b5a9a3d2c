"""Models without learning that the networks are compared with: the filter bank, orientation energy, Fourier, pixels."""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from ...formats import counted
from ...models import ConvolutionalLayer, FourierEnergy, OrientationEnergy, Pixels, record
from ...shapes import Images

ENERGY_LAYERS = {
    "simple": "half-rectified phases",
    "complex": "root of the energy",
    "pooled": "its mean in each cell of a grid",
}
"""Layer of the orientation-energy model → what it is."""


def rival_responses(
    images: Images, stimuli: np.ndarray, *, energy: Sequence[str] = tuple(ENERGY_LAYERS), bank: bool = False
) -> dict[str, xr.DataArray]:
    """Show images to every rival; return its responses, by row of the table of similarities.

    Parameters
    ----------
    images : array, shape (stimulus, row, column)
    stimuli : array, shape (stimulus,)
        Their labels.
    energy : sequence of str
        Layers of the orientation-energy model. Default all.
    bank : bool
        Whether the filter bank is a rival of its own; networks start with it. Default False.
    """

    def recorded(model: object, layers: Sequence[str] | None = None) -> dict[str, xr.DataArray]:
        return record(model, images, stimuli=stimuli, layers=layers, population=False)

    found = {f"filter bank: {n}": x for n, x in recorded(ConvolutionalLayer()).items()} if bank else {}
    by_layer = recorded(OrientationEnergy(images.shape[1:]), energy)
    return {
        **found,
        "pixels": recorded(Pixels())["pixels"],
        "Fourier": recorded(FourierEnergy())["amplitude"],
        **{f"energy: {layer}": x for layer, x in by_layer.items()},
    }


def describe_rivals(image_size: tuple[int, int], *, energy: Sequence[str] = tuple(ENERGY_LAYERS)) -> str:
    """Return what the rivals compute, in words; the parameters are those of :func:`rival_responses`."""
    model, one = OrientationEnergy(image_size), OrientationEnergy(image_size, n_orientations=1)
    n_scales = len(one.transfer)
    layers = "; ".join(f"{layer}: {ENERGY_LAYERS[layer]}" for layer in energy)
    return (
        "the pixels; Fourier: the amplitude spectrum under a Hann window; energy: an orientation-energy model with "
        f"Gabor quadrature pairs at {counted(n_scales, 'scale')} and {len(model.transfer) // n_scales} orientations "
        f"({layers}; the grid has {model.grid} × {model.grid} cells)"
    )
