"""Sessions written by pynwb, in the layouts of the Allen Institute's Visual Coding sets and of DANDI's trials."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

ANGLES = np.arange(0, 180, 30.0)
LASTING = 0.5
"""s that a grating is shown."""


def new(subject: str = "mouse 7") -> Any:
    from pynwb import NWBFile
    from pynwb.file import Subject

    file = NWBFile(session_description="gratings", identifier="x", session_start_time=datetime(2024, 1, 1, tzinfo=UTC))
    if subject:
        file.subject = Subject(subject_id=subject, species="Mus musculus", age="P90D")
    return file


def save(file: Any, path: Path) -> Path:
    from pynwb import NWBHDF5IO

    with NWBHDF5IO(str(path), "w") as io:
        io.write(file)
    return path


def spikes(rng: np.random.Generator, events: np.ndarray, angles: np.ndarray, preferred: float) -> np.ndarray:
    """Return Poisson spikes of one per second, and more from 50 ms after gratings near the preferred angle."""
    end = events.max() + 2
    found = [rng.uniform(0, end, rng.poisson(end))]
    for event, angle in zip(events, angles, strict=True):
        rate = 20 * np.exp(2 * (np.cos(np.deg2rad(2 * (angle - preferred))) - 1)) if np.isfinite(angle) else 0.0
        found.append(event + 0.05 + rng.uniform(0, LASTING - 0.05, rng.poisson(rate * (LASTING - 0.05))))
    return np.sort(np.concatenate(found))


def allen(path: Path, *, repeats: int = 4, n_units: int = 12) -> Path:
    """Write presentations as TimeIntervals with blanks (no orientation), and units with quality and electrodes."""
    from pynwb.epoch import TimeIntervals

    rng, file = np.random.default_rng(0), new()
    angles = rng.permutation(np.repeat([*ANGLES, np.nan], repeats))
    events = 1.0 + np.arange(len(angles))
    shown = TimeIntervals(name="drifting_gratings_presentations", description="gratings")
    for column in ("orientation", "contrast", "stimulus_name"):
        shown.add_column(column, column)
    for event, angle in zip(events, angles, strict=True):
        of = {"orientation": angle, "contrast": 0.8, "stimulus_name": "drifting_gratings", "tags": ["a", "b"]}
        shown.add_interval(start_time=event, stop_time=event + LASTING, **of)
    spontaneous = TimeIntervals(name="spontaneous_presentations", description="nothing")
    spontaneous.add_interval(start_time=0.0, stop_time=1.0)
    file.add_time_intervals(shown)
    file.add_time_intervals(spontaneous)
    group = file.create_electrode_group("probe A", "probe", "VISp", file.create_device("probe"))
    file.add_unit_column("quality", "of the isolation")
    for i in range(n_units):
        file.add_electrode(location="VISp" if i % 2 else "VISl", group=group)
        file.add_unit(
            spike_times=spikes(rng, events, angles, 180 * i / n_units),
            obs_intervals=[[0.0, events.max() + 2]],
            electrodes=[i],
            quality="good" if i % 3 else "noise",
        )
    return save(file, path)


def dandi(path: Path, *, n_trials: int = 60, n_units: int = 10) -> Path:
    """Write trials whose gratings come 200 ms after their start, unequally often, and units without labels."""
    rng, file = np.random.default_rng(1), new("")
    angles, events = rng.choice([0.0, 45.0, 90.0, 135.0], n_trials), 1.0 + np.arange(n_trials)
    for column in ("orientation", "choice", "correct", "stimulus_on"):
        file.add_trial_column(column, column)
    for event, angle in zip(events, angles, strict=True):
        file.add_trial(
            start_time=event - 0.2,
            stop_time=event + LASTING,
            orientation=angle,
            choice=str(rng.choice(["left", "right"])),
            correct=bool(rng.integers(2)),
            stimulus_on=event,
        )
    for i in range(n_units):
        file.add_unit(spike_times=spikes(rng, events, angles, 180 * i / n_units))
    return save(file, path)


def ophys(path: Path, *, repeats: int = 3, n_rois: int = 8, stamps: bool = False) -> Path:
    """Write compressed DfOverF of regions with a table, sampled at 30 Hz."""
    from hdmf.backends.hdf5.h5_utils import H5DataIO
    from pynwb.ophys import DfOverF, ImageSegmentation, OpticalChannel

    rng, file = np.random.default_rng(2), new()
    angles = rng.permutation(np.repeat(ANGLES, repeats))
    events = 1.0 + np.arange(len(angles))
    file.add_trial_column("orientation", "orientation")
    for event, angle in zip(events, angles, strict=True):
        file.add_trial(start_time=event, stop_time=event + LASTING, orientation=angle)
    plane = file.create_imaging_plane(
        name="plane",
        optical_channel=OpticalChannel(name="green", description="green", emission_lambda=500.0),
        description="layer 2/3",
        device=file.create_device("microscope"),
        excitation_lambda=920.0,
        imaging_rate=30.0,
        indicator="GCaMP6f",
        location="VISp",
    )
    module = file.create_processing_module("ophys", "calcium")
    segmentation = ImageSegmentation()
    module.add(segmentation)
    table = segmentation.create_plane_segmentation(
        name="PlaneSegmentation", description="cells", imaging_plane=plane, reference_images=[]
    )
    table.add_column("cell_type", "from its shape")
    for i in range(n_rois):
        table.add_roi(image_mask=np.zeros((4, 4)), cell_type="excitatory" if i % 2 else "inhibitory")
    times = np.arange(int((events.max() + 2) * 30)) / 30
    data = 0.1 * rng.normal(size=(len(times), n_rois))
    for event, angle in zip(events, angles, strict=True):
        preferred = 180 * np.arange(n_rois) / n_rois
        during = (times >= event) & (times < event + LASTING)
        data[during] += np.exp(2 * (np.cos(np.deg2rad(2 * (angle - preferred))) - 1))
    series = DfOverF()
    module.add(series)
    series.create_roi_response_series(
        name="RoiResponseSeries",
        data=H5DataIO(data, compression="gzip"),
        rois=table.create_roi_table_region(description="all", region=list(range(n_rois))),
        unit="dF/F",
        **({"timestamps": times} if stamps else {"rate": 30.0}),
    )
    return save(file, path)
