"""What ``decode-v1`` finds: the numbers, the answer, and the order of the page."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd
import xarray as xr

from ...analysis.decoding import DECODERS
from ...analysis.decoding.descent import CLASS_HIDDEN, CLASS_RATE, CLASS_STEPS, L1, L2, PUBLISHED_REGRESSION
from ...analysis.inference import Uncertainty
from ...formats import counted, interval, p_value, significant
from ...report import Finding, Quantity, Result, Table
from ..shared.intervals import hold_for
from ..shared.tables import table_of
from .decode_v1_figures import pictures
from .orientation import BY_SIZE, CONFIDENCE, CONTROL, N_BOOTSTRAPS, NEAR, NETWORK, Decoded, Neurometric
from .orientation_classes import Classes, Weights

if TYPE_CHECKING:
    from .decode_v1 import DecodeV1

DRAWN = {"subject": "new animals", "sample": "new responses"}
LABELS = {name: DECODERS[name].label for name in DECODERS} | {NETWORK: PUBLISHED_REGRESSION.label}


def quantities() -> dict[str, Quantity]:
    """Return what every number is."""
    error = "Median absolute error of a decoder on held-out responses, on the circle of 180°, mean over animals"
    difference = "Median absolute error of a decoder minus that of the decoder with the smallest one"
    ends = {"low": "lower", "high": "upper"}
    found = {"decoding.<decoder>.error_deg.median": Quantity(error, "°")}
    found |= {
        f"decoding.<decoder>.minus_best_deg.{e}": Quantity(f"{difference}: {w} end of the 95 % interval", "°")
        for e, w in ends.items()
    }
    found |= {
        f"decoding.<decoder>.error_deg.{e}": Quantity(f"{error}: {w} end of the 95 % interval", "°")
        for e, w in ends.items()
    }
    return found | {
        "decoding.<decoder>.minus_best_deg.mean": Quantity(difference, "°"),
        "decoding.<decoder>.minus_best_deg.p": Quantity(f"{difference}: two-sided p value"),
        "decoding.neurometric.threshold_deg.mean": Quantity(
            "Distance from the boundary at which the decoded side is right in 75 % of responses, mean over animals", "°"
        ),
        "decoding.neurometric.bias_deg.mean": Quantity("Shift of the neurometric function, mean over animals", "°"),
        "decoding.classes.accuracy.mean": Quantity(
            "Share of held-out responses that the network puts into the right class, mean over animals",
            "share of trials",
        ),
        "decoding.classes.near.mean": Quantity(
            "Share that it puts into the right class or a neighbour of it, mean over animals", "share of trials"
        ),
        "decoding.classes.<penalty>.zeros": Quantity(
            "Share of the network's input weights that are nearly zero under a penalty", "share of weights"
        ),
    }


@dataclass(frozen=True, eq=False)
class DecodeV1Result(Result):
    """Orientation decoded from V1.

    Attributes
    ----------
    options : DecodeV1
    neurons : dict of str to DataArray
    found : Decoded
    sampled : Uncertainty
        Of the median absolute error of every decoder.
    sizes : DataFrame
        Errors from fewer neurons, and from fewer training responses.
    threshold : Neurometric or None
    classes : Classes
    weights : Weights
    """

    question: ClassVar[str] = (
        "How precisely can the orientation of a grating be read from neurons of primary visual cortex, and by which "
        "decoder?"
    )
    quantities: ClassVar[dict[str, Quantity]] = quantities()
    references: ClassVar[tuple[str, ...]] = ("neuromatch", "stringer-2021", "georgopoulos-1986", "schutt-2023")

    options: "DecodeV1"
    neurons: Mapping[str, xr.DataArray]
    found: Decoded
    sampled: Uncertainty
    sizes: pd.DataFrame
    threshold: Neurometric | None
    classes: Classes
    weights: Weights

    @property
    def decoders(self) -> list[str]:
        """The decoders, with the control last."""
        return [str(name) for name in self.found.errors["decoder"].values if name != CONTROL] + [CONTROL]

    @cached_property
    def estimates(self) -> dict[str, tuple[float, float, float]]:
        """The median absolute error of every decoder, with the ends of its interval."""
        tested = self.sampled.test(np.eye(len(self.decoders)), CONFIDENCE)
        names = [str(name) for name in self.found.errors["decoder"].values]
        rows = {name: tuple(tested.loc[names.index(name), ["estimate", "low", "high"]].tolist()) for name in names}
        return {name: rows[name] for name in self.decoders}

    @cached_property
    def differences(self) -> pd.DataFrame:
        """The error of every other decoder minus that of the best, with intervals and p."""
        names = [str(name) for name in self.found.errors["decoder"].values]
        contrasts = np.eye(len(names))
        contrasts[:, names.index(self.found.best)] -= 1
        others = [i for i, name in enumerate(names) if name != self.found.best]
        return self.sampled.test(contrasts[others], CONFIDENCE).assign(decoder=[names[i] for i in others])

    def numbers(self) -> dict[str, float]:
        found = {}
        for name, (median, low, high) in self.estimates.items():
            found |= {
                f"decoding.{name}.error_deg.{key}": x for key, x in (("median", median), ("low", low), ("high", high))
            }
        for row in self.differences.to_dict("records"):
            place = f"decoding.{row['decoder']}.minus_best_deg"
            found |= {
                f"{place}.{key}": row[column]
                for key, column in {"mean": "estimate", "low": "low", "high": "high", "p": "p"}.items()
            }
        if self.threshold is not None:
            fits = self.threshold.fits[["threshold", "bias"]].to_numpy().mean(axis=0)
            found["decoding.neurometric.threshold_deg.mean"] = float(fits[0])
            found["decoding.neurometric.bias_deg.mean"] = float(fits[1])
        found["decoding.classes.accuracy.mean"] = float(self.classes.accuracy.mean())
        found["decoding.classes.near.mean"] = float(self.classes.near.mean())
        for name, share in self.weights.sparsity().items():
            found[f"decoding.classes.{name.replace(' ', '_')}.zeros"] = share
        return found

    def findings(self) -> Iterator[Finding]:
        shown = pd.DataFrame(
            [
                {
                    "decoder": name,
                    "median absolute error (°)": interval(*estimate, 2),
                    "more than the best (°)": self.more_than_the_best(name),
                }
                for name, estimate in self.estimates.items()
            ]
        )
        yield Table(
            "errors",
            shown,
            f"Errors on the circle of 180°, of {self.held_out()}, mean over animals [95 % interval]; p values are "
            "two-sided and not corrected for the number of decoders. A guess errs by 45° in the median; a constant "
            "fitted to the training responses can err by more, because what is held out is missing from it.",
            title="Which decoder is most precise?",
            shown=True,
        )
        yield from pictures(self)
        yield Table("by_size", self.sizes, f"Median absolute error (°) of {BY_SIZE} from random subsets.")
        signed = self.found.errors.transpose("sample", "subject", "decoder")
        yield Table(
            "signed_errors", signed.to_dataframe("error").reset_index().dropna(), "Error of every response (°)."
        )
        yield Table("confusion", table_of(self.classes.confusion), "Share of each class (row) taken for each (column).")

    def more_than_the_best(self, name: str) -> str:
        """Return the difference of a decoder to the best, as a cell of the table."""
        if name == self.found.best:
            return "the best"
        row = self.differences.set_index("decoder").loc[name]
        return f"{interval(row['estimate'], row['low'], row['high'], 2)}, {p_value(row['p'])}"

    def held_out(self) -> str:
        """Return what was held out."""
        return "orientations that were held out" if self.found.by else "trials that were held out"

    def answer(self) -> str:
        best, control = self.found.best, self.estimates[CONTROL]
        n = int(np.mean([x.sizes["unit"] for x in self.neurons.values()]))
        runner = min(
            (name for name in self.decoders if name not in (best, CONTROL)), key=lambda name: self.estimates[name][0]
        )
        said = [
            f"From {counted(n, 'neuron')} the orientation of {self.held_out()} is read with a median error of "
            f"{interval(*self.estimates[best], 2)}° by {best}, the most precise of {len(self.decoders) - 1} decoders. "
            f"The next is {runner} with {interval(*self.estimates[runner], 2)}°, and the published network has "
            f"{interval(*self.estimates[NETWORK], 2)}°. A constant, which ignores the neurons, errs by "
            f"{interval(*control, 2)}°."
        ]
        if self.threshold is not None:
            threshold = self.threshold.fits["threshold"].to_numpy().mean()
            said.append(
                f"At a distance of {significant(threshold, 2)}° from {significant(self.options.boundary)}° the decoded "
                "side is right in 75 % of responses."
            )
        return " ".join(said)

    def notes(self) -> list[str]:
        found = list(self.found.by_decoder[BY_SIZE].values())
        notes = [note for one in found for note in one.notes]
        if self.found.by:
            notes.append(
                "These responses are averages over trials, so whole orientations were held out, and not trials. Noise "
                "that averaging has removed does not limit the decoders here."
            )
        if len(found) == 1:
            notes.append("There is one animal: the intervals say nothing about other animals.")
        at_end = [
            one.penalties
            for one in found
            if {min(DECODERS[BY_SIZE].penalties), max(DECODERS[BY_SIZE].penalties)} & set(one.penalties)
        ]
        if at_end:
            notes.append(f"The penalty of {BY_SIZE} is at an end of its range in some folds.")
        notes.append(
            "The intervals take the decoders as they were trained: they hold for new animals and responses, not for "
            "new training trials."
        )
        return notes

    def methods(self) -> list[str]:
        new = hold_for(DRAWN, {factor: self.found.errors.sizes[factor] for factor in DRAWN})
        return [
            self.options.describe_neurons(dict(self.neurons)),
            *(next(iter(self.found.by_decoder[name].values())).methods for name in self.decoders),
            "The network regresses the angle in degrees, as published. Orientations near −90° and 90° are alike but "
            "far apart in degrees, which costs it precision there. All errors are on the circle of 180°. Intervals "
            f"(95 %) are from {N_BOOTSTRAPS} bootstrap samples, for {new}.",
            f"Errors from fewer neurons and fewer responses are those of {LABELS[BY_SIZE]}, in random subsets of each "
            "size.",
            f"The neurometric function counts responses within {significant(NEAR)}° of the boundary; a cumulative "
            "Gaussian with lapses was fitted to each animal by maximum likelihood.",
            f"Classes: a network with {CLASS_HIDDEN} rectified hidden units and a softmax over "
            f"{self.options.classes} equal classes of orientation, trained by {CLASS_STEPS} steps of full-batch "
            f"gradient descent (rate {significant(CLASS_RATE)}) on the negative log likelihood plus "
            f"{significant(L2)}·ΣW² + {significant(L1)}·Σ|W| of its input weights. It was trained on all folds "
            "but the first, and tested on the first.",
        ]

    def responses(self) -> dict[str, xr.DataArray]:
        return {n: x.mean("repeat", keep_attrs=True) if "repeat" in x.dims else x for n, x in self.neurons.items()}
