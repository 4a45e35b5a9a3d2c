"""Control models without learning: pixels, Fourier energy, and an orientation-energy model of V1."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from ..errors import require
from ..shapes import Image, PRNGKey
from .protocol import Model

Activity = dict[str, jax.Array]


class Pixels(Model):
    """The pixels of the image, as the baseline for every other model.

    Examples
    --------
    >>> import numpy as np
    >>> from isocortex.models import record
    >>> record(Pixels(), np.ones((3, 4, 5), np.float32), population=False)["pixels"].shape
    (3, 20)
    """

    layers: tuple[str, ...] = eqx.field(static=True, default=("pixels",))

    def __call__(self, image: Image, *, key: PRNGKey | None = None) -> Activity:
        """Return the image as layer ``pixels``."""
        return {"pixels": image}


class FourierEnergy(Model):
    """The amplitude of every spatial frequency and orientation, blind to position.

    The mean is taken off, a Hann window tapers the edges, and redundant frequencies are left out.

    Examples
    --------
    >>> FourierEnergy().layers
    ('amplitude',)
    """

    layers: tuple[str, ...] = eqx.field(static=True, default=("amplitude",))

    def __call__(self, image: Image, *, key: PRNGKey | None = None) -> Activity:
        """Return the amplitude spectrum as layer ``amplitude``, shape (height, width // 2 + 1)."""
        rows, columns = image.shape
        window = jnp.outer(jnp.hanning(rows), jnp.hanning(columns))
        return {"amplitude": jnp.abs(jnp.fft.rfft2((image - image.mean()) * window))}


class OrientationEnergy(Model):
    """The motion-free energy model of V1 complex cells: squared Gabor quadrature pairs, summed and pooled.

    Each pair is an even and an odd Gabor of one wavelength and orientation (Adelson & Bergen 1985,
    10.1364/JOSAA.2.000284). Layers: ``simple``, the half-rectified responses of the two phases and their
    opposites; ``complex``, the square root of their energy; ``pooled``, complex responses averaged over a grid
    of positions.

    Parameters
    ----------
    image_size : (rows, columns)
    wavelengths : tuple of float
        In pixels. Default: image height / (16, 8, 4, 2), so many cycles per image.
    n_orientations : int
        Equal steps of 0…180°. Default 8.
    bandwidth : float
        Standard deviation of the isotropic envelope in wavelengths. Default 0.4: about 1.4 octaves.
    grid : int
        Positions per axis in ``pooled``. Default 6.

    Examples
    --------
    >>> OrientationEnergy((48, 64)).layers
    ('simple', 'complex', 'pooled')
    """

    transfer: jax.Array
    grid: int = eqx.field(static=True)
    layers: tuple[str, ...] = eqx.field(static=True, default=("simple", "complex", "pooled"))

    def __init__(
        self,
        image_size: tuple[int, int],
        *,
        wavelengths: tuple[float, ...] | None = None,
        n_orientations: int = 8,
        bandwidth: float = 0.4,
        grid: int = 6,
    ) -> None:
        rows, columns = image_size
        require(
            min(image_size) >= grid,
            f"Images of {rows} × {columns} pixels are smaller than a {grid} × {grid} grid.",
        )
        scales = wavelengths or tuple(rows / cycles for cycles in (16, 8, 4, 2))
        fy, fx = np.meshgrid(np.fft.fftfreq(rows), np.fft.fftfreq(columns), indexing="ij")
        theta = np.arange(n_orientations) * np.pi / n_orientations
        bank = []
        for wavelength in scales:
            for angle in theta:
                cx, cy = np.cos(angle) / wavelength, np.sin(angle) / wavelength
                spread = 2 * (np.pi * bandwidth * wavelength) ** 2
                bank.append(np.exp(-spread * ((fx - cx) ** 2 + (fy - cy) ** 2)))
        self.transfer = jnp.asarray(np.stack(bank), jnp.float32)
        self.grid = grid
        self.layers = ("simple", "complex", "pooled")

    @property
    def input_shape(self) -> tuple[int, ...]:
        """The rows and columns of an image."""
        return self.transfer.shape[-2:]

    def __call__(self, image: Image, *, key: PRNGKey | None = None) -> Activity:
        """Return the three layers; the channels are scale by scale, orientation within scale."""
        spectrum = jnp.fft.fft2(image - image.mean())
        analytic = jnp.fft.ifft2(spectrum[None] * self.transfer)
        phases = jnp.stack([analytic.real, analytic.imag], axis=1)
        energy = jnp.abs(analytic)
        rows, columns = (n // self.grid for n in image.shape)
        cropped = energy[:, : rows * self.grid, : columns * self.grid]
        blocks = cropped.reshape(-1, self.grid, rows, self.grid, columns)
        return {
            "simple": jax.nn.relu(jnp.stack([phases, -phases], axis=1)),
            "complex": energy,
            "pooled": blocks.mean(axis=(2, 4)),
        }
