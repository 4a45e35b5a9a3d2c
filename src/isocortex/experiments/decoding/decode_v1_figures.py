"""Figures of ``decode-v1``."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from ... import plots
from ...analysis.decoding.descent import LEARNING_RATE
from ...formats import counted, listed, percent, significant
from ...report import Picture
from .orientation import BIN, BY_SIZE, CONTROL, DRAWS, NETWORK

if TYPE_CHECKING:
    from .decode_v1_result import DecodeV1Result

PUBLISHED_LOSS = {10: 12219.761, 20: 1672.732, 30: 548.097, 40: 235.619, 50: 144.001}
"""As Neuromatch Academy W1D5 printed it, for 23589 neurons and directions from 0° to 360°."""


def pictures(found: "DecodeV1Result") -> Iterator[Picture]:
    """Return the figures in the order of the page."""
    dots = {name: abs(found.found.errors.sel(decoder=name)).median("sample").values for name in found.decoders}
    yield Picture(
        "errors",
        lambda: plots.estimates(
            found.estimates, dots=dots, controls=[CONTROL], x_label="median absolute error (°)", logarithmic=True
        ),
        title="How precise is each decoder?",
        caption=f"Median absolute error of {found.held_out()}, on the circle of 180°. Lines: 95 % intervals. White "
        "dots: animals. Grey: the control.",
        alt="Median errors of the decoders with intervals on a logarithmic axis; the constant errs by 45 degrees.",
    )
    shown = list(dict.fromkeys([found.found.best, NETWORK, "population-vector"]))
    animals = list(found.neurons)
    yield Picture(
        "decoded",
        lambda: plots.decoded_angles(
            {
                name: (
                    np.concatenate([found.found.actual(animal) for animal in animals]),
                    np.concatenate([found.found.angles(name, animal) for animal in animals]),
                )
                for name in shown
            }
        ),
        title="What is decoded?",
        caption="Share of the responses to each orientation (bins of 5°) that were decoded as each.",
        alt="Decoded against shown orientation; a bright diagonal.",
    )
    yield Picture(
        "sizes",
        lambda: plots.size_curves(
            {f"more {of}": {a: curve(found, of, a) for a in animals} for of in ("neurons", "responses")},
            x_label=["number of neurons", "number of training responses"],
            y_label="median absolute error (°)",
            level={"a constant": found.estimates[CONTROL][0]},
            logarithmic=True,
        ),
        title="How many neurons and responses are needed?",
        caption=f"Error of {BY_SIZE}: mean and range over {DRAWS} random subsets of each size, a curve per animal. "
        "Dotted: a constant.",
        alt="Error against the number of neurons and of training responses, on logarithmic axes.",
    )
    if (threshold := found.threshold) is not None:
        yield Picture(
            "neurometric",
            lambda: plots.psychometric_curves(
                {},
                animals=threshold.points,
                animal_fits={a: threshold.fits.iloc[[i]] for i, a in enumerate(animals)},
                x_label=f"orientation minus {significant(found.options.boundary)}° (°)",
                y_label="share decoded as clockwise of the boundary",
            ),
            title="How finely are orientations told apart?",
            caption=f"Share of responses that {threshold.decoder} decodes as clockwise of the boundary, in bins of "
            f"{significant(BIN)}°, with 95 % intervals (Wilson), and curves fitted to the unbinned "
            f"responses. 75 % are right at "
            f"{listed(f'{significant(t, 2)}°' for t in threshold.fits['threshold'])}.",
            alt="Neurometric functions: from 0 on one side of the boundary to 1 on the other.",
        )
    classes = found.classes
    yield Picture(
        "confusion",
        lambda: plots.share_matrices(
            {"": classes.confusion}, label="share of responses", names=("class shown (°)", "class decoded (°)")
        ),
        title="Which classes of orientation are confused?",
        caption=f"{counted(found.options.classes, 'class', 'classes')} named by their centre, mean over animals. "
        f"{percent(classes.accuracy.mean())} of held-out responses are in the right class (chance "
        f"{percent(1 / found.options.classes)}), and {percent(classes.near.mean())} in it or a neighbour.",
        alt="Confusion matrix of orientation classes, bright on the diagonal.",
    )
    zeros = found.weights.sparsity()
    yield Picture(
        "weights",
        lambda: plots.weight_pictures(
            {
                f"penalty: {name} ({percent(zeros[name], 0)} nearly zero)": w
                for name, w in found.weights.pictures().items()
            },
            x_label="neuron, by its preferred orientation",
            y_label="hidden unit",
        ),
        title="What do penalties do to the weights?",
        caption=f"Input weights of the network of classes in {animals[0]}, trained on all responses without a penalty, "
        "and with one on the squared (L2) and on the absolute weights (L1). A weight is nearly zero if it is less "
        "than a thousandth of the largest.",
        alt="Four matrices of input weights; penalties leave fewer and smoother weights.",
    )
    rates = {a: one.penalties for a, one in found.found.by_decoder[NETWORK].items()}
    published = PUBLISHED_LOSS if found.options.data == "stringer-2021" else None
    yield Picture(
        "loss",
        lambda: plots.losses(found.found.loss, published=published, y_label="mean squared error (°²)"),
        title="How does the published network learn?",
        caption="Loss on all responses of an animal, at the learning rate that most folds chose "
        f"({listed(sorted({significant(rate) for chosen in rates.values() for rate in chosen}))}; published: "
        f"{significant(LEARNING_RATE)} for 23589 neurons).",
        alt="Mean squared error against the step of training, falling on a logarithmic axis.",
    )


def curve(found: "DecodeV1Result", of: str, animal: str) -> list[np.ndarray]:
    """Return sizes, and the mean, least and largest error over subsets."""
    chosen = found.sizes[(found.sizes["of"] == of) & (found.sizes["animal"] == animal)]
    groups = chosen.groupby("number")["error"]
    return [np.array(list(groups.groups)), *(getattr(groups, what)().to_numpy() for what in ("mean", "min", "max"))]
