"""What models of spiking neurons show: coupling, rescaled time, and how well they predict spikes."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.figure import Figure

from ... import plots
from ...analysis.encoding import glm
from ...analysis.inference import CORRECTIONS
from ...formats import counted, number, percent, significant
from ...report import Finding, Picture, Quantity, Result, Table
from .glm_coupling import LEVEL, coupling_table, draw_filters, draw_matrices, filter_table, recovery

if TYPE_CHECKING:
    from .glm import SpikingGLM

CONSTANT, HISTORY, COUPLED = "constant", "history", "coupled"


@dataclass(frozen=True, eq=False)
class GLMResult(Result):
    """Models of spiking neurons with and without coupling.

    Attributes
    ----------
    options : SpikingGLM
    design : Design
    fitted : GLM
        With coupling, of all bins.
    spread : array, shape (unit, feature, feature)
        The covariance of its weights.
    means : dict of str to DataArray, shape (bin, unit)
        Model → mean counts in blocks of time that it was not fitted to.
    control : DataArray, shape (bin, unit)
        The same of a constant.
    planted : array, shape (source, unit, lag), or None
        The filters that the neurons were simulated with.
    """

    question: ClassVar[str] = (
        "Which neurons change the firing of which others, and does a model of that predict their spikes?"
    )
    quantities: ClassVar[dict[str, Quantity]] = {
        "glm.units": Quantity("Number of neurons"),
        "glm.units.fitted": Quantity("Number of neurons that a model was fitted to"),
        "glm.bins": Quantity("Number of bins that were fitted"),
        "glm.rate.median": Quantity("Firing rate, median over neurons", "spikes/s"),
        "glm.coupling.pairs": Quantity("Number of ordered pairs of neurons whose coupling was tested"),
        "glm.coupling.significant": Quantity("Number of pairs whose coupling is significant (5 %, corrected)"),
        "glm.coupling.excitatory": Quantity("Number of these whose filter has a positive sum"),
        "glm.coupling.planted": Quantity("Number of pairs that the simulated neurons are coupled by"),
        "glm.coupling.recovered": Quantity("Share of these that are significant (5 %, corrected)"),
        "glm.coupling.recovered.sign": Quantity("Share of the recovered ones whose filter has the planted sign"),
        "glm.coupling.false_positives": Quantity("Number of significant pairs among those without planted coupling"),
        "glm.coupling.covered": Quantity("Share of the planted coupling filters' values within their 95 % intervals"),
        "glm.coupling.correlation": Quantity(
            "Correlation of planted and estimated sums of coupling filters, all pairs"
        ),
        "glm.ks.p_median": Quantity("p value of time rescaling with coupling, held out, median over neurons"),
        "glm.ks.<model>.inside": Quantity("Share of neurons within the 95 % band of the Kolmogorov–Smirnov plot"),
        "glm.explained.<model>.median": Quantity("Share of the deviance explained in held-out blocks, median"),
        "glm.bits_per_spike.<model>.median": Quantity(
            "Gain in log-likelihood over a constant rate in held-out blocks, median over neurons", "bits/spike"
        ),
        "glm.bits_per_spike.<model>.approximate": Quantity(
            "The same by approximate leave-one-out of single bins", "bits/spike"
        ),
    }
    references: ClassVar[tuple[str, ...]] = ("pillow-2008", "brown-2002", "haslinger-2010", "rad-maleki-2020")

    options: "SpikingGLM"
    design: glm.Design
    fitted: glm.GLM
    spread: np.ndarray
    means: dict[str, xr.DataArray]
    control: xr.DataArray
    planted: np.ndarray | None

    @property
    def units(self) -> list[str]:
        """The names of the neurons."""
        return self.design.y["unit"].values.tolist()

    @cached_property
    def filters(self) -> pd.DataFrame:
        """All filters at every lag, with the planted ones where they are known."""
        return filter_table(self.design, self.fitted, self.spread, self.planted)

    @cached_property
    def couplings(self) -> pd.DataFrame:
        """The tests of all pairs of neurons, and the sums of their filters."""
        return coupling_table(self.fitted, self.spread, self.filters, self.options.correction)

    @cached_property
    def rescaled(self) -> dict[str, glm.Rescaled]:
        """Rescaled time of every model in held-out blocks."""
        key = self.options.key("rescaling")
        means = {CONSTANT: self.control, **self.means}
        return {name: glm.time_rescaling(self.design.y, mean, key=key) for name, mean in means.items()}

    @cached_property
    def scores(self) -> dict[str, pd.DataFrame]:
        """How well every model predicts held-out blocks."""
        return {name: glm.goodness(self.design.y, mean, null=self.control) for name, mean in self.means.items()}

    @cached_property
    def by_unit(self) -> pd.DataFrame:
        """Rates, scores and rescaled time of every neuron."""
        table = pd.DataFrame({"unit": self.units, "rate": 1e3 * self.design.y.values.mean(axis=0) / self.design.bin_ms})
        for name, scores in self.scores.items():
            table[f"explained_{name}"], table[f"bits_per_spike_{name}"] = scores["explained"], scores["bits_per_spike"]
        for name, found in self.rescaled.items():
            table[f"ks_distance_{name}"], table[f"ks_p_{name}"] = found.table["distance"], found.table["p"]
        return table.assign(ks_band=self.rescaled[COUPLED].table["band"])

    def numbers(self) -> dict[str, float]:
        pairs, units = self.couplings, self.by_unit
        there = np.asarray(pairs["significant"])
        found = {
            "glm.units": len(units),
            "glm.units.fitted": self.fitted.fitted.sum(),
            "glm.bins": len(self.design.y),
            "glm.rate.median": units["rate"].median(),
            "glm.coupling.pairs": pairs["p"].notna().sum(),
            "glm.coupling.significant": there.sum(),
            "glm.coupling.excitatory": (np.asarray(pairs["sum"]) > 0)[there].sum(),
            "glm.ks.p_median": units[f"ks_p_{COUPLED}"].median(),
        }
        for name, rescaled in self.rescaled.items():
            tested = rescaled.table.dropna()
            found[f"glm.ks.{name}.inside"] = (tested["distance"] <= tested["band"]).mean()
        for name, scores in self.scores.items():
            found[f"glm.explained.{name}.median"] = scores["explained"].median()
            found[f"glm.bits_per_spike.{name}.median"] = scores["bits_per_spike"].median()
        found[f"glm.bits_per_spike.{COUPLED}.approximate"] = self.approximate["bits_per_spike"].median()
        if self.planted is not None:
            found |= recovery(pairs, self.filters)
        return {name: float(value) for name, value in found.items() if np.isfinite(value)}

    @cached_property
    def approximate(self) -> pd.DataFrame:
        """The scores of the model with coupling by approximate leave-one-out."""
        return glm.goodness(self.design.y, glm.leave_one_out(self.fitted), null=self.control)

    def findings(self) -> Iterator[Finding]:
        correction = CORRECTIONS[self.options.correction].label
        yield Picture(
            "coupling",
            self.draw_coupling,
            title="Who changes whose rate?",
            caption="The sum of each coupling filter over its lags: positive where spikes of the neuron of a column "
            f"raise the rate of the neuron of a row. Right: those with p < {LEVEL} alone; p values are {correction}. "
            "Neurons are numbered from 0 in the order of the table of units.",
            alt="Matrices of coupling between pairs of neurons, from column to row.",
        )
        yield Picture(
            "filters",
            self.draw_filters,
            title="Filters",
            caption="What a spike of one neuron adds to the weighted sum of another, by the time since the spike: the "
            "strongest significant couplings, and the history of the first neurons. Bands are 95 % intervals, lag by "
            "lag.",
            alt="Filters in time with their intervals.",
        )
        yield Picture(
            "rescaled_time",
            self.draw_rescaled,
            title="Time rescaling",
            caption="If a model is right, the intervals between spikes, in the time that its rate runs through, are "
            "exponential. Lines show how far their distribution is from that, in held-out blocks of time; 95 % of them "
            "stay in the grey band if the model is right.",
            alt="Distances of rescaled intervals from the uniform distribution, a line per neuron, for three models.",
        )
        yield Picture(
            "prediction",
            self.draw_scores,
            title="Prediction of held-out spikes",
            caption="Gain in log-likelihood over a constant rate in blocks of time that the models were not fitted to, "
            "per spike; a dot per neuron, and the median.",
            alt="Bits per spike of every neuron by history alone, and with coupling.",
        )
        order = self.couplings.sort_values("p", kind="stable")
        yield Table("couplings", order, f"All pairs of neurons, with Wald tests; p_corrected is {correction}.")
        yield Table("units", self.by_unit, "Every neuron: rate in spikes/s, and how well its spikes are predicted.")
        yield Table("filters", self.filters, "All filters at every lag, with standard errors.")

    def draw_coupling(self) -> Figure:
        """Draw the planted, the estimated and the significant couplings."""
        return draw_matrices(self.couplings, self.units)

    def draw_filters(self) -> Figure:
        """Draw the strongest couplings, and some histories."""
        fitted = dict(zip(self.units, self.fitted.fitted.tolist(), strict=True))
        label = "log gain" if self.options.link == "exp" else "weighted sum"
        return draw_filters(self.couplings, self.filters, fitted, label)

    def draw_rescaled(self) -> Figure:
        """Draw the Kolmogorov–Smirnov plots of all models."""
        return plots.rescaled_time(
            {
                name: [each for each in found.intervals.values() if len(each) >= glm.FEWEST]
                for name, found in self.rescaled.items()
            },
            band=glm.BAND,
        )

    def draw_scores(self) -> Figure:
        """Draw the bits per spike of all neurons."""
        scores = {name: each["bits_per_spike"].to_numpy() for name, each in self.scores.items()}
        return plots.paired_scores(scores, y_label="gain over a constant rate (bits/spike)")

    def answer(self) -> str:
        found = self.numbers()
        correction = CORRECTIONS[self.options.correction].label
        pairs, there = int(found["glm.coupling.pairs"]), int(found["glm.coupling.significant"])
        if self.planted is not None:
            n, false = int(found["glm.coupling.planted"]), int(found["glm.coupling.false_positives"])
            caught = there - false
            coupling = (
                f"Of {n} planted couplings, {caught} {'is' if caught == 1 else 'are'} significant (p < {LEVEL}, "
                f"{correction}); of {pairs - n} pairs without coupling, {false} {'is' if false == 1 else 'are'}."
            )
        else:
            coupling = (
                f"Of {counted(pairs, 'ordered pair')} of neurons, {there or 'none'} "
                f"{'is' if there < 2 else 'are'} coupled significantly (p < {LEVEL}, {correction})."
            )
            if there:
                coupling += f" The sum of the filter is positive for {int(found['glm.coupling.excitatory'])} of them."
        own, both = (found.get(f"glm.bits_per_spike.{name}.median", np.nan) for name in (HISTORY, COUPLED))
        inside = found.get(f"glm.ks.{COUPLED}.inside", np.nan)
        return (
            f"{coupling} In held-out blocks of time, a neuron's own history predicts its spikes by {number(own)} bits "
            f"per spike better than a constant rate (median), and coupling raises that to {number(both)}. Time "
            f"rescaling keeps {percent(inside, 0)} of the neurons within its 95 % band."
        )

    def notes(self) -> list[str]:
        told = [
            "A coupling filter says how a neuron's rate follows the spikes of another, given all recorded neurons. It "
            "is no proof of a synapse: common input from neurons that were not recorded looks alike.",
            *self.fitted.problems,
        ]
        if self.fitted.penalty.any():
            told.append(
                "A penalty pulls weights to 0: tests are then cautious, and intervals hold for the pulled weights."
            )
        return told

    def methods(self) -> list[str]:
        made, options = self.design, self.options
        lengths = f"{counted(options.bases, 'raised cosine')} over {significant(options.n_lags * made.bin_ms)} ms"
        neurons = (
            f"{counted(len(self.units), 'neuron')} were simulated in {counted(options.trials, 'trial')} of "
            f"{significant(options.duration, 6)} ms; {percent(options.coupled, 0)} of the pairs are coupled."
            if self.planted is not None
            else f"Spikes were read from {options.data.name if options.data else ''}."
        )
        return [
            f"{neurons} Spikes were counted in bins of {significant(made.bin_ms)} ms. The features are the past spikes "
            f"of every neuron, weighted by {lengths} on a logarithmic time axis (Pillow et al. 2008). "
            f"{self.fitted.methods}",
            f"Standard errors are {glm.ERRORS[options.errors]}. Each coupling filter was tested as a whole (Wald). "
            f"Each of {options.folds} blocks of time was predicted by models of the others. The time of a spike within "
            "its bin was drawn as the model has it (Haslinger et al. 2010). The p values of time rescaling are "
            "cautious, because the mean rate was fitted to the same neuron.",
        ]
