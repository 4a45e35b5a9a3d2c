"""Recordings of V1 that an experiment reads: synthetic animals, a data set to download, or a file."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import xarray as xr

from ...errors import unknown
from ...formats import significant
from ...recordings import DATASETS, fetch, read_orientations, synthetic_v1, where
from ...runs import Run
from .options import option
from .protocol import Experiment, Progress

SYNTHETIC = "synthetic-v1"
Neurons = dict[str, xr.DataArray]


@dataclass(frozen=True, kw_only=True)
class V1Recordings(Experiment):
    """Options of the recordings of V1, and how they are read."""

    data: Annotated[
        str,
        option(
            "Recordings: synthetic-v1, a data set to download (isocortex data list), or a file: NPZ with resp and "
            "stimuli (or resp_train, resp_test, stimuli), or .npz, .mat or .nc with responses and stimuli "
            "(docs/interchange.md)"
        ),
    ] = SYNTHETIC
    bin_width: Annotated[
        float | None, option("Width of bins in which the stimuli of a file are averaged", unit="°", above=0, at_most=90)
    ] = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if Path(self.data).is_file():
            object.__setattr__(self, "data", str(Path(self.data).absolute()))

    def recordings(self, progress: Progress | None) -> Neurons | None:
        """Read the recordings that --data names, or return None where they will be simulated."""
        if self.data == SYNTHETIC:
            return None
        if self.data in DATASETS:
            return read_orientations(fetch(self.data, progress=progress), bin_width=self.bin_width)
        if not Path(self.data).suffix and not Path(self.data).exists():
            raise unknown("data set", self.data, [SYNTHETIC, *DATASETS, "PATH"])
        return read_orientations(self.data, bin_width=self.bin_width)

    def neurons(self, run: Run, recorded: Neurons | None, **simulated: int) -> Neurons:
        """Return the recordings, or simulate some and mark the run so.

        Parameters
        ----------
        run : Run
        recorded : dict of str to DataArray, or None
            From :meth:`recordings`.
        **simulated
            Sizes for :func:`isocortex.synthetic_v1`.
        """
        run.mark = "synthetic neurons" if recorded is None else ""
        return synthetic_v1(key=self.key("neurons"), **simulated) if recorded is None else recorded

    def files(self) -> list[Path]:
        """Return the recording's file, where there is one."""
        if self.data == SYNTHETIC:
            return super().files()
        return [*super().files(), where(self.data) if self.data in DATASETS else Path(self.data)]

    def describe_neurons(self, neurons: Neurons) -> str:
        """Return where the neural responses come from, in words."""
        if self.data == SYNTHETIC:
            return next(iter(neurons.values())).attrs["methods"]
        binned = f", averaged in bins of {significant(self.bin_width)}°" if self.bin_width else ""
        folded = f"stimuli up to 180°, minus 90{binned}"
        if self.data in DATASETS:
            known = DATASETS[self.data]
            return f"Data set {self.data} ({folded}). {known.content} Licence: {known.licence}."
        return f"The neural responses were read from {Path(self.data).name} (of the published format: {folded})."


def angles_of(neurons: Neurons | None) -> np.ndarray:
    """Return the orientations that were shown, or that synthetic animals will be shown."""
    return (
        np.linspace(-90, 90, 180, endpoint=False)
        if neurons is None
        else next(iter(neurons.values()))["stimulus"].values
    )
