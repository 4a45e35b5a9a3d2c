"""When can the identity of an object be read from inferior temporal neurons, and wherever the object is?"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar

import xarray as xr

from ...analysis.decoding import DECODERS, cross_temporal, permutation_test
from ...errors import InputError, require
from ...recordings import read_zhang_desimone
from ...runs import Run
from ..shared.options import option
from ..shared.protocol import Experiment, Progress
from .decode_it_result import DecodeITResult
from .identity import Identity, at_the_peak, averaged_over_pairings, by_number_of_neurons, prepared, uncertainty
from .representation import representation

OF_CLASSES = [name for name, how in DECODERS.items() if "class" in how.kinds and name != "constant"]


@dataclass(frozen=True, kw_only=True)
class DecodeIT(Experiment):
    """Decode the identity of objects from single neurons of inferior temporal cortex, pooled as a pseudo-population.

    A decoder is trained at every time and position, and tested on held-out trials at every position and at every
    other time, with intervals for new neurons and new trials, and with chance from shuffled labels.
    """

    name: ClassVar[str] = "decode-it"
    published_options: ClassVar[tuple[str, ...]] = ("decoder", "window", "step")

    data: Annotated[
        Path | None,
        option(
            "Folder with the published MATLAB files of Zhang et al. 2011, one per neuron (…_raster_data.mat); required"
        ),
    ] = None
    decoder: Annotated[str, option("Decoder of the identity", among=OF_CLASSES)] = "maximum-correlation"
    window: Annotated[
        int, option("Width of the windows in which spikes are counted", unit="ms", at_least=1, at_most=1000)
    ] = 150
    step: Annotated[int, option("From one window to the next", unit="ms", at_least=1, at_most=1000)] = 50
    folds: Annotated[
        int, option("Folds of the cross-validation; each holds out its share of the trials", at_least=2, at_most=1000)
    ] = 10
    permutations: Annotated[int, option("Number of times that labels are shuffled", at_least=20, at_most=100_000)] = 200

    bootstraps: Annotated[
        int, option("Bootstrap samples of neurons, of trials, and of both, for intervals", at_least=20, at_most=100_000)
    ] = 50

    def read(self, progress: Progress | None = None) -> xr.DataArray:
        """Read the spikes, and pool the neurons into a pseudo-population."""
        if self.data is None:
            raise InputError("decode-it needs --data FOLDER, with one file …_raster_data.mat per neuron.")
        counts = read_zhang_desimone(self.data, key=self.key("trials"), window=self.window, step=self.step)
        population = prepared(counts, self.folds)
        fewest = int(population["replicate"].max()) + 1
        require(
            self.folds <= fewest,
            f"--folds {self.folds} needs as many trials of every object and position; the neuron with the fewest has "
            f"{fewest}.",
        )
        return population

    def files(self) -> list[Path]:
        """Return the published files."""
        return [] if self.data is None else sorted(self.data.glob("*.mat"))

    def walk(self, run: Run, inputs: xr.DataArray) -> DecodeITResult:
        """Pseudo-population → decoding over time and position → intervals and chance."""
        how: dict[str, Any] = {"decoder": self.decoder, "n_folds": self.folds, "by": "fold"}
        with run.stage("decoding"):
            found = averaged_over_pairings(inputs, how, self.key("pairings"))
        with run.stage("intervals"):
            sampled = uncertainty(inputs, how, found, self.key("bootstrap"), self.bootstraps)
        with run.stage("chance"):
            chance = permutation_test(
                inputs, across="position", key=self.key("labels"), n_permutations=self.permutations, **how
            )
        identity = Identity(found, sampled, chance)
        with run.stage("other times"):
            places = [inputs.isel(repeat=inputs["position"].values == place) for place in found.score["trained"].values]
            temporal = xr.concat([cross_temporal(place, **how) for place in places], "place").mean("place")
        with run.stage("the peak"):
            rivals, confusion = at_the_peak(inputs.sel(time=identity.peak_ms, drop=True), how, self.folds)
            neurons = by_number_of_neurons(inputs.sel(time=identity.peak_ms, drop=True), how, self.key("subsets"))
        with run.stage("dissimilarities"):
            rdms = representation(inputs, identity.peak_ms, self.key("permutations"))
        return DecodeITResult(self, inputs, identity, temporal, rivals, confusion, neurons, rdms)
