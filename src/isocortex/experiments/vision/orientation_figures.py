"""The figures of ``orientation-v1``."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from ... import plots
from ...analysis import embed, tuning_curves
from ...analysis.rsa import DISSIMILARITIES, SIMILARITIES
from ...rdms import RDMs
from ...runs import Run
from ...stimuli import gratings
from ..shared.tables import NO_LEARNING, file_name
from .networks import Networks
from .training_figures import draw_training
from .tuning_figures import SHOWN, draw_tuning, tabulate_tuning
from .v1_comparison import Brain, V1Comparison

REFERENCE_ANGLES = (-75.0, -25.0, 25.0, 75.0)
EXAMPLE_ANGLES = np.array([-75.0, -45.0, -25.0, 0.0, 25.0, 45.0])


@dataclass(frozen=True, eq=False)
class Comparison:
    """Everything the walk found, before it is put into words and pictures.

    Attributes
    ----------
    brain : Brain
    networks : Networks
    trained : dict of str to DataArray
        Layer → responses of the trained population, of its first seed alone where they are large.
    pixels : DataArray
    rdms : dict of (layer, variant) to RDMs
        One row per seed.
    table : DataFrame
        Similarity of each layer and variant with the animals.
    dots : dict of (layer, variant) to array, shape (seed,)
    tuning : dict of str to DataFrame
        Animal, or kind of network and layer → tuning of its units.
    """

    brain: Brain
    networks: Networks
    trained: dict[str, xr.DataArray]
    pixels: xr.DataArray
    rdms: dict[tuple[str, str], RDMs]
    table: pd.DataFrame
    dots: dict[tuple[str, str], np.ndarray]
    tuning: dict[str, pd.DataFrame]


def draw(options: V1Comparison, run: Run, found: Comparison) -> None:
    """Draw every figure of the report, and save the numbers behind them."""
    rdms, measured, ceiling = found.rdms, found.brain.rdms, found.brain.ceiling
    angles = measured.stimuli
    shown = [layer for layer in ("conv_relu", "pool", "fc") if len(rdms.get((layer, "trained"), ()))]
    animal_name, animal = next(iter(found.brain.neurons.items()))
    v1 = f"V1, {animal_name}"
    first = {f"trained {layer}": found.trained[layer].isel(seed=0) for layer in shown}
    measure, axis_label = DISSIMILARITIES[options.dissimilarity][1], SIMILARITIES[options.similarity][1]

    run.figure(
        "rdm_similarity",
        plots.similarity_bars(found.table, measure=axis_label, dots=found.dots, ceiling=ceiling),
        title="How V1-like is each layer?",
        caption="Bars: mean over seeds and animals. Black lines: 95 % interval for new stimuli and seeds. White dots: "
        + ("seeds. Grey band: noise ceiling." if ceiling else "seeds. These data have no noise ceiling."),
        alt=f"Bar chart of the {axis_label} with V1 by layer, for trained, untrained and random networks and pixels.",
    )
    panels = {
        f"V1, {len(measured)} animal{'s' * (len(measured) > 1)}": measured,
        "pixels": rdms["pixels", NO_LEARNING],
    }
    for variant in found.networks.variants:
        panels |= {f"{variant}: {layer}": rdms[layer, variant] for layer in shown[-2:] if len(rdms[layer, variant])}
    run.figure(
        "rdms",
        plots.rdm_panels(panels),
        title="Dissimilarity matrices",
        caption=f"Mean RDM ({measure}) of the animals, of the pixels, and of the seeds of each layer; each as "
        "percentiles of its own dissimilarities.",
        alt="Matrices of the dissimilarity of every pair of orientations in V1, pixels and layers of networks.",
    )
    run.figure(
        "rdm_rows",
        plots.rdm_rows(
            {"V1": measured} | {f"trained {layer}": rdms[layer, "trained"] for layer in shown[-2:]},
            REFERENCE_ANGLES,
            measure=measure,
        ),
        title="Rows of the matrices",
        caption="Dissimilarity of each orientation from −75°, −25°, 25° and 75°. Thin: animals and seeds; thick: mean.",
        alt="Curves of dissimilarity against orientation for four reference orientations, V1 beside two layers.",
    )
    run.figure(
        "tuning",
        plots.tuning(
            {v1: tuning_curves(animal)} | {name: tuning_curves(x) for name, x in first.items()},
            unit={v1: "response (a.u.)" if run.mark else "response (as in the file)"},
        ),
        title="Tuning of neurons and units",
        caption="The most strongly tuned neuron or unit (first seed) in each of six ranges of preferred orientation.",
        alt="Tuning curves over orientation of example V1 neurons and of units in layers of one trained network.",
    )
    maps = {v1: animal, "pixels": found.pixels, **first}
    run.figure(
        "embedding",
        plots.embedding_maps({name: embed(x, key=options.key("embedding")) for name, x in maps.items()}, angles),
        title="Maps of the population responses",
        caption="PCA to 20 dimensions at most, then t-SNE. A point is an orientation; only neighbours mean anything.",
        alt="Scatter plots in which neighbouring orientations have neighbouring colours, for V1, pixels and layers.",
    )
    lines = {"trained": "-", "untrained": "--"}
    style = {f"{n} {layer}": {"ls": ls, "color": colour} for n, ls in lines.items() for layer, colour in SHOWN.items()}
    if found.tuning:
        draw_tuning(run, found.tuning, style)
        tabulate_tuning(run, found.tuning)
    draw_training(options, run, {options.tasks()[0]: found.networks})
    examples = gratings(EXAMPLE_ANGLES, spatial_frequency=options.spatial_frequency, resolution=options.resolution)
    run.figure(
        "stimuli",
        plots.image_row(examples, [f"{angle:g}°".replace("-", "−") for angle in EXAMPLE_ANGLES]),
        title="Stimuli",
        caption="Example gratings; degrees from vertical, negative is tilted left.",
        alt="Six black-and-white gratings tilted from left to right.",
    )
    for name, stack in panels.items():
        square = pd.DataFrame(stack.square().mean(axis=0), index=angles, columns=angles)
        run.table(f"rdm_{file_name(name)}", square, caption=f"Mean RDM, {name}.")
