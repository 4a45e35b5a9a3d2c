"""The figures of ``zipser-andersen`` about learning, and the table of errors."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ... import plots
from ...formats import number, significant
from ...report import Finding, Picture, Table
from ...tasks.head_centred import REACH, RETINA
from .measures import Found

PUBLISHED_CURVE = {50: 0.75, 200: 0.67, 1000: 0.46}
"""Error of one seed, read off the textbook's figure."""
EXAMPLES = 5
EPOCHS_KEPT = 10
"""The table of errors keeps every tenth epoch."""


def learning_findings(found: Found) -> Iterator[Finding]:
    """Show errors, examples and weights."""
    last = found.errors["trained"].sizes["epoch"]
    yield Picture(
        "error",
        lambda: plots.error_curves(
            found.errors,
            baselines=found.baselines,
            published={e: x for e, x in PUBLISHED_CURVE.items() if e <= last} if found.published else None,
            y_label="Σ(ŷ − y)² per training sample",
        ),
        title="Learning",
        caption="Squared error summed over the outputs, averaged over the training samples as the epoch runs. Thin "
        "lines are seeds, thick lines their mean. Dashed and dotted: outputs that use neither eye nor retina.",
        alt="Training error against epoch: a plateau at the baseline, then a slow fall; with Adam a fast one.",
    )
    decoded = {name: found.position_error(name) for name in found.places}
    yield Picture(
        "position_error",
        lambda: plots.position_errors(decoded, chance=np.linalg.norm(found.head, axis=1)),
        title="How far off is the decoded position?",
        caption=f"Errors of the position decoded by least squares from the output, on {len(found.head)} held-out "
        "samples; a thin line per seed. On the targets themselves the decoder errs by at most "
        f"{significant(found.inverse_error(), 1)}°. Neighbouring units of the retina are "
        f"{significant(RETINA.spacing)}° apart.",
        alt="Cumulative distributions of the decoding error: untrained at chance, trained better, Adam a few degrees.",
    )
    yield Picture(
        "examples",
        lambda: _draw_examples(found),
        title="Input, output, target",
        caption="Held-out samples in columns, under their eye position; outputs of the first seed. Crosses: true "
        "head-centred position. Rings: position decoded from the output.",
        alt="Maps of the units: a bump on the retina, the networks' outputs, and the bump they should give.",
    )
    yield Picture(
        "weights",
        lambda: _draw_weights(found),
        title="Weights onto the hidden units",
        caption=f"First seed, first training. Colour: weights from the {RETINA.size} × {RETINA.size} retinal units, y "
        "upwards." + " Arrows: the two weights from the eye position, on one scale." * _has_linear_eye(found),
        alt="Maps of the weights from the retina onto each hidden unit, most with smooth gradients across the field.",
    )
    columns = {f"{name}, seed {row['seed'].item()}": row.to_series() for name, x in found.errors.items() for row in x}
    table = pd.DataFrame(columns).rename_axis("epoch").query(f"epoch == 1 or epoch % {EPOCHS_KEPT} == 0")
    yield Table(
        "errors",
        table,
        f"Training error of every seed, in the first epoch and in every epoch divisible by {EPOCHS_KEPT}.",
    )


def _has_linear_eye(found: Found) -> bool:
    """Return whether the eye position is given by two numbers."""
    return found.task.eye_code.n_units == 2


def _draw_examples(found: Found) -> Figure:
    """Draw inputs, outputs and targets of a few held-out samples."""
    shown = [np.asarray(found.trials.conditions[f"eye_{axis}"])[:EXAMPLES] for axis in "xy"]
    outputs = {name: x[0, :EXAMPLES] for name, x in found.outputs.items() if name != "untrained"}
    return plots.patterns(
        {
            "retina": np.asarray(found.trials.inputs)[:EXAMPLES, : RETINA.n_units],
            **outputs,
            "target": np.asarray(found.trials.targets)[:EXAMPLES],
        },
        [f"eye ({number(x, 0)}°, {number(y, 0)}°)" for x, y in zip(*shown, strict=True)],
        extent=REACH,
        spacing=RETINA.spacing,
        marks=dict.fromkeys((*outputs, "target"), found.head[:EXAMPLES]),
        dots={name: x[0, :EXAMPLES] for name, x in found.places.items() if name in outputs},
    )


def _draw_weights(found: Found) -> Figure:
    """Draw the weights onto the hidden units of the first seed."""
    weights, n = np.asarray(found.variants["trained"].weights[0])[0], RETINA.n_units
    maps = weights[:, :n].reshape(-1, RETINA.size, RETINA.size)
    return plots.input_weights(maps, weights[:, n:] if _has_linear_eye(found) else None)
