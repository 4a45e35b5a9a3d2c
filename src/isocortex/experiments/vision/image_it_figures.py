"""The figures of ``image-it``."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from ... import plots
from ...formats import counted
from ...rdms import RDMs
from ...report import Finding, Picture
from ...stimuli import canvas_size, fit_to_canvas, grey
from ..shared.tables import NO_LEARNING

if TYPE_CHECKING:
    from .image_it_result import ImageITResult

EXAMPLES = 12
DRAWN_RDMS = (("pixels", NO_LEARNING), ("energy: pooled", NO_LEARNING), ("pool", "trained"), ("fc", "trained"))


def bars(found: "ImageITResult", target: str) -> Picture:
    """Return the comparison with one target."""
    compared = found.targets[target]
    band = (
        f"Grey band: noise ceiling from {counted(len(compared.measured), 'subject')}."
        if compared.ceiling
        else "A single RDM has no noise ceiling."
    )
    return Picture(
        f"rdm_similarity_{target}",
        lambda: plots.similarity_bars(
            compared.table, measure=found.measure, dots=compared.dots, ceiling=compared.ceiling
        ),
        title=f"How like {target} IT is each model?",
        caption=f"Black lines: 95 % interval for {found.intervals_hold_for(target)}. White dots: seeds. {band}",
        alt=f"Bar chart of the similarity of every model's RDM with that of {target} inferior temporal cortex.",
    )


def other_pictures(found: "ImageITResult") -> Iterator[Finding]:
    """Return the RDMs, example photographs, and the training."""
    yield Picture(
        "rdms",
        lambda: plots.rdm_panels(rdm_panels(found), categories=found.recordings.categories),
        title="Dissimilarity matrices",
        caption="Mean RDMs as percentiles of their own dissimilarities. White lines separate blocks of bodies, "
        "faces, natural and artificial objects (human bodies and faces first, then animal ones).",
        alt=f"Matrices of the dissimilarity of each pair of {len(found.recordings.images)} photographs, for cortex and "
        "models, in blocks.",
    )
    yield Picture(
        "stimuli",
        lambda: draw_photographs(found),
        title="Photographs as the networks see them",
        caption=f"{EXAMPLES} of the {len(found.recordings.images)} photographs, grey and resized onto the canvas of "
        "the gratings.",
        alt="Small grey pictures of bodies, faces, natural and artificial objects on a grey ground.",
    )
    yield from found.training_findings()


def rdm_panels(found: "ImageITResult") -> dict[str, RDMs]:
    """Return the RDMs of the brains, of the published models, and of some layers."""
    inputs = found.recordings
    panels = {f"human IT, {counted(len(inputs.human), 'subject')}": inputs.human, "monkey IT": inputs.monkey}
    panels |= {"HMAX (2008)": inputs.models["hmax"], "V1 model (2008)": inputs.models["v1_model"]}
    return panels | {
        f"{variant}: {layer}" if variant == "trained" else layer: found.rdms[layer, variant]
        for layer, variant in DRAWN_RDMS
        if len(found.rdms.get((layer, variant), ()))
    }


def draw_photographs(found: "ImageITResult") -> Figure:
    """Draw some photographs on the canvas of the networks."""
    images, categories = found.recordings.images, found.recordings.categories
    chosen = np.linspace(0, len(images) - 1, EXAMPLES).round().astype(int)
    seen = fit_to_canvas(grey(images[chosen]), canvas_size(found.options.resolution))
    return plots.image_row(seen, [str(categories[i]) for i in chosen])
