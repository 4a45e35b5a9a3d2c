"""The notes and methods of a comparison, and what the tests against the noise ceiling say."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ...analysis.rsa import DISSIMILARITIES, NOISELESS
from ...formats import counted, p_value, significant
from ...rdms import RDMs
from ..shared.tables import listed, records
from . import measures

if TYPE_CHECKING:
    from .result import Comparison

SIGNIFICANT = 0.05
MOST_NAMED = 8
"""Stimuli beyond so many are counted in a note."""


def reached(row: Mapping[str, Any]) -> list[str]:
    """Say what the tests against the lower bound of the ceiling found for a model; nothing without them."""
    below, above = row["p_ceiling"], row["p_above"]
    if np.isnan(below):
        return []
    if min(below, above) < SIGNIFICANT:
        side, p = ("below", below) if below < above else ("above", above)
        return [f"The similarity is significantly {side} the lower bound of the ceiling ({p_value(p)})."]
    return [
        f"The similarity does not differ significantly from the lower bound of the ceiling ({p_value(below)} for "
        "lying below, and "
        f"{p_value(above)} for lying above)."
    ]


def notes(found: "Comparison") -> list[str]:
    """Return what a reader has to know before believing the table."""
    inputs, said = found.inputs, list(found.inputs.notes)
    if inputs.by_order:
        said.append("No file names its stimuli. They were matched by their order, which nothing could check.")
    if len(inputs.dropped):
        said.append(
            f"{counted(len(inputs.dropped), 'stimulus', 'stimuli')} that not every file has "
            f"{'was' if len(inputs.dropped) == 1 else 'were'} left out: "
            f"{listed([str(label) for label in inputs.dropped['stimulus']], most=MOST_NAMED)}."
        )
    said += missing_pairs({"the data": inputs.data, **inputs.models})
    if found.ceiling is None:
        said.append("There is no noise ceiling: it needs several subjects, or repeated measurements of one that agree.")
    elif bool(np.isnan(found.table["p_ceiling"]).all()):
        said.append("There are too few subjects to test whether a model reaches the noise ceiling.")
    if len(inputs.data) == 1:
        said.append("The data are of one subject, so that intervals and tests say nothing about other subjects.")
    for row in records(found.carriers):
        labels, one = [str(label) for label in row["stimuli"]], len(row["stimuli"]) == 1
        said.append(
            f"{'One stimulus has' if one else f'{len(labels)} stimuli have'} more than half of the influence on the "
            f"{row['of']}, {row['with them']}: {listed(labels, most=MOST_NAMED)}. Without {'it' if one else 'them'} "
            f"the result is {row['without them']}. Where so few stimuli count, tests may reject too often."
        )
    if any(np.isnan(row["low"]) for row in records(found.table)):
        said.append("Where there is no interval, there are too few stimuli or subjects.")
    if found.alignment is None:
        return said
    if len(inputs.data) == 1 and found.options.inference == "both":
        said.append(
            "Where all measures stand side by side, intervals hold for new stimuli and for other units of the subject; "
            "those of RSA alone hold for new stimuli and these units."
        )
    return said + measures.notes(found.alignment, inputs.controls)


def missing_pairs(stacks: Mapping[str, RDMs]) -> list[str]:
    """Say how many pairs of stimuli were not measured, in all RDMs or in some."""
    missing = {name: np.isnan(rdms.dissimilarities) for name, rdms in stacks.items()}
    everywhere: np.ndarray = np.atleast_1d(np.concatenate(list(missing.values())).all(axis=0))
    said, n = [], int(everywhere.sum())
    if n:
        said.append(
            f"{counted(n, 'pair')} of stimuli {'was' if n == 1 else 'were'} not measured (NaN) and left out of every "
            "number."
        )
    has = {name: (~each).sum(axis=1) for name, each in missing.items() if (each & ~everywhere).any()}
    if has:
        ranges = [f"{name} {' to '.join(map(str, sorted({each.min(), each.max()})))}" for name, each in has.items()]
        said.append(
            f"Not every RDM has the same pairs of stimuli. Of {len(everywhere)} pairs, an RDM has, in "
            f"{listed(ranges)}. Every two RDMs were compared on the pairs that both have."
        )
    return said


def methods(found: "Comparison") -> list[str]:
    """Return how the numbers were made, in paragraphs."""
    paragraphs = [_files(found), found.table.attrs["methods"]]
    if found.pairs is not None:
        paragraphs.append(found.pairs.attrs["methods"])
    if found.ceiling is not None:
        paragraphs.append(found.ceiling.methods)
    if found.contrasts is not None:
        paragraphs.append(
            "The category contrast of an RDM is the mean dissimilarity between categories minus that within them, in "
            "percentiles of its own dissimilarities, averaged over subjects or seeds. Its 95 % interval comes from a "
            "jackknife over stimuli."
        )
    return paragraphs if found.alignment is None else paragraphs + measures.methods(found.alignment, found.measure)


def _files(found: "Comparison") -> str:
    """Say which files were read, how stimuli were matched, and how responses became RDMs."""
    options, inputs = found.options, found.inputs
    measure = DISSIMILARITIES[options.dissimilarity].measure
    plain = NOISELESS.get(options.dissimilarity)
    instead = f"; {DISSIMILARITIES[plain].measure} for models without repeats, which have no noise" if plain else ""
    events = (
        f" Responses in NWB files are from {' to '.join(map(significant, options.window))} ms around {options.align}; "
        f"events with the same {listed(options.by)} are repeats."
        if options.window and options.by
        else ""
    )
    return (
        f"The models are {listed([path.name for path in options.models])}, and the data "
        f"{listed([path.name for path in options.data])}. Stimuli were matched by "
        f"{'their order' if inputs.by_order else 'their labels'}. Responses were turned into RDMs ({measure}"
        f"{instead}). RDMs in files were taken as they are, and those of one subject were averaged.{events}"
    )
