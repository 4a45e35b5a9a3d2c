"""What a network of spiking neurons does: rates, irregularity, oscillations and regimes, beside mean-field theory."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy.signal import welch

from ... import plots
from ...analysis.inference import jackknife_of_sums
from ...dynamics.spiking.theory import BrunelMeanField, oscillations
from ...formats import counted, listed, number, significant
from ...report import Finding, Picture, Quantity, Result, Table
from ...spike_trains import SpikeTrains
from .network_regimes import BIN, REGIMES, REGULAR, TOGETHER, Regimes, activity, fluctuation, mean_cv, regime

BLOCKS = 20
"""Blocks of time over which the rate has its interval."""
SHOWN = 100
"""Neurons of a raster, and milliseconds of it."""
LOWEST = 5.0
"""Hz, the least frequency of an oscillation that is looked for."""


@dataclass(frozen=True, eq=False)
class Point:
    """A network at one g and η.

    Attributes
    ----------
    g, eta : float
    spikes : SpikeTrains
        After it has settled.
    methods : str
    """

    g: float
    eta: float
    spikes: SpikeTrains
    methods: str

    @property
    def name(self) -> str:
        """As in the keys of numbers."""
        return f"g{significant(self.g)}_eta{significant(self.eta)}"

    @property
    def title(self) -> str:
        """As on the page."""
        return f"g = {significant(self.g)}, η = {significant(self.eta)}"

    @cached_property
    def rate(self) -> dict[str, float]:
        """Mean rate in Hz with a 95 % interval over blocks of time."""
        blocks = np.array_split(activity(self.spikes)[0], BLOCKS)
        sums = [np.array([block.sum() for block in blocks]), np.array([float(len(block)) for block in blocks])]
        found = jackknife_of_sums(sums, lambda total, n: total / n / BIN / self.spikes.n_units * 1e3)
        return {name: float(value) for name, value in found.items()}

    @cached_property
    def cv(self) -> float:
        """Mean CV of the intervals."""
        return float(mean_cv(self.spikes)[0])

    @cached_property
    def fluctuation(self) -> float:
        """By which share of its mean the rate of the network fluctuates."""
        return float(fluctuation(activity(self.spikes))[0])

    @property
    def regime(self) -> str:
        """Letters of the regime."""
        return regime(self.rate["estimate"], self.cv, self.fluctuation)

    @cached_property
    def spectrum(self) -> tuple[np.ndarray, np.ndarray]:
        """Frequencies in Hz, and the power of the network's rate there over that of independent neurons."""
        counts = activity(self.spikes)[0]
        f, power = welch(counts, fs=1e3 / BIN, nperseg=min(256, len(counts)))
        level = 2 * counts.mean() / (1e3 / BIN)
        return f[1:], power[1:] / level if level > 0 else power[1:]

    @property
    def frequency(self) -> float:
        """Frequency in Hz at which the rate of the network fluctuates the most."""
        f, power = self.spectrum
        return float(f[f >= LOWEST][power[f >= LOWEST].argmax()])


@dataclass(frozen=True, eq=False)
class NetworkResult(Result):
    """Brunel's network at a few points and, as a map, over g and η.

    Attributes
    ----------
    points : list of Point
    groups : mapping of str to int
        Neurons of each group.
    theory : BrunelMeanField
    map : Regimes or None
    """

    question: ClassVar[str] = (
        "When does a network of spiking neurons fire irregularly and asynchronously, and when does it oscillate?"
    )
    quantities: ClassVar[dict[str, Quantity]] = {
        "network.<point>.rate": Quantity("Mean rate of the neurons", "Hz"),
        "network.<point>.rate.low": Quantity("Lower end of its 95 % interval", "Hz"),
        "network.<point>.rate.high": Quantity("Upper end of its 95 % interval", "Hz"),
        "network.<point>.theory": Quantity("Rate of the mean field that is closest", "Hz"),
        "network.<point>.cv": Quantity("Mean CV of the intervals of a neuron"),
        "network.<point>.cv.theory": Quantity("The same of the mean field"),
        "network.<point>.fluctuation": Quantity(
            "SD of the network's rate in 1 ms beyond that of independent neurons, as a share of the rate"
        ),
        "network.<point>.frequency": Quantity("Frequency at which the network's rate fluctuates the most", "Hz"),
        "network.<point>.frequency.theory": Quantity(
            "Frequency of the mode of the mean field that grows fastest", "Hz"
        ),
        "map.<regime>.networks": Quantity("Number of networks of the map in the regime"),
        "map.rate.error.median": Quantity("Median relative deviation of the rates of the map from the mean field"),
    }
    references: ClassVar[tuple[str, ...]] = ("brunel-2000", "siegert-1951")

    points: list[Point]
    groups: Mapping[str, int]
    theory: BrunelMeanField
    map: Regimes | None

    @cached_property
    def expected(self) -> list[dict[str, float]]:
        """Rate, CV and frequency of the mean field at each point."""
        rows = []
        for point in self.points:
            rates = self.theory.rates(point.g, point.eta)
            rate = float(rates[np.abs(rates - point.rate["estimate"]).argmin()])
            modes = oscillations(self.theory, rate=rate, g=point.g, eta=point.eta)
            cv = float(self.theory.cv(rate, point.g, point.eta))
            row = {"rate": rate, "cv": cv}
            if len(modes):
                row |= {"frequency": float(modes["frequency"].iloc[0]), "growth": float(modes["growth"].iloc[0])}
            rows.append(row)
        return rows

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row per point, theory beside what was measured."""
        rows = []
        for point, theory in zip(self.points, self.expected, strict=True):
            rows.append(
                {
                    "g": point.g,
                    "η": point.eta,
                    "regime": REGIMES[point.regime],
                    "rate (Hz)": point.rate["estimate"],
                    "rate, theory": theory["rate"],
                    "CV": point.cv,
                    "CV, theory": theory["cv"],
                    "fluctuation": point.fluctuation,
                    "frequency (Hz)": point.frequency,
                    "frequency, theory": theory.get("frequency", np.nan),
                }
            )
        return pd.DataFrame(rows)

    def numbers(self) -> dict[str, float]:
        found = {}
        for point, theory in zip(self.points, self.expected, strict=True):
            own = {
                "rate": point.rate["estimate"],
                "rate.low": point.rate["low"],
                "rate.high": point.rate["high"],
                "theory": theory["rate"],
                "cv": point.cv,
                "cv.theory": theory["cv"],
                "fluctuation": point.fluctuation,
                "frequency": point.frequency,
            }
            if "frequency" in theory:
                own["frequency.theory"] = theory["frequency"]
            found |= {f"network.{point.name}.{name}": value for name, value in own.items()}
        if self.map is not None:
            regimes = self.map.table["regime"].to_numpy()
            found |= {f"map.{name}.networks": float(np.sum(regimes == name)) for name in REGIMES}
            fires = self.map.table.query("regime != 'Q'")
            found["map.rate.error.median"] = float(np.median(np.abs(fires["rate"] / fires["theory"] - 1)))
        return found

    def findings(self) -> Iterator[Finding]:
        yield Picture(
            "rasters",
            self.draw_rasters,
            title="What the neurons do",
            caption=f"Above: spikes of {SHOWN} neurons, in the proportion of the two kinds. Below: the "
            "rate of the whole network in bins of 1 ms.",
            alt="Spikes of a hundred neurons over a hundred milliseconds at each point, and the rate of the network.",
        )
        yield Table("points", self.table, "Measured beside mean-field theory.", title="Rates beside theory", shown=True)
        yield Picture(
            "spectra",
            self.draw_spectra,
            title="At which frequency does the network oscillate?",
            caption="Power of the network's rate, divided by that of independent neurons (1, dotted).",
            alt="Power against frequency, with a peak where the network oscillates.",
        )
        if self.map is not None:
            yield Picture(
                "map",
                self.draw_map,
                title="Regimes over inhibition and drive",
                caption=f"Networks of {counted(self.map_units, 'neuron')} each. Letters: "
                f"{listed([f'{letters} {meaning}' for letters, meaning in REGIMES.items()])}. Lines: theory.",
                alt="Rate, CV and synchrony as colours over g and eta, with the lines of theory.",
            )
            yield Table("map", self.map.table, "The networks of the map.")

    @property
    def map_units(self) -> int:
        """Neurons of a network of the map."""
        assert self.map is not None
        return int(5 * self.map.theory.C_E / 4 * 10)

    def draw_rasters(self) -> Figure:
        """Draw spikes of some neurons and the rate of the network, at every point."""
        total = sum(self.groups.values())
        sizes = {name: max(1, round(SHOWN * n / total)) for name, n in self.groups.items()}
        starts = np.cumsum([0, *self.groups.values()])[:-1]
        some = np.concatenate([start + np.arange(n) for start, n in zip(starts, sizes.values(), strict=True)])
        panels, rates = {}, {}
        for point in self.points:
            early = point.spikes.times < point.spikes.start + SHOWN
            time, unit = point.spikes.times[early] - point.spikes.start, point.spikes.unit[early]
            shown = np.isin(unit, some)
            panels[point.title] = (time[shown], np.searchsorted(some, unit[shown]))
            counts = activity(point.spikes)[0][: int(SHOWN / BIN)]
            rates[point.title] = (np.arange(len(counts)) * BIN, counts / total / BIN * 1e3)
        return plots.rasters(panels, groups=sizes, rates=rates)

    def draw_spectra(self) -> Figure:
        """Draw the power of the network's rate."""
        panels = {point.title: {"measured": point.spectrum} for point in self.points}
        return plots.profiles(
            panels, x_label="frequency (Hz)", y_label="power / independent neurons", level=1.0, limits=(5.0, 400.0)
        )

    def draw_map(self) -> Figure:
        """Draw rate, CV and synchrony over g and η."""
        found = self.map
        assert found is not None
        return plots.parameter_map(
            {
                "rate": found.grid("rate"),
                "cv": found.grid("cv"),
                "fluctuation": np.minimum(found.grid("fluctuation"), 2),
            },
            found.g,
            found.eta,
            x_label="inhibition g",
            y_label="drive η",
            labels={"rate": "rate (Hz)", "cv": "CV of intervals", "fluctuation": "fluctuation of the rate (share)"},
            lines=found.lines,
            marks=found.grid("regime"),
        )

    def answer(self) -> str:
        said = [
            f"at {point.title} it is {REGIMES[point.regime]}, at {number(point.rate['estimate'], 1)} Hz "
            f"(mean field {number(theory['rate'], 1)})"
            for point, theory in zip(self.points, self.expected, strict=True)
        ]
        text = f"That depends on inhibition and drive: {listed(said)}."
        if self.map is not None:
            text += (
                f" Over the map, rates deviate from the mean field by "
                f"{number(100 * self.numbers()['map.rate.error.median'], 1)} % in the median."
            )
        return text

    def methods(self) -> Sequence[str]:
        return [
            f"{self.points[0].methods} A neuron has {self.theory.C_E} excitatory synapses of "
            f"{significant(self.theory.J)} mV and a quarter as many inhibitory ones of −g times that, with a delay of "
            f"{significant(self.theory.delay)} ms, and Poisson input of η times the rate that reaches the threshold. "
            f"The first part, in which the network settles, is left out.",
            f"A network is regular below a mean CV of {significant(REGULAR)}, and synchronous if its rate in bins "
            f"of {significant(BIN)} ms fluctuates by more than {significant(TOGETHER)} of its mean, beyond the "
            "fluctuation of independent neurons. Rates of the mean field solve Siegert's equation with the mean and "
            "variance of the input that they bring about; oscillations are roots of its linear response.",
        ]
