"""When the conditions of a trial, and the choice, can be decoded from the units of trained and untrained networks."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import xarray as xr

from ...analysis.decoding import decode
from ...formats import significant
from ...tasks import TimedTask

DECODER = "lda"
FOLDS = 5
MOST_CLASSES = 12
"""Values of a condition up to which they are decoded as classes."""
MOST_TRIALS = 400
"""Trials from which networks are decoded: the standard error of an accuracy is then 0.025 at most."""
FEWEST = 2 * FOLDS
"""Trials that each class needs."""
CHOICE = "choice"


@dataclass(frozen=True, eq=False)
class Readout:
    """Conditions decoded from the activity of all units at every time.

    Attributes
    ----------
    task : TimedTask
    tested, untrained : Dataset
        From :func:`isocortex.learning.behaviour` with the rates: trained networks, and untrained ones in the same
        trials.
    """

    task: TimedTask
    tested: xr.Dataset
    untrained: xr.Dataset

    @cached_property
    def variables(self) -> dict[str, np.ndarray]:
        """The conditions that can be decoded as classes, one value per trial."""
        n = self._n_trials
        found = {}
        for name, column in self.tested.coords.items():
            if column.dims != ("trial",) or name in (*self.task.durations, "steps", "right"):
                continue
            values = np.round(column.values[:n], 6) if column.dtype.kind == "f" else column.values[:n]
            counts = np.unique(values, return_counts=True)[1]
            if 2 <= len(counts) <= MOST_CLASSES and counts.min() >= FEWEST:
                found[str(name)] = values
        return found

    @property
    def _n_trials(self) -> int:
        return min(MOST_TRIALS, self.tested.sizes["trial"])

    @property
    def shared(self) -> np.ndarray:
        """The steps in time that every trial has."""
        whole = np.arange(self.tested.sizes["time"])
        if "steps" not in self.tested.coords:
            return whole
        return whole[: int(self.tested["steps"].values[: self._n_trials].min())]

    @cached_property
    def scores(self) -> dict[str, dict[str, xr.DataArray]]:
        """Condition → "trained" and "untrained" → accuracy, seed × time; a choice that hardly varies is left out."""
        found: dict[str, dict[str, xr.DataArray]] = {}
        for variant, done in {"trained": self.tested, "untrained": self.untrained}.items():
            rates = self._rates(done)
            for name, values in self.variables.items():
                found.setdefault(name, {})[variant] = decode(rates, values, decoder=DECODER, n_folds=FOLDS).score()
        if (chosen := self._of_choice()) is not None:
            found[CHOICE] = {"trained": chosen}
        return found

    def _rates(self, done: xr.Dataset) -> xr.DataArray:
        """Return the activity as responses: seed × trial × time × unit, in the steps that every trial has."""
        rates = done["rate"].isel(trial=slice(self._n_trials), time=self.shared)
        kept = [name for name in rates.coords if name not in rates.dims]
        named = rates.drop_vars(kept).assign_coords(stimulus=("trial", np.arange(rates.sizes["trial"])))
        return named.transpose("seed", "time", "trial", "unit")

    def _of_choice(self) -> xr.DataArray | None:
        """Decode what each network chose, network by network; those that hardly ever choose otherwise are left out."""
        if CHOICE not in self.tested:
            return None
        rates = self._rates(self.tested)
        scores: list[xr.DataArray] = []
        for seed in range(rates.sizes["seed"]):
            chosen = self.tested[CHOICE].values[seed, : self._n_trials]
            classes, counts = np.unique(chosen, return_counts=True)
            often = np.isin(chosen, classes[counts >= FEWEST])
            if len(np.unique(chosen[often])) > 1:
                x = rates.isel(seed=seed, trial=np.flatnonzero(often))
                scores.append(decode(x, chosen[often], decoder=DECODER, n_folds=FOLDS).score())
        return xr.concat(scores, dim="seed") if scores else None

    def chance(self, name: str) -> float:
        """Return one over the number of classes."""
        if name != CHOICE:
            return 1 / len(np.unique(self.variables[name]))
        chosen = self.tested[CHOICE].values[:, : self._n_trials]
        counts = [np.unique(one, return_counts=True)[1] for one in chosen]
        return 1 / max((each >= FEWEST).sum() for each in counts)

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row per condition and kind of network: the highest accuracy, when, and chance."""
        rows = []
        for name, by_variant in self.scores.items():
            for variant, score in by_variant.items():
                mean = score.mean("seed")
                at = int(mean.values.argmax())
                rows.append(
                    {
                        "read": name,
                        "networks": variant,
                        "highest accuracy": float(mean[at]),
                        "at (ms)": float(score["time"].values[at]),
                        "chance": self.chance(name),
                    }
                )
        return pd.DataFrame(rows)

    def numbers(self) -> dict[str, float]:
        """Return the highest accuracies and when they are reached, under flat keys."""
        found = {}
        for row in self.table.to_dict("records"):
            place = f"decoding.{str(row['read']).replace(' ', '_')}.{row['networks']}"
            found |= {f"{place}.peak": row["highest accuracy"], f"{place}.peak_ms": row["at (ms)"]}
        return found

    def curves(self) -> Mapping[str, Mapping[str, tuple[np.ndarray, ...]]]:
        """Return condition → kind of network → time, mean, least and largest accuracy over networks."""
        return {
            name: {
                variant: (s["time"].values, *(getattr(s, what)("seed").values for what in ("mean", "min", "max")))
                for variant, s in by_variant.items()
            }
            for name, by_variant in self.scores.items()
        }

    def methods(self) -> list[str]:
        """Return how conditions were decoded, in one paragraph; nothing where none could be."""
        if not self.scores:
            return []
        return [
            f"Conditions of {self._n_trials} trials, and what each network chose, were decoded from the activity of "
            f"all units at every step by linear discriminant analysis with a shrunk covariance, with {FOLDS} folds of "
            f"trials held out one after the other. Only steps that all trials have count, up to "
            f"{significant(self.tested['time'].values[self.shared[-1]])} ms."
        ]
