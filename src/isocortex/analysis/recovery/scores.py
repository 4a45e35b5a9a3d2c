"""Score candidate models against simulated brains, by RSA or any measure of alignment."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from ...errors import unknown
from ...rdms import RDMs
from ...responses import responses
from ..alignment.matrices import AnyResponses, centred, compact, everything
from ..alignment.measures import MEASURES, Measure
from ..rsa import DISSIMILARITIES, NOISELESS, SIMILARITIES, noise_precision, rdm, similarity
from .noise import Trials

RSA = "rsa"


Scorer = Callable[[Sequence[Trials], np.ndarray], np.ndarray]
"""Takes brains and the places of their stimuli; returns the mean similarity over brains of each seed of each model."""


@dataclass(frozen=True, eq=False)
class ByRDMs:
    """Score by the similarity of RDMs.

    Attributes
    ----------
    models : RDMs
        Every seed of every model, over all stimuli.
    """

    models: RDMs
    dissimilarity: str
    similarity: str

    def __call__(self, brains: Sequence[Trials], places: np.ndarray) -> np.ndarray:
        models = self.models.take(places)
        made = [self._rdm(responses(trials)).dissimilarities for trials in brains]
        names = tuple(map(str, range(len(brains))))
        return similarity(models, RDMs(np.concatenate(made), models.stimuli, names), self.similarity).mean(axis=1)

    def _rdm(self, trials: xr.DataArray) -> RDMs:
        noise = noise_precision(trials) if DISSIMILARITIES[self.dissimilarity].takes == "noise" else None
        return rdm(trials, self.dissimilarity, noise=noise)


@dataclass(frozen=True, eq=False)
class ByMeasure:
    """Score by a measure of alignment.

    Attributes
    ----------
    measure : Measure
    rows : list of array, shape (stimulus, unit)
        Every seed of every model, over all stimuli.
    """

    measure: Measure
    rows: list[AnyResponses]

    def __call__(self, brains: Sequence[Trials], places: np.ndarray) -> np.ndarray:
        models = [self._packed(row[places]) for row in self.rows]
        recorded = [self._packed(trials.mean(axis=0)) for trials in brains]
        kept = everything(models[0])
        values = [[self.measure.in_samples(x, y, kept)[0] for y in recorded] for x in models]
        return np.mean(values, axis=1)

    def _packed(self, x: AnyResponses) -> AnyResponses:
        return compact(centred(x)) if self.measure.of_grams else centred(x)


def scorers(
    measures: Sequence[str], models: Mapping[str, xr.DataArray], *, dissimilarity: str, similarity: str
) -> dict[str, Scorer]:
    """Return what scores by each measure; `models` are seed × stimulus × unit.

    Raises
    ------
    InputError
        For an unknown name, or responses without an RDM.
    """
    made: dict[str, Scorer] = {}
    rows = [row for array in models.values() for row in array.values.astype(float)]
    for name in measures:
        if name == RSA:
            SIMILARITIES.named(similarity)
            DISSIMILARITIES.named(dissimilarity)
            stacks = [rdm(array, NOISELESS.get(dissimilarity, dissimilarity)) for array in models.values()]
            first = stacks[0]
            vectors = np.concatenate([stack.dissimilarities for stack in stacks])
            made[name] = ByRDMs(RDMs(vectors, first.stimuli), dissimilarity, similarity)
        elif name in MEASURES:
            measure = MEASURES[name]
            made[name] = ByMeasure(measure, [compact(row) if measure.of_grams else row for row in rows])
        else:
            raise unknown("measure", name, [RSA, *MEASURES])
    return made
