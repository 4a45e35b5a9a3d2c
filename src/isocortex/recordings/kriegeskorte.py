"""RDMs of human and monkey inferior temporal cortex for 92 object images (Kriegeskorte et al. 2008)."""

from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import InputError, require
from ..rdms import RDMs, from_square
from .matlab import load_matlab

BRAIN_FILE = "92_brainRDMs.mat"
SUPPLEMENT_FILE = "Kriegeskorte_Neuron2008_supplementalData.mat"
MODEL_FILE = "92_V1model_HMAX_RDMs.mat"
CATEGORIES = {"face": "face", "body": "body", "natural": "natObj", "artificial": "artiObj"}
"""Our category → the published vector that marks it. Every image is in exactly one."""


@dataclass(frozen=True, eq=False)
class ObjectRecordings:
    """What was measured for 92 photographs of objects.

    Attributes
    ----------
    images : array, shape (92, height, width, 3), uint8
    categories : array of str, shape (92,)
        "body", "face", "natural" or "artificial"; the images come in category blocks.
    human : RDMs
        One row per subject, the mean of two fMRI sessions; 1 − Pearson correlation over 316 voxels.
    human_mean : RDMs
        The published mean over subjects.
    monkey : RDMs
        One row, from 674 neurons.
    models : dict of str to RDMs
        The published V1 model and HMAX.

    Examples
    --------
    >>> found = read_kriegeskorte("kriegeskorte-2008")  # the folder of the three files
    >>> found.images.shape, found.human.labels
    ((92, 175, 175, 3), ('BE', 'KO', 'SN', 'TI'))
    >>> {kind: int((found.categories == kind).sum()) for kind in CATEGORIES}
    {'face': 24, 'body': 24, 'natural': 23, 'artificial': 21}
    """

    images: np.ndarray
    categories: np.ndarray
    human: RDMs
    human_mean: RDMs
    monkey: RDMs
    models: dict[str, RDMs]


def read_kriegeskorte(folder: str | PathLike[str]) -> ObjectRecordings:
    """Read the three published MATLAB files from a folder.

    Condensed vectors in these files run over the upper triangle row by row; the published mean of the square human
    RDMs equals the condensed one to rounding, which is checked.

    Raises
    ------
    InputError
        If the folder or a file is missing, cut off, or does not hold what was published.

    Examples
    --------
    >>> from isocortex import rsa
    >>> found = read_kriegeskorte("kriegeskorte-2008")  # the folder of the three files
    >>> rsa.similarity(found.monkey, found.human_mean, "spearman").round(2)
    array([[0.44]])
    """
    folder = Path(folder)
    require(folder.is_dir(), f"There is no folder {folder}; --data must name the one with {BRAIN_FILE}.")
    brain, supplement, published = (load_matlab(folder / name) for name in (BRAIN_FILE, SUPPLEMENT_FILE, MODEL_FILE))
    try:
        return _parse(brain, supplement, published)
    except (KeyError, IndexError, ValueError, TypeError) as error:
        raise InputError(f"The files in {folder} are not the published ones: {error!r}.") from error


def _parse(brain: dict[str, Any], supplement: dict[str, Any], published: dict[str, Any]) -> ObjectRecordings:
    vectors = supplement["categoryVectors"].astype(bool)
    names = [str(label[0]) for label in supplement["categoryLabels"].ravel()]
    member = np.stack([vectors[:, names.index(theirs)] for theirs in CATEGORIES.values()])
    require(bool((member.sum(axis=0) == 1).all()), "Each image must be in exactly one of the four categories.")
    categories = np.array(list(CATEGORIES))[member.argmax(axis=0)]
    stimuli = np.arange(1, len(categories) + 1)

    sessions = brain["RDMs"][0]
    subjects = np.stack([np.mean([s["RDM"].astype(float) for s in subject], axis=0) for subject in sessions])
    initials = tuple(str(subject[0]["name"][0]).split("|")[1].strip() for subject in sessions)
    measure = "1 − Pearson correlation"
    human = from_square(subjects, stimuli=stimuli, labels=initials, measure=measure)

    condensed = {str(entry["name"][0]): entry["RDM"].astype(float) for entry in supplement["RDMs_mIT_hIT_fig1"].ravel()}
    monkey = RDMs(condensed["mIT_674neurons"], stimuli, ("monkey",), measure)
    human_mean = RDMs(condensed["hITvisStim_316vx"], stimuli, ("human mean",), measure)
    require(
        bool(np.allclose(human.dissimilarities.mean(axis=0), human_mean.dissimilarities[0], atol=1e-5)),
        "The condensed human RDM is not the mean of the square ones in row-major upper-triangle order.",
    )
    models = {
        ours: from_square(published[theirs].astype(float), stimuli=stimuli, labels=(ours,))
        for ours, theirs in {"v1_model": "rdm92_V1model", "hmax": "rdm92_HMAXnatImPatch"}.items()
    }
    images = np.stack([entry["image"] for entry in supplement["stimuli_92objs"].ravel()])
    return ObjectRecordings(images, categories, human, human_mean, monkey, models)
