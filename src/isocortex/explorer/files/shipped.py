"""Models that ship with isocortex and need no training, shown the stimuli of a recording."""

import numpy as np
import xarray as xr

from ...experiments.vision.rivals import rival_responses
from ...stimuli import gratings
from .dropped import SIDE, Dropped

RESOLUTION = 0.1
RIVALS = "from isocortex.experiments.vision.rivals import rival_responses\n"
OF_ANGLES = f"""{RIVALS}
shown = ic.gratings(contents.stimuli.astype(float), resolution={RESOLUTION})
models = rival_responses(shown, contents.stimuli, bank=True)"""
OF_PICTURES = f"""import numpy as np
{RIVALS}from isocortex.stimuli import picture_files, read_pictures

files = {{path.stem: path for path in picture_files("pictures")}}  # each named as its stimulus
shown = np.concatenate([read_pictures(files[str(label)], side={SIDE}) for label in contents.stimuli])
models = rival_responses(shown, contents.stimuli, bank=True)"""


def are_angles(stimuli: np.ndarray, labelled: bool) -> bool:
    """Return whether the labels of stimuli can be orientations in degrees: numbers that span more than 90.

    Examples
    --------
    >>> are_angles(np.array([0, 45, 90, 135]), True), are_angles(np.arange(200), False)
    (True, False)
    """
    return labelled and stimuli.dtype.kind in "fi" and 90 < float(np.ptp(stimuli)) <= 360


def drawn(angles: np.ndarray) -> np.ndarray:
    """Return gratings at these orientations, in degrees from vertical."""
    return np.asarray(gratings(angles.astype(float), resolution=RESOLUTION))


def shown_to_models(dropped: Dropped) -> tuple[np.ndarray, str] | None:
    """Return the images of the stimuli and the lines that define ``models``; None if no model can see the stimuli.

    Pictures that were dropped with the recording come first; labels that are angles are drawn as gratings.
    """
    stimuli = dropped.contents.stimuli
    names = [str(label) for label in stimuli]
    if all(name in dropped.pictures for name in names):
        return np.stack([dropped.pictures[name] for name in names]), OF_PICTURES
    if are_angles(stimuli, dropped.contents.labelled):
        return drawn(stimuli), OF_ANGLES
    return None


def models_of(images: np.ndarray, stimuli: np.ndarray) -> dict[str, xr.DataArray]:
    """Return what the models that ship answer to images."""
    return rival_responses(images, stimuli, bank=True)
