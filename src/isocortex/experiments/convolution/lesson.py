"""Everything that the lesson on convolution measured."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import xarray as xr

from ...models import ConvolutionalLayer, map_size
from ...shapes import FilterBank, Images
from .cells import (
    PhaseResponses,
    modulation_table,
    pool_curves,
    position_table,
    threshold_curve,
    unit_modulations,
)
from .weights import Trained, WeightMatrix, network_counts, stride_and_padding, weight_counts


@dataclass(frozen=True, eq=False)
class Lesson:
    """What the walk computed, and what follows from it.

    Attributes
    ----------
    bank : bool
        Whether the filters are the published bank.
    names : list of str
        What each channel is.
    period : float
        Pixels in one cycle of a grating.
    pool : int
        Edge of the square of positions that a pooled channel takes the maximum of.
    stimuli : array, shape (stimulus, height, width)
        Zero-centred gratings.
    layer : ConvolutionalLayer
    conv : DataArray
        Activation of the layer, stimulus × unit; the stimuli are orientations in degrees.
    matrix : WeightMatrix
    networks : dict of str to Trained
    curves : dict of str to DataArray
        Measure → orientation × channel.
    tuning : DataFrame
        What each channel prefers.
    phases : PhaseResponses
    bars : dict of str to DataArray
        Cell → position × unit.
    """

    bank: bool
    names: list[str]
    period: float
    pool: int
    stimuli: Images
    layer: ConvolutionalLayer
    conv: xr.DataArray
    matrix: WeightMatrix
    networks: dict[str, Trained]
    curves: dict[str, xr.DataArray]
    tuning: pd.DataFrame
    phases: PhaseResponses
    bars: dict[str, xr.DataArray]

    @property
    def angles(self) -> np.ndarray:
        """Orientations of the stimuli, in degrees."""
        return self.conv["stimulus"].values

    @property
    def kernels(self) -> FilterBank:
        """The layer's kernels, shape (channel, size, size)."""
        return np.asarray(self.layer.kernels)

    @cached_property
    def maps(self) -> np.ndarray:
        """Activation of the layer, shape (stimulus, channel, rows, columns)."""
        size, how = self.kernels.shape[-1], {"stride": self.layer.stride, "padding": self.layer.padding}
        rows, columns = (map_size(n, size, **how) for n in self.stimuli.shape[1:])
        return self.conv.values.reshape(len(self.angles), len(self.kernels), rows, columns)

    @cached_property
    def strongest(self) -> int:
        """The grating that drives the last channel most."""
        return int((self.maps[:, -1] ** 2).mean(axis=(1, 2)).argmax())

    @cached_property
    def sizes(self) -> dict[tuple[str, str], np.ndarray]:
        """The last channel's map of that grating, for several strides and paddings."""
        return stride_and_padding(self.layer, self.stimuli[self.strongest])

    @cached_property
    def counts(self) -> dict[str, int]:
        """Outputs and weights of layers with the same outputs."""
        rows, columns = self.stimuli.shape[1:]
        return weight_counts(self.layer, (rows, columns), self.maps.shape[2:])

    @cached_property
    def network_counts(self) -> pd.DataFrame:
        """Weights of the published networks, layer by layer."""
        return network_counts(self.networks)

    @cached_property
    def units(self) -> dict[str, pd.DataFrame]:
        """Kind of cell → modulation of its units by a grating's phase."""
        return unit_modulations(self.phases)

    @cached_property
    def cells(self) -> pd.DataFrame:
        """Modulation of every kind of cell beside its closed form."""
        return modulation_table(self.phases, self.units, self.period, self.pool)

    def modulation(self, key: str, column: str = "f1_f0") -> float:
        """Return one number of one kind of cell: the median F1/F0, or another column of the table."""
        return float(self.cells.set_index("key").loc[key, column])  # pyright: ignore[reportArgumentType]

    @cached_property
    def pools(self) -> pd.DataFrame:
        """F1/F0 of every channel for growing pools."""
        return pool_curves(self.phases, self.period)

    @cached_property
    def thresholds(self) -> pd.DataFrame:
        """F1/F0 of the last channel for growing offsets before rectification."""
        return threshold_curve(self.phases)

    @cached_property
    def positions(self) -> pd.DataFrame:
        """Over how many positions of a bar each cell responds."""
        return position_table(self.bars, self.period)
