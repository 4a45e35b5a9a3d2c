"""The figures of ``orientation-v1``."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from .. import plots
from ..analysis import embed, tuning_curves
from ..analysis.rsa import DISSIMILARITIES, SIMILARITIES, NoiseCeiling
from ..rdms import RDMs
from ..runs import Run
from ..stimuli import filter_bank, gratings
from .orientation_networks import Networks, OrientationNetworks
from .tables import NO_LEARNING

REFERENCE_ANGLES = (-75.0, -25.0, 25.0, 75.0)
EXAMPLE_ANGLES = np.array([-75.0, -45.0, -25.0, 0.0, 25.0, 45.0])
PUBLISHED_LOSS = {5: 4.10e-1, 10: 5.17e-2, 15: 1.32e-2, 20: 2.28e-3, 25: 8.08e-5}
"""Loss on the last mini-batch of these epochs, as Neuromatch Academy W1D5 printed it for one seed."""

Neurons = dict[str, xr.DataArray]


@dataclass(frozen=True, eq=False)
class Comparison:
    """Everything the walk found, before it is put into words and pictures.

    Attributes
    ----------
    neurons : dict of str to DataArray
        Animal → responses.
    measured : RDMs
        One row per animal.
    ceiling : NoiseCeiling or None
    networks : Networks
    trained : dict of str to DataArray
        Layer → responses of the trained population, of its first seed alone where they are large.
    pixels : DataArray
    rdms : dict of (layer, variant) to RDMs
        One row per seed.
    table : DataFrame
        Similarity of each layer and variant with the animals.
    dots : dict of (layer, variant) to array, shape (seed,)
    """

    neurons: Neurons
    measured: RDMs
    ceiling: NoiseCeiling | None
    networks: Networks
    trained: dict[str, xr.DataArray]
    pixels: xr.DataArray
    rdms: dict[tuple[str, str], RDMs]
    table: pd.DataFrame
    dots: dict[tuple[str, str], np.ndarray]


def draw_training(options: OrientationNetworks, run: Run, networks: Networks) -> None:
    """Draw how the networks learned, and what became of their filters; save the losses."""
    accuracy = {name: values.mean() for name, values in networks.accuracy.items()}
    published = PUBLISHED_LOSS if options.is_published() else None
    run.figure(
        "training",
        plots.training_curves(
            networks.loss,
            unit="squared error" if options.task == "orientation" else "nats",
            published=published,
        ),
        title="Learning the task",
        caption="Mean loss over each epoch."
        + (" Crosses: one seed, last mini-batch, as published by Neuromatch Academy." if published else "")
        + f" Accuracy on fresh gratings {accuracy['trained']:.3f}; untrained {accuracy['untrained']:.3f}.",
        alt="Training loss against epoch on a logarithmic axis, one line per seed.",
    )
    convolution = networks.variants["trained"].conv
    if convolution is not None:
        kernels = np.asarray(convolution.kernels)[:2]
        run.figure(
            "filters",
            plots.filter_change(filter_bank(), list(kernels), [f"trained, seed {i}" for i in range(len(kernels))]),
            title="Filters before and after training",
            caption="The filter bank (two centre-surround, four Gabor filters), and what training made of it.",
            alt="Six 7 by 7 pixel filters in red and blue, before training and after it.",
        )
    seeds = [f"seed {seed}" for seed in networks.loss["seed"].values]
    loss = pd.DataFrame(networks.loss.transpose("step", "seed").values, columns=seeds)
    loss.insert(0, "epoch", networks.loss["epoch"].values)
    run.table("training_loss", loss, caption="Loss of every mini-batch, a column per seed.")


def draw(options: OrientationNetworks, run: Run, found: Comparison) -> None:
    """Draw every figure of the report, and save the numbers behind them."""
    angles, rdms, measured = found.measured.stimuli, found.rdms, found.measured
    shown = [layer for layer in ("conv_relu", "pool", "fc") if len(rdms.get((layer, "trained"), ()))]
    animal_name, animal = next(iter(found.neurons.items()))
    v1 = f"V1, {animal_name}"
    first = {f"trained {layer}": found.trained[layer].isel(seed=0) for layer in shown}
    measure, axis_label = DISSIMILARITIES[options.dissimilarity][1], SIMILARITIES[options.similarity][1]

    run.figure(
        "rdm_similarity",
        plots.similarity_bars(found.table, measure=axis_label, dots=found.dots, ceiling=found.ceiling),
        title="How V1-like is each layer?",
        caption="Bars: mean over seeds and animals. Black lines: 95 % interval for new stimuli and seeds. White dots: "
        + ("seeds. Grey band: noise ceiling." if found.ceiling else "seeds. These data have no noise ceiling."),
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
    draw_training(options, run, found.networks)
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
        run.table("rdm_" + "".join(c if c.isalnum() else "_" for c in name), square, caption=f"Mean RDM, {name}.")
