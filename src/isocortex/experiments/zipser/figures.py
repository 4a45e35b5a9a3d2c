"""The figures of ``zipser-andersen``, and the tables behind them."""

import numpy as np
import pandas as pd

from ... import plots
from ...analysis import crossed
from ...runs import Run
from ...stimuli import MonotonicCode
from ...stimuli.population_codes import TYPES
from ...tasks.head_centred import REACH, RETINA
from .measures import EYES, FIELD, Found, gain_stimuli, lattice
from .report import PUBLISHED_CURVE

EXAMPLES = 5
UNITS_SHOWN = 6
EPOCHS_KEPT = 10
"""The table of errors keeps every tenth epoch."""


def draw(run: Run, found: Found) -> None:
    """Draw every figure of the report, in its order."""
    draw_learning(run, found)
    draw_gain_fields(run, found)
    draw_frames(run, found)
    draw_code(run)


def draw_learning(run: Run, found: Found) -> None:
    """Draw errors, examples and weights; save the errors."""
    last = found.errors["trained"].sizes["epoch"]
    run.figure(
        "error",
        plots.error_curves(
            found.errors,
            baselines=found.baselines,
            published={e: x for e, x in PUBLISHED_CURVE.items() if e <= last} if found.published else None,
            y_label="Σ(ŷ − y)² per training sample",
        ),
        title="Learning",
        caption="Squared error summed over the outputs, mean over the training samples as the epoch runs; thin lines "
        "are seeds, thick ones their mean. Dashed and dotted: answers that need neither eye nor retina.",
        alt="Training error against epoch: a plateau at the baseline, then a slow fall; with Adam a fast one.",
    )
    decoded = {name: found.position_error(name) for name in found.places}
    run.figure(
        "position_error",
        plots.position_errors(decoded, chance=np.linalg.norm(found.head, axis=1)),
        title="How far off is the decoded position?",
        caption=f"Least-squares position of the output on {len(found.head)} held-out samples, a thin line per seed. "
        f"On the targets themselves the decoder errs by at most {found.inverse_error():.1g}°. Lattice spacing 10°.",
        alt="Cumulative distributions of the decoding error: untrained at chance, trained better, Adam a few degrees.",
    )
    shown = [np.asarray(found.trials.conditions[f"eye_{axis}"])[:EXAMPLES] for axis in "xy"]
    outputs = {name: x[0, :EXAMPLES] for name, x in found.outputs.items() if name != "untrained"}
    first = {name: x[0, :EXAMPLES] for name, x in found.places.items() if name in outputs}
    head = found.head[:EXAMPLES]
    run.figure(
        "examples",
        plots.patterns(
            {
                "retina": np.asarray(found.trials.inputs)[:EXAMPLES, : RETINA.n_units],
                **outputs,
                "target": np.asarray(found.trials.targets)[:EXAMPLES],
            },
            [f"eye ({x:.0f}°, {y:.0f}°)".replace("-", "−") for x, y in zip(*shown, strict=True)],
            extent=REACH,
            spacing=RETINA.spacing,
            marks=dict.fromkeys((*outputs, "target"), head),
            dots=first,
        ),
        title="Input, output, target",
        caption="Held-out samples in columns, under their eye position; outputs of the first seed. Crosses: true "
        "head-centred position; rings: decoded from the output.",
        alt="Maps of 8 by 8 units: a bump on the retina, the networks' outputs, and the bump they should give.",
    )
    weights = np.asarray(found.variants["trained"].weights[0])[0]
    n, linear = RETINA.n_units, found.task.eye_code.n_units == 2
    run.figure(
        "weights",
        plots.input_weights(weights[:, :n].reshape(-1, RETINA.size, RETINA.size), weights[:, n:] if linear else None),
        title="Weights onto the hidden units",
        caption="First seed, published training. Colour: weights from the 8 × 8 retinal units, y upwards."
        + " Arrows: the two weights from the eye position, on one scale." * linear,
        alt="Maps of the weights from the retina onto each hidden unit, most with smooth gradients across the field.",
    )
    columns = {f"{name}, seed {row['seed'].item()}": row.to_series() for name, x in found.errors.items() for row in x}
    table = pd.DataFrame(columns).rename_axis("epoch").query(f"epoch == 1 or epoch % {EPOCHS_KEPT} == 0")
    run.table("errors", table, caption="Training error of every seed, each tenth epoch.")


def draw_gain_fields(run: Run, found: Found) -> None:
    """Draw gain fields as circles, maps at nine eye positions, and distributions; save the measures."""
    retinal, eye = gain_stimuli()
    rows, titles, maps = {}, {}, {}
    for name, responses in found.responses.items():
        shown, table = crossed(responses, retinal, eye), found.tables[name]
        first = table.head(shown.lit.shape[-1])
        deepest = np.argsort(-first["depth"].to_numpy(), kind="stable")
        units = deepest[np.linspace(0, len(deepest) - 1, min(UNITS_SHOWN, len(deepest))).round().astype(int)]
        lit, dark = shown.lit[0][:, :, units], np.asarray(shown.dark)[0][:, units]
        best = lit.mean(axis=0).argmax(axis=0)
        rows[name] = lit[:, best, np.arange(len(units))].T, dark.T
        titles[name] = [f"unit {u + 1}\n{first['class'].iloc[u]}" for u in units]
        top, row = units[0], first.iloc[units[0]]
        shift = f"{round(row['shift'], 2) + 0.0:.2f}".replace("-", "−")
        title = f"{name}, unit {top + 1}: shift {shift}, depth {row['depth']:.2f}"
        maps[title] = shown.lit[0][:, :, top].reshape(-1, len(FIELD), len(FIELD))
    run.figure(
        "gain_fields",
        plots.gain_field_circles(rows, lattice(EYES), titles),
        title="Gain fields",
        caption="Response of hidden units to a stimulus at their best retinal place, at nine eye positions "
        "(−20°, 0°, 20°)². Diameter of the blue circle: total response; of the dark disc: background in the dark; "
        "dotted: a background that the stimulus suppresses. Units of the first seed, from the deepest gain to the "
        "shallowest in equal steps.",
        alt="Three by three circles per hidden unit: all alike before training, graded across eye positions after it.",
    )
    run.figure(
        "retinal_maps",
        plots.retinal_maps(maps, lattice(EYES), extent=REACH),
        title="Receptive fields at nine eye positions",
        caption="Response to every retinal place (±40°), a map per eye position, of the unit of the first seed with "
        "the deepest gain. Crosses: the place on the retina that is straight ahead of the head.",
        alt="Nine maps per unit: the receptive field stays on the retina while its height changes with the eye.",
    )
    run.figure(
        "distributions",
        plots.gain_distributions(found.tables),
        title="Gain fields of all units and seeds",
        caption="Thin: a seed; thick: all units. Dotted: thirds of the way from the retina to the head.",
        alt="Cumulative distributions of depth, interaction, planarity and shift, untrained, trained and with Adam.",
    )
    for name, table in found.tables.items():
        run.table(f"gain_fields_{name.lower()}", table, caption=f"Gain field of every hidden unit, {name}.")


def draw_frames(run: Run, found: Found) -> None:
    """Draw the similarity with the three frames of reference, and the RDMs."""
    run.figure(
        "frames",
        plots.similarity_bars(found.similarities, measure="Pearson correlation of RDMs", dots=found.dots),
        title="Which positions does the hidden layer represent?",
        caption="Correlation of the hidden layer's RDM with those of retinal, eye and head-centred position; "
        "dots are seeds, bars 95 % intervals. Grey: the input itself, the most that is there without a hidden layer.",
        alt="Bars of RDM similarity with retinal, eye and head-centred positions, untrained and trained.",
    )
    run.figure(
        "rdms",
        plots.rdm_panels(found.rdms, angles=False),
        title="RDMs",
        caption="16 retinal places at each of nine eye positions, mean over seeds; blocks are eye positions.",
        alt="Matrices of dissimilarity of the three positions, of the hidden layer before and after training, and of "
        "the input.",
    )
    run.table("similarities", found.similarities, caption="Similarity of RDMs with those of positions.")


def draw_code(run: Run) -> None:
    """Draw the monotonic code."""
    run.figure(
        "monotonic_code",
        plots.monotonic_code(MonotonicCode(types=TYPES), -10.0),
        title="The monotonic code of eye position",
        caption="Eight rectified lines of each type for one axis, and the pattern of all at −10°. The input uses "
        "rising and falling units; neurons that peak or dip at 0° were recorded too.",
        alt="Rising, falling, peaked and dipped lines against eye position, and a bar per unit at minus ten degrees.",
    )
