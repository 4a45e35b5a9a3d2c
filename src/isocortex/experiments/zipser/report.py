"""What ``zipser-andersen`` found, in numbers and words."""

import numpy as np
import pandas as pd

from ...analysis.gain_fields import CLASSES
from ...analysis.receptive_shift import FRAMES
from ..shared.tables import records
from .measures import Found

PLATEAU, MIDDLE = 50, 200
"""Epochs at which the published curve is read."""
PUBLISHED_CURVE = {50: 0.75, 200: 0.67, 1000: 0.46}
"""Error of one seed, read off the published figure."""
PUBLISHED: dict[str, tuple[str, float | int, str]] = {
    "error.zero_output": ("error of an output that is always 0", 0.776, ".3f"),
    "error.mean_output": ("error of the mean output", 0.737, ".3f"),
    "error.train.epoch_50.mean": ("error on the plateau (epoch 50)", 0.73, ".3f"),
    "error.train.epoch_200.mean": ("error at epoch 200", 0.654, ".3f"),
    "error.train.final.mean": ("error at epoch 1000", 0.449, ".3f"),
    "gain_field.depth.median": ("gain depth, trained", 0.16, ".2f"),
    "gain_field.depth.untrained.median": ("gain depth, untrained", 0.03, ".2f"),
    "gain_field.interaction.median": ("eye × retina interaction, trained", 0.125, ".3f"),
    "gain_field.interaction.untrained.median": ("eye × retina interaction, untrained", 2e-7, ".0e"),
    "gain_field.planar_r2.median": ("variance explained by a plane, trained", 0.87, ".2f"),
}
"""Key → what, reference number, format: the textbook's curve, and eight seeds of an independent program."""
MEASURES = ("depth", "interaction", "planar_r2", "shift")
PREFIX = {"trained": "", "Adam": "adam."}

NOTES = [
    "Planarity says little: an untrained sigmoid unit is planar because it is nearly linear. Training adds the depth "
    "of the gain and the interaction of eye and retina, so those stand beside the untrained control.",
    "The published training stops long before the task is solved: its output bumps are low and wide. The second "
    "training goes on to bumps that a reader of the output can trust, and shows what gain fields become then.",
    "Retinal and head-centred positions are correlated in the stimuli for RDMs (head = retina + eye), so a code of one "
    "resembles the other; only the difference between bars tells.",
    "A unit that adds eye and retina before a threshold has a receptive field that seems to move: the shift alone does "
    "not tell a gain field from a partial change of frame.",
]
METHODS = [
    "Retinal and head-centred positions are independent and uniform on ±40°, the eye position is their difference. "
    "Retina, and head in the Gaussian format: exp(−d²/2σ²), 8 × 8 centres 10° apart from −40°, 15° wide at 1/e. "
    "Monotonic format: line i of the rising type passes (reach, 1) and (−reach, −2(i − 1)/8), cut at 0, the falling "
    "type is its mirror; 8 lines per type and axis; the reach is 80° for the eye and 40° for the head.",
    "Back-propagation written out: δ^L = ŷ − y (cross-entropy) or (ŷ − y)ŷ(1 − ŷ) (squared error), "
    "δ^ℓ = (W^(ℓ+1))ᵀδ^(ℓ+1) ⊙ f′(a^ℓ), ∂L/∂W^ℓ = δ^ℓ(z^(ℓ−1))ᵀ, ∂L/∂b^ℓ = δ^ℓ. Error: Σ(ŷ − y)² over the outputs, "
    "mean over the training samples as the epoch runs. Compared with automatic differentiation in float64.",
    "Decoded position: least squares of the output against the code's patterns (Gaussian ones times any gain), on "
    "fresh held-out samples.",
    "Gain fields: 17 × 17 retinal places 5° apart at eye positions (−20, 0, 20)²°, and the background in the dark. "
    "Depth: (max − min)/max over eye positions at the best retinal place; shares of variance: two-way analysis of "
    "variance of place and eye; class: parts of the response that vary by more than 10 % of the largest, and whether "
    "their planes rise to the same side. Shift: displacement of best correlation between maps at neighbouring eye "
    "positions, per degree of eye movement.",
    "RDMs: squared Euclidean, 4 × 4 retinal places at nine eye positions; Pearson correlation with the squared "
    "distances of positions; intervals from bootstraps of stimuli and seeds.",
]


def numbers(found: Found) -> dict[str, float | int]:
    """Return the summary."""
    table = {
        "error.zero_output": found.baselines["output 0"],
        "error.mean_output": found.baselines["mean output"],
        "position.inverse_error_deg.max": found.inverse_error(),
        "position.error_deg.untrained.median": float(np.median(found.position_error("untrained"))),
        "backprop.max_relative_difference": found.agreement,
    }
    for variant, prefix in PREFIX.items():
        if variant not in found.errors:
            continue
        error = found.errors[variant].mean("seed")
        read = {f"epoch_{e}": e for e in (PLATEAU, MIDDLE) if e <= len(error)} | {"final": len(error)}
        table |= {f"{prefix}error.train.{name}.mean": float(error.sel(epoch=e)) for name, e in read.items()}
        table[f"{prefix}error.test.final.mean"] = float(found.test_error(variant).mean())
        table[f"{prefix}position.error_deg.median"] = float(np.median(found.position_error(variant)))
    for variant, gains in found.tables.items():
        prefix, part = PREFIX.get(variant, ""), ".untrained" if variant == "untrained" else ""
        medians = gains[list(MEASURES)].median().to_dict()
        table |= {f"{prefix}gain_field.{name}{part}.median": float(medians[name]) for name in MEASURES}
    for row in records(found.similarities):
        place = f"rsa.{row['layer'].replace('-', '_')}.{row['variant'].lower()}"
        table |= {f"{place}.{what}": row[what] for what in ("mean", "low", "high")}
    return table


def shares_table(found: Found) -> pd.DataFrame:
    """Return the share of units of every frame and class, a column per variant."""
    rows = []
    for column, kinds in (("frame", FRAMES), ("class", CLASSES)):
        for kind in kinds:
            shares = {name: f"{100 * (table[column] == kind).mean():.0f} %" for name, table in found.tables.items()}
            rows.append({"hidden units": f"{column}: {kind}", **shares})
    return pd.DataFrame(rows)


def percent(share: float) -> str:
    """Write a share in percent, with a decimal."""
    return f"{100 * share:.1f} %" if share >= 0.0005 else "below 0.1 %"


def answer(found: Found, n: dict[str, float | int]) -> str:
    """Return the answer in words."""
    epochs = found.errors["trained"].sizes["epoch"]
    text = (
        f"By hidden units whose response to a place on the retina is scaled by the eye position. After {epochs} epochs "
        f"(error {n['error.train.final.mean']:.3f}, decoded position off by {n['position.error_deg.median']:.1f}°) the "
        f"median gain depth is {n['gain_field.depth.median']:.2f} (untrained "
        f"{n['gain_field.depth.untrained.median']:.2f}), and the interaction of eye and retina is "
        f"{percent(n['gain_field.interaction.median'])} of the variance (untrained "
        f"{percent(n['gain_field.interaction.untrained.median'])}). Few units are head-centred, but all together are: "
        f"their RDM correlates with that of head-centred position to {n['rsa.head_centred.trained.mean']:.2f} "
        f"(untrained {n['rsa.head_centred.untrained.mean']:.2f})."
    )
    if "Adam" in found.errors:
        text += (
            f" Adam brings the error to {n['adam.error.train.final.mean']:.3f} and the position to "
            f"{n['adam.position.error_deg.median']:.1f}°; depth is then {n['adam.gain_field.depth.median']:.2f}, the "
            f"interaction {percent(n['adam.gain_field.interaction.median'])}, and receptive fields move "
            f"{n['adam.gain_field.shift.median']:.2f}° per degree of the eye (published training "
            f"{n['gain_field.shift.median']:.2f})."
        )
    return text
