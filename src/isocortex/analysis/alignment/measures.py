"""The table of measures that compare two sets of responses to the same stimuli."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from ...registries import Registry
from .cka import cka_in_samples
from .correlation import svcca_in_samples
from .matching import matching_in_samples
from .matrices import Kept, OtherResponses, Responses, Values
from .predictivity import pls_in_samples, ridge_in_samples
from .shape import procrustes_in_samples

InSamples = Callable[[Responses, OtherResponses, Kept], Values]
"""Takes two centred response matrices, and which stimuli are in each sample."""


@dataclass(frozen=True)
class Measure:
    """How two sets of responses to the same stimuli are compared; larger is more alike.

    Attributes
    ----------
    in_samples : callable
        Returns the measure of the responses of a model and of a brain in samples of the stimuli.
    label : str
        Its name on axes, without a capital.
    unchanged_by : str
        What may be done to either set of responses without a change of the measure.
    reference : str
        Its source, a name that :func:`isocortex.citation` knows; empty for none.
    of_grams : bool
        Whether it depends on the inner products of stimuli alone, so that units may be replaced by fewer components.
    of_pairs : bool
        Whether the part of its variance that is due to pairs of stimuli is estimated, by leaving out two. That takes
        400 more samples, and makes intervals shorter for means over pairs.
    zero : bool
        Whether it is 0 on average for unrelated responses, so that a test against 0 has a meaning. Default True.
    predicts : {"", "data", "model"}
        What is predicted for stimuli that are left out, if anything.
    between_brains, of_halves : callable, optional
        The same of the units of two brains, and of the same units measured twice. Default `in_samples`.

    Examples
    --------
    The table holds a row for each measure; ``MEASURES.register(name, Measure(…))`` adds one:

    >>> MEASURES["cka"].label, MEASURES["cka"].unchanged_by
    ('CKA, unbiased over stimuli', 'rotation and isotropic scaling')
    >>> [name for name, measure in MEASURES.items() if measure.predicts == "data"]
    ['encoding', 'pls']
    """

    in_samples: InSamples
    label: str
    unchanged_by: str
    reference: str = ""
    of_grams: bool = True
    of_pairs: bool = False
    zero: bool = True
    predicts: str = ""
    between_brains: InSamples | None = None
    of_halves: InSamples | None = None


def _reversed(predict: InSamples, x: Responses, y: OtherResponses, kept: Kept) -> Values:
    return predict(y, x, kept)


ROTATION = "rotation and isotropic scaling"
MEASURES: Registry[Measure] = Registry(
    "measure",
    "measures",
    {
        "cka": Measure(cka_in_samples, "CKA, unbiased over stimuli", ROTATION, "song-2012", of_pairs=True),
        "cka-biased": Measure(
            partial(cka_in_samples, corrected="none"),
            "CKA, biased",
            ROTATION,
            "kornblith-2019",
            of_pairs=True,
            zero=False,
        ),
        "cka-neurons": Measure(
            partial(cka_in_samples, corrected="units", sampled=(False, True)),
            "CKA, unbiased over stimuli and neurons",
            "as many copies of each unit, and isotropic scaling",
            "chun-2025",
            of_grams=False,
            of_pairs=True,
            between_brains=partial(cka_in_samples, corrected="units"),
            of_halves=partial(cka_in_samples, corrected="units", same_units=True),
        ),
        "cka-rbf": Measure(
            partial(cka_in_samples, kernel="rbf"), "CKA with a Gaussian kernel, unbiased", ROTATION, "kornblith-2019"
        ),
        "procrustes": Measure(procrustes_in_samples, "Procrustes similarity", ROTATION, "williams-2021", zero=False),
        "svcca": Measure(svcca_in_samples, "held-out correlation of components", ROTATION, "raghu-2017"),
        "encoding": Measure(
            ridge_in_samples, "share of the data's variance predicted (ridge)", ROTATION, "allen-1974", predicts="data"
        ),
        "encoding-reverse": Measure(
            partial(_reversed, ridge_in_samples),
            "share of the model's variance predicted (ridge)",
            ROTATION,
            "allen-1974",
            predicts="model",
        ),
        "pls": Measure(
            pls_in_samples, "share of the data's variance predicted (PLS)", ROTATION, "schrimpf-2018", predicts="data"
        ),
        "pls-reverse": Measure(
            partial(_reversed, pls_in_samples),
            "share of the model's variance predicted (PLS)",
            ROTATION,
            "schrimpf-2018",
            predicts="model",
        ),
        "soft-matching": Measure(
            matching_in_samples,
            "correlation of matched units",
            "the order of units, and a scale of each",
            "khosla-williams-2024",
            of_grams=False,
            zero=False,
        ),
    },
)
