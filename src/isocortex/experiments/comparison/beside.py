"""Other measures beside RSA: which files they need, the controls that join the models, and the comparison."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import xarray as xr

from ...analysis import alignment
from ...analysis.alignment import MEASURES
from ...errors import require
from ...rdms import RDMs
from ...responses import stack_repeats
from ...shapes import PRNGKey
from ..shared.tables import listed, recorded_rdm
from .controls import noise, of_pictures
from .matching import Matched, model_rdm

RSA = "rsa"
EVERY = (RSA, *MEASURES)
FACTORS = {
    "stimuli": ("stimulus", "seed"),
    "subjects": ("subject", "seed"),
    "both": ("stimulus", "subject", "unit", "seed"),
}
"""What is taken as a random sample → the factors that are resampled; units are sampled with subjects, or in one."""


def named(words: Sequence[str]) -> tuple[str, ...]:
    """Return names that were given one by one, or several with commas between them."""
    return tuple(name for word in words for name in word.split(",") if name)


def require_responses(matched: Matched, measures: Sequence[str]) -> None:
    """Raise an :class:`InputError` if a measure needs responses and a file holds RDMs."""
    others = [name for name in measures if name != RSA]
    if not others:
        return
    models = [f"the model {name!r}" for name in matched.models if name not in matched.layers]
    subjects = [f"the data of {name!r}" for name in matched.data.labels if name not in matched.recordings]
    lacking = models + subjects
    require(
        not lacking,
        f"{listed(others)} {'needs' if len(others) == 1 else 'need'} responses (stimulus × unit), and there are only "
        f"RDMs of {listed(lacking, most=3)}; give files of responses, or ask for --measures rsa alone.",
    )


def with_controls(
    matched: Matched, measures: Sequence[str], images: Path | None, dissimilarity: str, *, key: PRNGKey
) -> Matched:
    """Return the models with controls: of pictures where they are given, and noise where other measures are asked.

    A control whose name a model has already is left out.
    """
    made: dict[str, xr.DataArray] = {}
    if images is not None:
        made |= of_pictures(images, matched.data.stimuli, key=key)
    if set(measures) != {RSA}:
        made |= noise({**matched.layers, **made}, key=key)
    made = {name: array for name, array in made.items() if name not in matched.models}
    first = matched.data
    rows = {name: model_rdm(array, dissimilarity) for name, array in made.items()}
    rows = {name: RDMs(each.dissimilarities, first.stimuli, each.labels, each.measure) for name, each in rows.items()}
    return replace(
        matched,
        models={**matched.models, **rows},
        layers={**matched.layers, **made},
        controls=(*matched.controls, *made),
    )


def beside(
    matched: Matched, measures: Sequence[str], *, dissimilarity: str, similarity: str, inference: str
) -> alignment.Alignment:
    """Compare all models with the data by several measures, from one shared resampling."""
    stimuli = matched.data.stimuli

    def rdms(array: xr.DataArray, brain: bool) -> RDMs:
        return recorded_rdm(array, dissimilarity) if brain else model_rdm(array, dissimilarity)

    return alignment.compare(
        {name: repeated(array, stimuli) for name, array in matched.layers.items()},
        {name: repeated(array, stimuli) for name, array in matched.recordings.items()},
        measures=measures,
        dissimilarity=dissimilarity,
        similarity=similarity,
        rdms=rdms,
        factors=FACTORS[inference],
    )


def repeated(array: xr.DataArray, stimuli: np.ndarray) -> xr.DataArray:
    """Return responses to these stimuli: trials as repeats, or their means where stimuli have unequally many."""
    if "trial" not in array.dims:
        return array.assign_coords(stimulus=stimuli)
    _, counts = np.unique(array["stimulus"].values, return_counts=True)
    equal = bool((counts == counts[0]).all())
    return (stack_repeats(array) if equal else array.groupby("stimulus").mean()).sel(stimulus=stimuli)
