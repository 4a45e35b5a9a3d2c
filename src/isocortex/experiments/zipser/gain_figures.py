"""The figures of ``zipser-andersen`` about gain fields and frames of reference, and the tables behind them."""

from collections.abc import Iterator

import numpy as np
from matplotlib.figure import Figure

from ... import plots
from ...analysis import crossed
from ...formats import listed, number, significant
from ...report import Finding, Picture, Table
from ...stimuli import MonotonicCode
from ...stimuli.population_codes import TYPES
from ...tasks.head_centred import REACH
from .measures import COARSE, EYES, FIELD, Found, gain_stimuli, lattice

UNITS_SHOWN = 6
EXAMPLE = -10.0
"""Position whose monotonic code is drawn, in degrees."""


def gain_findings(found: Found) -> Iterator[Finding]:
    """Show gain fields as circles, as distributions, and as maps at every eye position."""
    n_eyes = len(EYES) ** 2
    yield Picture(
        "gain_fields",
        lambda: _draw_circles(found),
        title="Gain fields",
        caption=f"Responses of hidden units to a stimulus at their best retinal place, at {n_eyes} eye positions (x "
        f"and y at {listed(f'{number(x, 0)}°' for x in EYES)}). The diameter of a blue circle is the total response, "
        "that of the dark disc the response without a stimulus; a dotted circle is such a response that the stimulus "
        "suppresses. Units of the first seed, from the deepest gain to the shallowest in equal steps of rank.",
        alt="Circles at nine eye positions per hidden unit: equal before training, graded across positions after it.",
    )
    yield Picture(
        "distributions",
        lambda: plots.gain_distributions(found.tables),
        title="Gain fields of all units and seeds",
        caption="Cumulative distributions. Thin: a seed; thick: all units. Dotted: a third and two thirds of the way "
        "from a receptive field fixed on the retina to one fixed to the head.",
        alt="Cumulative distributions of depth, interaction, planarity and shift, by variant.",
    )
    yield Picture(
        "retinal_maps",
        lambda: _draw_maps(found),
        title=f"Receptive fields at {n_eyes} eye positions",
        caption=f"Responses to all retinal places (±{significant(REACH)}°), one map per eye position, of the unit of "
        "the first seed with the deepest gain. Crosses: the place on the retina that is straight ahead of the head.",
        alt="Maps at nine eye positions per unit: the receptive field stays on the retina while its height changes.",
    )


def gain_tables(found: Found) -> Iterator[Finding]:
    """Return the gain fields of all units."""
    for name, table in found.tables.items():
        yield Table(f"gain_fields_{name.lower()}", table, f"Gain field of every hidden unit, {name}.")


def frame_findings(found: Found) -> Iterator[Finding]:
    """Show the similarity with the three frames of reference, and the RDMs."""
    yield Picture(
        "frames",
        lambda: plots.similarity_bars(found.similarities, measure="Pearson correlation of RDMs", dots=found.dots),
        title="Which positions does the hidden layer represent?",
        caption="Correlation of the hidden layer's RDM with those of retinal, eye and head-centred position. Dots are "
        "seeds, and error bars 95 % intervals. Grey: the RDM of the input, which has no hidden layer.",
        alt="Bars of RDM similarity with retinal, eye and head-centred positions, by variant.",
    )
    yield Picture(
        "rdms",
        lambda: plots.rdm_panels(found.rdms, angles=False),
        title="RDMs",
        caption=f"{len(COARSE) ** 2} retinal places at each of {len(EYES) ** 2} eye positions; means over seeds. "
        "Blocks are eye positions.",
        alt="Matrices of dissimilarity of the three positions, of the hidden layer by variant, and of the input.",
    )
    yield Table("similarities", found.similarities, "Similarity of RDMs with those of positions.")


def code_picture() -> Picture:
    """Show the monotonic code."""
    code = MonotonicCode(types=TYPES)
    return Picture(
        "monotonic_code",
        lambda: plots.monotonic_code(code, EXAMPLE),
        title="The monotonic code of eye position",
        caption=f"{code.n} rectified lines of each type for one axis, and the activity of all units at "
        f"{number(EXAMPLE, 0)}°. The input uses rising and falling units. Neurons that peak or dip at 0° were "
        "recorded, too.",
        alt="Rising, falling, peaked and dipped lines against eye position, and a bar per unit at one position.",
    )


def _draw_circles(found: Found) -> Figure:
    """Draw the gain fields of some units of the first seed, in order of depth."""
    rows, titles = {}, {}
    for name, (lit, dark) in _first_seed(found).items():
        table = found.tables[name].head(lit.shape[-1])
        deepest = np.argsort(-table["depth"].to_numpy(), kind="stable")
        units = deepest[np.linspace(0, len(deepest) - 1, min(UNITS_SHOWN, len(deepest))).round().astype(int)]
        best = lit[:, :, units].mean(axis=0).argmax(axis=0)
        rows[name] = lit[:, best, units].T, dark[:, units].T
        titles[name] = [f"unit {u + 1}\n{table['class'].iloc[u]}" for u in units]
    return plots.gain_field_circles(rows, lattice(EYES), titles)


def _draw_maps(found: Found) -> Figure:
    """Draw the receptive field of the unit with the deepest gain at every eye position."""
    maps = {}
    for name, (lit, _) in _first_seed(found).items():
        table = found.tables[name].head(lit.shape[-1])
        top = int(np.argsort(-table["depth"].to_numpy(), kind="stable")[0])
        row = table.iloc[top]
        title = f"{name}, unit {top + 1}: shift {number(row['shift'], 2)}, depth {number(row['depth'], 2)}"
        maps[title] = lit[:, :, top].reshape(-1, len(FIELD), len(FIELD))
    return plots.retinal_maps(maps, lattice(EYES), extent=REACH)


def _first_seed(found: Found) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return responses of the first seed by variant: eye × place × unit, and eye × unit without a stimulus."""
    retinal, eye = gain_stimuli()
    shown = {name: crossed(responses, retinal, eye) for name, responses in found.responses.items()}
    return {name: (x.lit[0], np.asarray(x.dark)[0]) for name, x in shown.items()}
