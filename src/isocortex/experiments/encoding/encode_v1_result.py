"""What ``encode-v1`` finds: how much of the explainable variance of neurons each model explains."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd
import xarray as xr

from ...analysis.encoding import ConvolutionalFit
from ...analysis.encoding.explainable import TUNED
from ...formats import counted, interval, listed, number, p_value, percent, significant
from ...recordings import DATASETS
from ...report import Finding, Quantity, Result, Table
from ..shared.intervals import interval_quantities
from ..shared.orientation_networks import TRAINING, Networks
from ..shared.recognition import ACCURACY, Recognisers
from ..shared.tables import file_name, records
from ..shared.v1_recordings import Neurons
from .comparison import Comparison
from .encode_v1_figures import pictures
from .held_out import HeldOut
from .names import BEST, BEST_RECOGNITION, CONSTANT, CONVOLUTION, DESCRIBED, ENERGY, NETWORKS, TUNING

if TYPE_CHECKING:
    from .encode_v1 import EncodeV1

FEV = "Fraction of explainable variance r²_ER of responses that were held out, median over neurons, mean over animals"
R2 = "Coefficient of determination of responses that were held out, median over neurons, mean over animals"


@dataclass(frozen=True, eq=False)
class EncodeV1Result(Result):
    """Encoding models of V1, judged by responses that they were not fitted to.

    Attributes
    ----------
    options : EncodeV1
    neurons : dict of str to DataArray
    data : HeldOut
    networks : Networks
    recognisers : Recognisers
        Networks trained to recognise pictures, with their control.
    comparison : Comparison
    chosen : mapping of str to mapping of str to float
        Variant → layer → share of neurons for which it was the best.
    fits : list of ConvolutionalFit
        One per fold.
    predicted : mapping of str to array, shape (stimulus, neuron)
    """

    question: ClassVar[str] = "Which models predict the responses of neurons in primary visual cortex to gratings?"
    quantities: ClassVar[dict[str, Quantity]] = {
        **TRAINING,
        **ACCURACY,
        "encoding.neurons": Quantity("Number of neurons"),
        "encoding.judged": Quantity("Number of neurons whose responses differ between stimuli (F test, p < 0.001)"),
        "encoding.snr.median": Quantity("Median signal-to-noise ratio of a single repeat, over all neurons"),
        "encoding.above_1": Quantity(
            "Share of the judged neurons for which the convolutional model's fraction is above 1", "share of neurons"
        ),
        "encoding.<model>.fev.median": Quantity(FEV),
        "encoding.<model>.fev.low": Quantity(f"{FEV}: lower end of the 95 % interval"),
        "encoding.<model>.fev.high": Quantity(f"{FEV}: upper end of the 95 % interval"),
        "encoding.<model>.r2.median": Quantity(R2),
        "encoding.<model>.r2.low": Quantity(f"{R2}: lower end of the 95 % interval"),
        "encoding.<model>.r2.high": Quantity(f"{R2}: upper end of the 95 % interval"),
        **interval_quantities(
            "encoding.<layer>.trained.minus.untrained",
            "Median fraction of explainable variance (R² without repeats) of a layer of the trained networks, minus "
            "that of the untrained ones",
            p=True,
        ),
    }

    options: "EncodeV1"
    neurons: Neurons
    data: HeldOut
    networks: Networks
    recognisers: Recognisers
    comparison: Comparison
    chosen: Mapping[str, Mapping[str, float]]
    fits: Sequence[ConvolutionalFit]
    predicted: Mapping[str, np.ndarray]

    @property
    def references(self) -> Sequence[str]:  # pyright: ignore[reportIncompatibleVariableOverride]
        """Names of the sources, with that of the data set."""
        known = DATASETS.get(self.options.data)
        return ["neuromatch", "pospisil-bair-2021", "adelson-bergen-1985", *([known.reference] if known else [])]

    @property
    def measure(self) -> str:
        """The score, in words."""
        return "fraction of explainable variance" if self.comparison.has_fev else "R²"

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row per model."""
        return self.comparison.table()

    @cached_property
    def differences(self) -> pd.DataFrame:
        """Trained minus untrained, a row per layer."""
        layers = [layer for layer, variant in self.comparison.models if variant == NETWORKS[0]]
        return self.comparison.differences([((layer, NETWORKS[0]), (layer, NETWORKS[1])) for layer in layers])

    @cached_property
    def by_name(self) -> dict[str, dict[str, Any]]:
        """The rows of the table, by the name that numbers have."""
        return {
            (file_name(row["layer"]) + (f".{row['variant']}" if row["variant"] in NETWORKS else "")): row
            for row in records(self.table)
        }

    def numbers(self) -> dict[str, float]:
        neurons = self.comparison.neurons
        found = self.networks.numbers() | self.recognisers.numbers() | {"encoding.neurons": float(len(neurons))}
        kind = "fev" if self.comparison.has_fev else "r2"
        if self.comparison.has_fev:
            of_convolution = self.comparison.fev[0, 0, self.comparison.kept]
            found |= {
                "encoding.judged": float(self.comparison.kept.sum()),
                "encoding.snr.median": float(np.median(neurons["snr"])),
                "encoding.above_1": float((of_convolution > 1).mean()),
            }
        for name, row in self.by_name.items():
            found |= {f"encoding.{name}.r2.median": row["r2"]}
            ends = {"median": row["mean"], "low": row["low"], "high": row["high"]}
            found |= {f"encoding.{name}.{kind}.{end}": value for end, value in ends.items()}
        for row in records(self.differences):
            place = f"encoding.{file_name(row['layer'])}.trained.minus.untrained"
            ends = {"mean": row["difference"], "low": row["low"], "high": row["high"], "p": row["p"]}
            found |= {f"{place}.{end}": value for end, value in ends.items()}
        return {key: float(value) for key, value in found.items() if np.isfinite(value)}

    def findings(self) -> Iterator[Finding]:
        yield from pictures(self)
        rows = [
            {
                "model": f"{row['layer']}, {row['variant']}",
                f"{self.measure} [95 % interval]": interval(row["mean"], row["low"], row["high"]),
                "R²": number(row["r2"]),
            }
            for row in records(self.table)
        ]
        yield Table(
            "answer",
            pd.DataFrame(rows),
            f"Medians over neurons{'' if not self.comparison.has_fev else ' that can be judged'}, mean over animals.",
            title=f"How much does each model explain? Median {self.measure}",
            shown=True,
        )
        learning = [
            {
                "layer": row["layer"],
                "trained − untrained": interval(row["difference"], row["low"], row["high"]),
                "p": p_value(row["p"]),
            }
            for row in records(self.differences)
        ]
        yield Table(
            "learning",
            pd.DataFrame(learning),
            "p values are two-sided, and not corrected for the number of layers.",
            title=f"What does learning add? Trained minus untrained, median {self.measure} [95 % interval]",
            shown=True,
        )
        yield Table("models", self.table, "Every model.")
        chosen = pd.DataFrame(self.chosen).rename_axis("layer").reset_index()
        yield Table("chosen_layers", chosen, "Share of neurons and folds for which each layer was the best one.")
        yield Table("differences", self.differences, "Trained minus untrained.")
        yield Table("neurons", self.of_neurons(), "Every neuron: what each model explains, mean over seeds.")

    def of_neurons(self) -> pd.DataFrame:
        """Return a row per neuron, with the scores of every model."""
        scores = {
            f"{kind} {layer}, {variant}": values[i].mean(axis=0)
            for kind, values in {"fev": self.comparison.fev, "r2": self.comparison.r2}.items()
            for i, (layer, variant) in enumerate(self.comparison.models)
        }
        return pd.concat([self.comparison.neurons, pd.DataFrame(scores)], axis=1)

    def answer(self) -> str:
        (best,) = (row for row in records(self.differences) if row["layer"] == BEST)
        trained, untrained = (self.by_name[f"{file_name(BEST)}.{variant}"] for variant in NETWORKS)
        sure = best["p"] < 0.05
        more = "better" if best["difference"] > 0 else "worse"
        verdict = (
            f"Networks trained on orientation predict V1 {more} than their untrained controls"
            if sure
            else "Training on orientation does not measurably change how well networks predict V1"
        )
        others = [CONVOLUTION, ENERGY, TUNING]
        rows = [
            self.by_name[name] for name in (*map(file_name, others), f"{file_name(BEST_RECOGNITION)}.{NETWORKS[0]}")
        ]
        beside = listed(
            f"{what} {interval(row['mean'], row['low'], row['high'])}"
            for what, row in zip(
                (
                    "the convolutional model fitted to the neurons",
                    "orientation energy",
                    "a tuning curve",
                    f"the best layer of networks that learned {self.options.recognition}",
                ),
                rows,
                strict=True,
            )
        )
        return (
            f"{verdict}: from each neuron's best layer, the median {self.measure} is {number(trained['mean'])} with "
            f"training and {number(untrained['mean'])} without; the difference is "
            f"{interval(best['difference'], best['low'], best['high'])}, {p_value(best['p'])}. Beside them, the median "
            f"is {beside}. A constant has the R² {number(self.by_name[CONSTANT]['r2'])}.{self._judged()}"
        )

    def _judged(self) -> str:
        if not self.comparison.has_fev:
            return ""
        judged, n = int(self.comparison.kept.sum()), len(self.comparison.neurons)
        return (
            f" {n - judged} of {counted(n, 'neuron')} ({percent(1 - judged / n)}) cannot be judged, because their "
            "responses do not differ enough between stimuli."
        )

    def notes(self) -> list[str]:
        said = []
        if not self.comparison.has_fev:
            said.append(
                "The fraction of explainable variance is not known: it needs repeats that show the noise, and a neuron "
                "whose responses differ between stimuli. Models are compared by R², which noise lowers."
            )
        if "animal" not in self.comparison.factors:
            said.append("There is one animal: the intervals hold for other neurons of it, and not for other animals.")
        above = self.numbers().get("encoding.above_1", 0.0)
        if above > 0:
            said.append(
                f"For {percent(above)} of the judged neurons the convolutional model's fraction is above 1. Noise does "
                "that to an estimate without bias; the intervals of such neurons show it, and nothing is cut off."
            )
        return said

    def methods(self) -> list[str]:
        return [
            self.options.describe_neurons(self.neurons),
            self.data.methods,
            self.networks.methods,
            self.recognisers.methods,
            f"The models are: {'; '.join(f'{name}, {what}' for name, what in DESCRIBED.items())}. Layers of networks "
            "and orientation energy predict by ridge regression, with a penalty for every neuron that is chosen by "
            "leaving out whole ranges of the orientations that it is fitted to.",
            f"In the first fold: {self.fits[0].methods}",
            self._describe_scores(),
        ]

    def _describe_scores(self) -> str:
        r2 = "R² = 1 − Σ(ȳ − x)²/Σ(ȳ − mean ȳ)², with predictions x of mean responses ȳ."
        if not self.comparison.has_fev:
            return r2
        return (
            "The fraction of explainable variance is the squared correlation of predictions with the noise-free "
            "responses, estimated from repeats without the bias of noise (r²_ER). Noise is what is left of the "
            "responses after the means over stimuli and over repeats. A neuron is judged if its responses differ "
            f"between stimuli (F test, p < {significant(TUNED)}). {r2} Intervals of 95 % hold for "
            f"{self.comparison.held_for} (jackknife)."
        )

    def responses(self) -> dict[str, xr.DataArray]:
        return {}
