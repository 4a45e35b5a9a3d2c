"""Say what a comparison by several measures did, in a paragraph made from the arguments that were used."""

from collections.abc import Mapping, Sequence

from ...formats import counted, listed, significant
from ..inference.corrections import CORRECTIONS
from .measures import MEASURES
from .recordings import GROUPS, Recorded

PLURALS = {"stimulus": "stimuli", "subject": "subjects with their units", "unit": "units", "seed": "seeds of models"}


def describe(
    measures: Sequence[str],
    models: Mapping[str, Recorded],
    subjects: Mapping[str, Recorded],
    *,
    varying: Sequence[str],
    confidence: float,
    correction: str,
) -> str:
    """Return the methods of :func:`.comparison.compare`; `varying` are the factors that were resampled."""
    named = [f"{name} ({MEASURES[name].label if name in MEASURES else 'similarity of RDMs'})" for name in measures]
    several = len(subjects) > 1
    n_stimuli = len(next(iter(subjects.values())).whole)
    said = [
        f"{counted(len(models), 'model')} and {counted(len(subjects), 'subject')} were compared over {n_stimuli} "
        f"stimuli by {counted(len(measures), 'measure')}: {listed(named)}."
    ]
    said.append(
        f"All measures share one jackknife over {listed([PLURALS[name] for name in varying])}, which counts "
        "interactions once (Efron & Stein 1981). So differences between models, and between measures, have "
        f"{significant(100 * confidence)} % intervals."
        if varying
        else "There are no intervals, because nothing that was to be resampled has several items."
    )
    if "unit" in varying:
        said.append(f"The units of the subject are left out in up to {GROUPS} groups (Kott 2001).")
    compared = "each subject and the pooled units of the others" if several else "two halves of the repeats, if any"
    said.append(f"The lower bound of each noise ceiling is the same measure between {compared}.")
    said.append(f"The p values within a measure are {CORRECTIONS[correction].label}.")
    return " ".join(said)
