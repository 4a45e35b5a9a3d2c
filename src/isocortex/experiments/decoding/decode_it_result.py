"""What ``decode-it`` finds: the numbers, the answer, and the order of the page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd
import xarray as xr

from ... import plots
from ...analysis.decoding import DECODERS
from ...analysis.rsa import OverTime
from ...formats import counted, interval, number, p_value, significant
from ...report import Finding, Picture, Quantity, Result, Table
from ..shared.tables import table_of
from .identity import DRAWS, Identity, describe_uncertainty
from .representation import pictures, smallest_p

if TYPE_CHECKING:
    from .decode_it import DecodeIT

SHARE = "share of trials"
NAMES = {"within": "at its own position", "across": "at another position"}
OF_PEAK = "at the time at which identity is decoded best"


def quantities() -> dict[str, Quantity]:
    """Return what every number is."""
    of = {
        "peak": f"Accuracy within positions {OF_PEAK}",
        "cross_position": f"Accuracy at another position than in training, {OF_PEAK}",
        "loss": f"Accuracy within minus across positions, {OF_PEAK}",
        "baseline": "Accuracy within positions, mean over windows that end before the object comes on",
    }
    found = {}
    for key, meaning in of.items():
        found[f"decoding.identity.{key}"] = Quantity(meaning, SHARE)
        for end, side in {"low": "lower", "high": "upper"}.items():
            found[f"decoding.identity.{key}.{end}"] = Quantity(f"{meaning}: {side} end of the 95 % interval", SHARE)
    return found | {
        "decoding.identity.peak_ms": Quantity("Middle of the window in which identity is decoded best", "ms"),
        "decoding.identity.onset_ms": Quantity(
            "Middle of the first window in which identity is decoded above chance within positions", "ms"
        ),
        "decoding.identity.cross_position_onset_ms": Quantity("The same across positions", "ms"),
        "decoding.identity.chance.high": Quantity(
            f"Upper limit of the 95 % of accuracies within positions under shuffled labels, {OF_PEAK}", SHARE
        ),
        "decoding.identity.p": Quantity("p of the accuracy at the peak, by the largest over all times"),
        "rsa.<model>.p": Quantity(
            "Least p value of a cluster of times at which the RDM is like the model, corrected for times and models"
        ),
        "decoding.<decoder>.within": Quantity(f"Accuracy of a decoder within positions, {OF_PEAK}", SHARE),
        "decoding.<decoder>.across": Quantity(f"Accuracy of a decoder across positions, {OF_PEAK}", SHARE),
    }


@dataclass(frozen=True, eq=False)
class DecodeITResult(Result):
    """Identity decoded within positions, across positions, and at other times.

    Attributes
    ----------
    options : DecodeIT
    population : DataArray
        The pseudo-population: spikes per window, repeat × time × stimulus × unit.
    identity : Identity
    temporal : DataArray, shape (train_time, time)
        Accuracy within positions when tested at other times.
    rivals : DataFrame
        Other decoders at the peak.
    confusion : DataArray, shape (actual, decoded)
    neurons : DataFrame
        Accuracy from fewer neurons.
    rdms : OverTime
        Dissimilarities of the objects over time, and their similarity with those at the peak.
    """

    question: ClassVar[str] = (
        "When can the identity of an object be read from inferior temporal neurons, and wherever the object is?"
    )
    quantities: ClassVar[dict[str, Quantity]] = quantities()
    references: ClassVar[tuple[str, ...]] = (
        "zhang-desimone-2011",
        "meyers-2013",
        "schutt-2023",
        "nichols-holmes-2002",
        "king-dehaene-2014",
        "nili-2014",
        "maris-oostenveld-2007",
    )

    options: "DecodeIT"
    population: xr.DataArray
    identity: Identity
    temporal: xr.DataArray
    rivals: pd.DataFrame
    confusion: xr.DataArray
    neurons: pd.DataFrame
    rdms: OverTime

    @property
    def chance(self) -> float:
        """One over the number of objects."""
        return 1 / self.population.sizes["stimulus"]

    def measured(self) -> dict[str, tuple[float, float, float]]:
        """Return estimates with their intervals, by key."""
        found, n = self.identity, len(self.identity.times)
        peak = np.array([found.peak])
        loss = np.zeros(2 * n)
        loss[[found.peak, n + found.peak]] = 1, -1
        before = np.flatnonzero(found.baseline(self.options.window / 2))
        return {
            "peak": found.at("within", peak),
            "cross_position": found.at("across", peak),
            "loss": found.of(loss),
            **({"baseline": found.at("within", before)} if len(before) else {}),
        }

    def numbers(self) -> dict[str, float]:
        found = {}
        for key, (estimate, low, high) in self.measured().items():
            place = f"decoding.identity.{key}"
            found |= {place: estimate, f"{place}.low": low, f"{place}.high": high}
        row = self.identity.courses.iloc[self.identity.peak]
        onsets = {
            "onset_ms": self.identity.onset_ms("within"),
            "cross_position_onset_ms": self.identity.onset_ms("across"),
        }
        found |= {f"decoding.identity.{key}": value for key, value in onsets.items() if value is not None}
        found |= {
            "decoding.identity.peak_ms": self.identity.peak_ms,
            "decoding.identity.chance.high": float(row["chance_within_high"]),
            "decoding.identity.p": float(row["within_p"]),
        }
        for rival in self.rivals.to_dict("records"):
            found |= {f"decoding.{rival['decoder']}.{where}": rival[where] for where in NAMES}
        return found | {f"rsa.{model}.p": p for model, p in smallest_p(self.rdms).items()}

    def findings(self) -> Iterator[Finding]:
        found = self.identity
        courses, sizes = found.courses, dict(self.population.sizes)
        yield Picture(
            "time_course",
            lambda: plots.decoding_courses(
                {
                    label: [courses[column].to_numpy() for column in ("time", name, f"{name}_low", f"{name}_high")]
                    for name, label in NAMES.items()
                },
                chance=self.chance,
                band=[courses[c].to_numpy() for c in ("time", "chance_within_low", "chance_within_high")],
                width=self.options.window,
            ),
            title="When, and wherever the object is?",
            caption=f"Identity of {sizes['stimulus']} objects from {counted(sizes['unit'], 'neuron')}, in windows of "
            f"{self.options.window} ms named by their middle. Blue: tested at the position of the training. Red: the "
            "same decoders, tested at the other positions. Bands: 95 % intervals for new neurons and new trials. Grey: "
            f"what shuffled labels reach. Light grey: windows that hold times before and after the object came on.",
            alt="Accuracy against time: chance before the object comes on, a peak after it, lower across positions.",
        )
        yield Table(
            "peak",
            self.shown(),
            f"{OF_PEAK.capitalize()}, {significant(found.peak_ms)} ms: mean [95 % interval].",
            title="How well can identity be read?",
            shown=True,
        )
        yield Picture(
            "cross_temporal",
            lambda: plots.temporal_matrix(self.temporal, chance=self.chance),
            title="Does the code persist?",
            caption="Decoders trained in one window and tested in another, on held-out trials at the same position. A "
            "square means a code that persists; a narrow diagonal means one that changes.",
            alt="Matrix of accuracies by training and testing time.",
        )
        positions = self.identity.found.score.isel(time=found.peak, drop=True)
        yield from pictures(self.rdms, self.options.window)
        yield Picture(
            "positions_and_objects",
            lambda: plots.share_matrices(
                {"positions": positions, "objects": self.confusion}, label="share of trials", names=None
            ),
            title="Which positions, which objects?",
            caption=f"In the window at {significant(found.peak_ms)} ms. Left: accuracy by position in training and in "
            "the test. Right: how often each object was taken for each, at its own position.",
            alt="Two matrices: accuracies between positions, and confusions between objects.",
        )
        yield Picture(
            "neurons",
            lambda: plots.size_curves(
                {"": {label: self.by_size(name) for name, label in NAMES.items()}},
                x_label=["number of neurons"],
                y_label="accuracy",
                level={"chance": self.chance},
            ),
            title="How many neurons are needed?",
            caption=f"In the window at {significant(found.peak_ms)} ms: the mean and the range over {DRAWS} random "
            "subsets of each size.",
            alt="Accuracy against the number of neurons on a logarithmic axis.",
        )
        yield Table(
            "decoders",
            self.rivals.rename(columns={"within": "within positions", "across": "across positions"}),
            f"Accuracy of other decoders in the window at {significant(found.peak_ms)} ms.",
            title="Does the decoder matter?",
            shown=True,
        )
        yield Table("similarity_over_time", self.rdms.table, "Similarity of RDMs with each model at every time.")
        yield Table("clusters", self.rdms.clusters, "Clusters of times, with their mass and corrected p value.")
        yield Table("time_courses", courses, "Accuracy at every time, with intervals, p values and chance.")
        yield Table("by_number_of_neurons", self.neurons, "Accuracy from random subsets of the neurons.")
        yield Table("confusion", table_of(self.confusion), "Share of each object (row) taken for each (column).")
        yield Table(
            "cross_temporal", table_of(self.temporal), "Accuracy by training time (row) and test time (column)."
        )

    def shown(self) -> pd.DataFrame:
        """Return the rows of the table of the peak."""
        words = {
            "peak": NAMES["within"],
            "cross_position": NAMES["across"],
            "loss": "difference",
            "baseline": f"before the object came on, {NAMES['within']}",
        }
        rows = [(words[key], interval(*found)) for key, found in self.measured().items()]
        return pd.DataFrame([*rows, ("chance", number(self.chance))], columns=["tested", "accuracy"])

    def by_size(self, name: str) -> list[np.ndarray]:
        """Return numbers of neurons, and the mean, least and largest accuracy."""
        groups = self.neurons.groupby("neurons")[name]
        return [np.array(list(groups.groups)), *(getattr(groups, what)().to_numpy() for what in ("mean", "min", "max"))]

    def answer(self) -> str:
        found, measured = self.identity, self.measured()
        row = found.courses.iloc[found.peak]
        onset, carried = found.onset_ms("within"), found.onset_ms("across")
        chance = f"chance is {number(self.chance)}"
        if onset is None:
            return (
                f"Identity cannot be read above chance at any time: the largest accuracy is "
                f"{interval(*measured['peak'])} ({chance}; {p_value(row['within_p'])})."
            )
        late = "" if carried is None else f", and from {significant(carried)} ms on at other positions"
        return (
            f"Identity is read best {significant(found.peak_ms)} ms after the object came on, with an accuracy of "
            f"{interval(*measured['peak'])} ({chance}). At positions that the decoder was not trained on, the same "
            f"decoder reaches {interval(*measured['cross_position'])}, which is {interval(*measured['loss'])} less. "
            f"Identity is above chance from the window at {significant(onset)} ms on{late} "
            "(p < 0.05, corrected for all windows)."
        )

    def notes(self) -> Sequence[str]:
        return [
            "The neurons were recorded one after the other, so correlations of their noise are not in these data. What "
            "they would do to decoding is not known from here.",
            *self.identity.found.notes,
        ]

    def methods(self) -> list[str]:
        o, sizes = self.options, self.population.sizes
        return [
            f"Spikes of {counted(sizes['unit'], 'neuron')} ({self.population.attrs['source']}) were counted in windows "
            f"of {o.window} ms, every {o.step} ms.",
            self.identity.found.methods,
            describe_uncertainty(self.population, o.bootstraps),
            f"Chance: the labels of the training trials were shuffled {o.permutations} times within each fold and "
            "position. p values are one-sided and compare with the largest accuracy over all windows in each shuffle.",
            f"{self.rdms.methods} The RDM at the peak was measured in every other trial, and the data are the rest.",
            f"Other decoders: {'; '.join(DECODERS[name].label for name in self.rivals['decoder'])}.",
        ]

    def responses(self) -> dict[str, xr.DataArray]:
        return {"pseudo_population": self.population}
