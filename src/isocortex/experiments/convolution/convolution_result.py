"""What the lesson on convolution found, in numbers and words."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import xarray as xr

from ...formats import counted, number, significant
from ...report import Finding, Quantity, Result, Table
from .cell_figures import cell_findings, tuning_findings
from .cells import BAR_WIDTH, ORIENTATIONS, PHASES, TUNING_ANGLES
from .layer_figures import layer_findings, matrix_picture, training_findings
from .lesson import Lesson
from .tables import shown_cells, shown_counts, shown_networks, shown_tuning
from .weights import HELD_OUT

if TYPE_CHECKING:
    from .convolution import Convolution


@dataclass(frozen=True, eq=False)
class ConvolutionResult(Result):
    """What the lesson found, and its words.

    Attributes
    ----------
    options : Convolution
    found : Lesson
    """

    question: ClassVar[str] = (
        "What does a convolutional layer compute, how many weights does it save, and which cells ignore position?"
    )
    quantities: ClassVar[dict[str, Quantity]] = {
        "weights.outputs": Quantity("Outputs of the layer for one image"),
        "weights.convolution": Quantity("Weights and biases of the convolutional layer"),
        "weights.locally_connected": Quantity("Weights and biases with separate kernels for all outputs"),
        "weights.fully_connected": Quantity("Weights and biases of a fully connected layer with the same outputs"),
        "weights.<network>.<layer>": Quantity("Weights and biases of a layer of a published network, or of all layers"),
        "accuracy.<network>": Quantity("Share of fresh gratings whose tilt a trained network reports correctly"),
        "map.rows": Quantity("Rows of a channel's map", "positions"),
        "map.columns": Quantity("Columns of a channel's map", "positions"),
        "matrix.distinct": Quantity("Different weights in the matrix of a convolution, without zeros"),
        "matrix.error": Quantity("Largest difference between that matrix times an image and the convolution", "a.u."),
        "tuning.<channel>.expected": Quantity("Preferred orientation by the published convention", "°"),
        "tuning.<channel>.preferred": Quantity("Preferred orientation from the vector sum of the energy", "°"),
        "tuning.<channel>.selectivity": Quantity("Length of that vector sum over the sum of responses"),
        "tuning.<channel>.at_0": Quantity("Mean rectified activation by a grating of 0°", "a.u."),
        "tuning.<channel>.at_90": Quantity("Mean rectified activation by a grating of 90°", "a.u."),
        "modulation.<cell>.median": Quantity("F1/F0 over a grating's phase, median of units"),
        "modulation.<cell>.lowest": Quantity("F1/F0 over a grating's phase, lowest of units"),
        "modulation.<cell>.highest": Quantity("F1/F0 over a grating's phase, highest of units"),
        "modulation.<cell>.theory": Quantity("F1/F0 in closed form"),
        "modulation.<cell>.second": Quantity("F2/F0 over a grating's phase, median of units"),
        "modulation.<cell>.second_theory": Quantity("F2/F0 in closed form"),
        "pools.error": Quantity("Largest difference of F1/F0 from its closed form, over channels and widths of pools"),
        "thresholds.error": Quantity("Largest difference of F1/F0 from its closed form, over offsets"),
        "position.<cell>.width": Quantity("Positions of a bar with at least half of the largest response", "pixels"),
    }
    references: ClassVar[tuple[str, ...]] = (
        "neuromatch",
        "lecun-1989",
        "adelson-bergen-1985",
        "riesenhuber-poggio-1999",
        "skottun-1991",
        "mechler-ringach-2002",
    )

    options: "Convolution"
    found: Lesson

    def numbers(self) -> dict[str, float | int]:
        found = self.found
        summary: dict[str, float | int] = {f"weights.{name}": n for name, n in found.counts.items()}
        for row in found.network_counts.to_dict("records"):
            summary |= {f"weights.{row['network']}.{name}": n for name, n in row.items() if name != "network"}
        summary |= {f"accuracy.{name}": network.accuracy for name, network in found.networks.items()}
        summary |= {"map.rows": found.maps.shape[2], "map.columns": found.maps.shape[3]}
        summary |= {"matrix.distinct": found.matrix.distinct, "matrix.error": found.matrix.error}
        for row in found.tuning.to_dict("records"):
            place = row["channel"].replace("°", "").replace(" ", "_").lower()
            summary |= {f"tuning.{place}.{name}": value for name, value in row.items() if name != "channel"}
        for row in found.cells.to_dict("records"):
            place = f"modulation.{row['key']}"
            summary |= {f"{place}.median": row["f1_f0"], f"{place}.lowest": row["f1_f0_lowest"]}
            summary |= {f"{place}.highest": row["f1_f0_highest"], f"{place}.theory": row["theory_f1_f0"]}
            summary |= {f"{place}.second": row["f2_f0"], f"{place}.second_theory": row["theory_f2_f0"]}
        for name, curve in {"pools": found.pools, "thresholds": found.thresholds}.items():
            summary[f"{name}.error"] = float(np.nanmax(np.abs(curve["f1_f0"] - curve["theory"])))
        return summary | {f"position.{row['key']}.width": row["width"] for row in found.positions.to_dict("records")}

    def findings(self) -> Iterator[Finding]:
        found, (rows, columns) = self.found, self.options.canvas
        yield Table(
            "weights",
            shown_counts(found),
            "Weights and biases were counted in the layer itself, and computed from the sizes for the others.",
            title=f"What sharing saves: layers from {rows} × {columns} pixels to the same outputs",
            shown=True,
        )
        yield Table(
            "cells",
            shown_cells(found),
            f"Modulation by the phase of a sinusoidal grating with {significant(found.period)} pixels per cycle; "
            "medians of units. Cells with F1/F0 above 1 are called simple, those below 1 complex. The last column is "
            "the number of positions at which a bar evokes at least half of the largest response.",
            title="Which cells ignore where a grating is?",
            shown=True,
        )
        yield from layer_findings(found)
        yield matrix_picture(found)
        yield from cell_findings(found)
        yield from tuning_findings(found)
        yield Table(
            "tuning",
            shown_tuning(found),
            "The preferred orientation is the direction of the vector sum of the energy. Responses are mean rectified "
            "activations.",
            title="What each channel prefers",
            shown=True,
        )
        yield from training_findings(found)
        image_rows, image_columns = found.networks["FC"].before.image_size
        yield Table(
            "networks",
            shown_networks(found),
            f"The networks get images of {image_rows} × {image_columns} pixels. The accuracy is that on {HELD_OUT} "
            "fresh gratings. A dash marks a network that was not trained.",
            title="Weights and biases of the published networks",
            shown=True,
        )

    def responses(self) -> dict[str, xr.DataArray]:
        return {"conv": self.found.conv, **{f"phase/{name}": x for name, x in self.found.phases.cells.items()}}

    def answer(self) -> str:
        found, counts, pool = self.found, self.found.counts, self.found.pool
        pooled, simple = found.modulation("pooled"), found.modulation("rectified")
        side = (
            "below 1, where cells are called complex" if pooled < 1 else "not below 1, so that cells are called simple"
        )
        return (
            f"Each of the layer's {counts['outputs']:,} outputs is the sum of the products of a kernel of "
            f"{self.options.size} × {self.options.size} weights with the pixels under it. Because all positions share "
            f"the kernels, the layer needs {counts['convolution']:,} weights and biases, whereas a fully connected "
            f"layer with the same outputs needs {counts['fully_connected']:,}. The layer's rectified channels do not "
            f"ignore position: they follow the phase of a grating as simple cells do, with F1/F0 = {number(simple)} "
            f"(theory {self._theory('rectified')}). The energy of a quadrature pair ignores phase, with F1/F0 = "
            f"{number(found.modulation('complex'))} (theory {self._theory('complex')}). Max-pooling over {pool} × "
            f"{pool} positions makes the channels partly tolerant of position: F1/F0 is {number(pooled)} (theory "
            f"{self._theory('pooled')}), which is {side}."
        )

    def _theory(self, cell: str) -> str:
        """Return F1/F0 in closed form."""
        return number(self.found.modulation(cell, "theory_f1_f0"))

    def notes(self) -> list[str]:
        second = {
            cell: number(self.found.modulation(cell, "f2_f0")) for cell in ("complex", "one_phase", "random_pair")
        }
        notes = [
            "F1/F0 below 1 does not prove an energy model. It is also below 1 for a single filter that is rectified on "
            "both sides, for the energy of any two filters, and for a linear cell whose response never falls below its "
            f"threshold. F2/F0 separates the first two ({second['one_phase']} and {second['random_pair']}) from a "
            f"quadrature pair ({second['complex']}).",
            "Each network was trained once, with one random seed. The experiment orientation-v1 trains populations.",
        ]
        if not self.found.bank:
            return notes
        return [
            "The angle of a Gabor is measured along the rows, and that of a grating along the columns, as in the "
            "published code. A grating of 0° therefore drives the Gabor of 90°, and not that of 0°.",
            *notes,
        ]

    def methods(self) -> list[str]:
        options, (rows, columns), found = self.options, self.options.canvas, self.found
        kind = (
            f"the published filter bank (two centre-surround filters and {counted(options.channels - 2, 'Gabor')}), "
            "each filter without its mean; biases are 0"
            if found.bank
            else "random values, which like the biases are uniform within ±1/(edge of the kernel)"
        )
        image_rows, image_columns = found.networks["FC"].before.image_size
        return [
            f"The layer has {options.channels} kernels of {options.size} × {options.size} pixels: {kind}. The stride "
            f"is {options.stride}, and the padding {options.padding}. The images of {rows} × {columns} pixels are "
            f"square-wave gratings of −0.5 and 0.5 with {significant(options.period)} pixels per cycle. With a stride "
            "s and p zeros on each side, $C(x, y) = \\sum_{k_x, k_y} f(k_x, k_y)\\, I(s x + k_x - p, s y + k_y - p)$. "
            "This is a cross-correlation, which deep learning calls convolution.",
            "The weight matrix holds the layer's outputs for every image with a single bright pixel, one column each.",
            f"The networks learn to say whether gratings of {image_rows} × {image_columns} pixels are tilted to the "
            f"left or to the right. {found.networks['FC'].methods}",
            f"Tuning was measured with gratings every {significant(np.diff(TUNING_ANGLES)[0])}°, over the positions "
            "where the whole kernel lies in the image, with stride 1. The preferred orientation is the direction of "
            "the vector sum on the doubled angle. Selectivity is the length of that sum over the sum of responses, "
            "after subtraction of the lowest response.",
            f"Modulation was measured with zero-centred sinusoidal gratings at {len(PHASES)} phases. The energy model "
            f"has Gabor pairs of the grating's wavelength at {len(ORIENTATIONS)} orientations, and was read at the "
            "centre. Its simple cells are the half-rectified phases of the pair and their opposites; its complex cell "
            "is the root of the sum of their squares. The layer's kernels were taken without biases, with stride 1, "
            f"and each at the best of the {len(ORIENTATIONS)} orientations, at the centre or as the maximum of a "
            "square of positions around it. F0 is the mean over phases; F1 and F2 are the amplitudes of the first two "
            f"harmonics. The bar is {significant(BAR_WIDTH)} pixels wide.",
            "Closed forms: max(0, cos φ) has F1/F0 = π/2 and F2/F0 = "
            "2/3; a quadrature pair has 0 and 0; |cos φ| has 0 and 2/3; 1 + cos φ has 1 and 0. The maximum of "
            "max(0, cos φ) over a range of phases is a plateau with a piece of cosine on each side, whose harmonics "
            "are elementary.",
        ]
