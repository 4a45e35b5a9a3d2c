"""What ``decision-ddm`` found: numbers, tables, and the words about them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd

from ...analysis import PARAMETERS, WINDOW
from ...formats import UNDEFINED, number, significant
from ...report import Finding, Picture, Quantity, Result, Table
from .animal import Animal, closed_form_errors, doubts, error_delay, slower_errors
from .figures import draw_curves, draw_quantiles, draw_times, draw_variants

if TYPE_CHECKING:
    from .decision_ddm import DecisionDDM

PLANTED = {
    "drift_per_coherence": 15.0,
    "bound": 1.2,
    "non_decision": 350.0,
    "contaminants": 0.01,
    "drift_sd": 0.8,
    "non_decision_range": 200.0,
    "collapse": 1.2,
}
"""Parameters of the simulated animal: near what is found in the monkeys."""
PUBLISHED = {"monkey 1": (790, 460), "monkey 2": (850, 390)}
"""Mean reaction times in ms at the lowest and the highest coherence (Roitman & Shadlen 2002)."""
SCORES = {
    "log_likelihood": Quantity("Log likelihood of all trials under a variant", "nats"),
    "bic": Quantity("Bayesian information criterion of a variant", "nats"),
    "held_out": Quantity("Mean log likelihood of held-out trials under a variant", "nats/trial"),
    "behind": Quantity("How far a variant is behind the best one on held-out trials", "nats/trial"),
    "behind_error": Quantity("Its standard error, paired over trials", "nats/trial"),
    "impossible": Quantity("Number of held-out trials that a variant calls impossible"),
}


@dataclass(frozen=True, eq=False)
class DecisionDDMResult(Result):
    """Fits of every variant to the trials of every animal.

    Attributes
    ----------
    options : DecisionDDM
    animals : mapping of str to Animal
    planted : mapping of str to float
        The parameters of simulated trials; empty for a recording.
    """

    question: ClassVar[str] = (
        "How do animals decide about moving dots: which drift–diffusion model, with which parameters?"
    )
    quantities: ClassVar[dict[str, Quantity]] = {
        **{f"ddm.<animal>.variant.<variant>.{score}": quantity for score, quantity in SCORES.items()},
        "ddm.<animal>.coherence_<per mille>.accuracy": Quantity("Measured share of correct choices at a coherence"),
        "ddm.<animal>.coherence_<per mille>.rt": Quantity("Measured mean reaction time at a coherence", "ms"),
        "ddm.<animal>.error_delay": Quantity("How much slower errors are than correct choices", "ms"),
        "ddm.<animal>.error_delay.error": Quantity("Its standard error", "ms"),
        "ddm.<animal>.closed_form.probability_error": Quantity(
            "Largest difference of predicted choice probabilities of the simple model from their closed form"
        ),
        "ddm.<animal>.closed_form.time_error": Quantity(
            "Largest difference of predicted mean reaction times of the simple model from their closed form", "ms"
        ),
        "ddm.<animal>.planted.<parameter>": Quantity("Parameter that the simulated trials were made with"),
        **{
            f"ddm.<animal>.{name}{end}": Quantity(
                f"{of}{parameter.meaning[:1].upper()}{parameter.meaning[1:]}", parameter.unit
            )
            for name, parameter in PARAMETERS.items()
            for end, of in (("", ""), (".low", "Lower end of the 95 % interval: "), (".high", "Upper end: "))
        },
    }
    references: ClassVar[tuple[str, ...]] = (
        "roitman-shadlen-2002",
        "ratcliff-tuerlinckx-2002",
        "navarro-fuss-2009",
    )

    options: "DecisionDDM"
    animals: Mapping[str, Animal]
    planted: Mapping[str, float]

    def numbers(self) -> dict[str, float]:
        out = {}
        for name, animal in self.animals.items():
            place = f"ddm.{name.replace(' ', '')}"
            for parameter, row in animal.best.table.iterrows():
                out[f"{place}.{parameter}"] = row["estimate"]
                out |= {f"{place}.{parameter}.{end}": row[end] for end in ("low", "high")}
            for row in animal.variants.to_dict("records"):
                slug = row["variant"].replace(",", "").replace(" ", "_").replace("-", "_")
                out |= {f"{place}.variant.{slug}.{score}": row[score] for score in SCORES}
            for coherence, row in animal.behaviour.iterrows():
                slug = f"{place}.coherence_{1000 * float(str(coherence)):.0f}"
                out |= {f"{slug}.accuracy": row["accuracy"], f"{slug}.rt": row["rt"]}
            gap, error = error_delay(animal)
            out |= {f"{place}.error_delay": gap, f"{place}.error_delay.error": error}
            p, t = closed_form_errors(animal.fits["simple"], animal.behaviour.index.to_numpy(float))
            out |= {f"{place}.closed_form.probability_error": p, f"{place}.closed_form.time_error": t}
            out |= {f"{place}.planted.{parameter}": value for parameter, value in self.planted.items()}
        return {key: float(value) for key, value in out.items()}

    def findings(self) -> Iterator[Finding]:
        yield Table(
            "answer",
            self.shown_scores(),
            "Distance from the best variant in nats per trial, ± two standard errors of the paired difference over "
            "trials, and BIC relative to the lowest.",
            title="Which variant predicts held-out trials?",
            shown=True,
        )
        yield Table(
            "parameters",
            self.shown_parameters(),
            "Estimates with 95 % intervals of the profile likelihood. ≤ and ≥ mark the end of a parameter's range, "
            "which the likelihood does not exclude.",
            title="Parameters of the best variant",
            shown=True,
        )
        yield Picture(
            "curves",
            partial(draw_curves, self.animals),
            title="Accuracy and speed",
            caption="Psychometric and chronometric curves; bars are ± two standard errors. The models predict every "
            "trial, however late.",
            alt="The share of correct choices rises from one half to one, and mean reaction time falls, with "
            "coherence.",
        )
        yield Picture(
            "quantile_probability",
            partial(draw_quantiles, self.animals),
            title="Reaction times of errors and of correct choices",
            caption="Quantiles of reaction times against the share of the response, a pair for every coherence: errors "
            "left of ½, correct choices right. Points are measured, the same in each panel of a row; lines are what "
            "one model predicts. A model with constant bounds and no variability between trials is symmetric around "
            "½: its errors are as fast as correct choices. Groups of fewer than 20 trials are left out.",
            alt="Quantiles of reaction time against response share, measured as dots; the lines of one model a panel.",
        )
        yield Picture(
            "reaction_times",
            partial(draw_times, self.animals),
            title="Distributions of reaction times",
            caption="Correct trials of three coherences, as a share of all trials of that coherence, with the "
            "densities of the fitted models.",
            alt="Histograms of reaction times with predicted densities; the simple model is too broad and too skewed.",
        )
        yield Picture(
            "variants",
            partial(draw_variants, self.animals),
            title="Comparison of all variants",
            caption="Mean log likelihood of held-out trials relative to the best variant; bars are ± two standard "
            "errors of the paired difference. All variants but the simple one have contaminants.",
            alt="Dot plot of held-out log likelihood for the variants of the drift–diffusion model.",
        )
        published = self.shown_published()
        if len(published):
            yield Table(
                "published",
                published,
                "Mean reaction times at the lowest and the highest coherence (Roitman & Shadlen 2002).",
                title="Published numbers beside ours",
                shown=True,
            )
        for name, animal in self.animals.items():
            slug = name.replace(" ", "")
            yield Table(f"variants_{slug}", animal.variants, f"{name.capitalize()}: every variant.")
            yield Table(f"behaviour_{slug}", animal.behaviour, f"{name.capitalize()}: accuracy and reaction times.")

    def shown_parameters(self) -> pd.DataFrame:
        """Return the parameters of each animal's best variant with their intervals, and what was planted."""
        columns = {f"{name} ({animal.best.variant})": animal.best.table for name, animal in self.animals.items()}
        names = list(dict.fromkeys(parameter for table in columns.values() for parameter in table.index))
        units = {parameter: table["unit"][parameter] for table in columns.values() for parameter in table.index}
        out = pd.DataFrame({"parameter": [f"{name.replace('_', ' ')} ({units[name]})" for name in names]})
        for title, table in columns.items():
            out[title] = [_interval(name, table.loc[name]) if name in table.index else "" for name in names]
        if self.planted:
            planted = [significant(self.planted[name]) if name in self.planted else UNDEFINED for name in names]
            out["planted"] = planted
        return out

    def shown_scores(self) -> pd.DataFrame:
        """Return variants × animals: how far each is behind the best on held-out trials, and in BIC."""
        out = pd.DataFrame({"variant": next(iter(self.animals.values())).variants["variant"]})
        for name, animal in self.animals.items():
            table = animal.variants
            out[name] = [
                f"−∞ ({row['impossible']} impossible)"
                if row["impossible"]
                else f"{number(row['behind'])} ± {number(2 * row['behind_error'])}"
                for row in table.to_dict("records")
            ]
            out[f"{name}: ΔBIC"] = [number(value, 0) for value in table["bic"] - table["bic"].min()]
        return out

    def shown_published(self) -> pd.DataFrame:
        """Return published mean reaction times beside those of the trials, for the animals that were published."""
        rows = []
        for name, animal in self.animals.items():
            for place, published in zip((0, -1), PUBLISHED.get(name, ()), strict=False):
                coherence, row = animal.behaviour.index[place], animal.behaviour.iloc[place]
                rows.append(
                    {
                        "animal": name,
                        "coherence (%)": significant(100 * coherence),
                        "published (ms)": number(published, 0),
                        "here (ms)": number(row["rt"], 0),
                    }
                )
        return pd.DataFrame(rows)

    def answer(self) -> str:
        return " ".join(
            animal.answer("the simulated animal" if self.planted else name) for name, animal in self.animals.items()
        )

    def notes(self) -> list[str]:
        simulated = (
            "No recording was given: the trials are simulated, with the planted parameters that the table shows "
            "beside the estimates."
        )
        return [
            *[simulated] * bool(self.planted),
            *(slower_errors(name, animal) for name, animal in self.animals.items()),
            *(doubt for name, animal in self.animals.items() for doubt in doubts(name, animal)),
        ]

    def methods(self) -> list[str]:
        parameters = "; ".join(f"{name.replace('_', ' ')} ({p.unit}), {p.meaning}" for name, p in PARAMETERS.items())
        return [
            "Evidence x starts at 0 (unless the start varies) and follows $dx = v\\, dt + dW$ with time in s and the "
            "noise as the unit of evidence; the drift is v = k × coherence. At the bound B the choice is correct, at "
            "−B it is an error; the reaction time is the time of the hit plus a non-decision time. In the simple "
            "model errors are as fast as correct choices, whatever its parameters.",
            "The variants add contaminants, which choose at random and respond uniformly within "
            f"{significant(WINDOW)} ms or until the longest reaction time if that is later; a drift with a normal "
            "distribution over trials; a uniform start; a uniform non-decision time; and a bound that falls as $B "
            "e^{-rt}$. For constant bounds the densities are the two series of Navarro & Fuss; for falling ones they "
            "solve the Fokker–Planck equation in coordinates that move with the bounds, by Galerkin's method in the "
            "eigenfunctions of constant bounds. The drift enters both as a factor $e^{v b - v^2 t / 2}$.",
            f"Parameters were estimated by maximum likelihood (L-BFGS-B with exact gradients, {self.options.starts} "
            "starting points). Intervals come from the profile likelihood. For the comparison of variants, each of "
            f"{self.options.folds} random parts of the trials was predicted by parameters fitted to the others, the "
            "same parts for every variant. A variant without contaminants calls a trial before its non-decision time "
            "impossible.",
            f"Parameters: {parameters}.",
        ]


def _interval(name: str, row: pd.Series) -> str:
    """Return "estimate [low, high]", with ≤ and ≥ at the ends of the parameter's range."""
    estimate, low, high = np.asarray(row[["estimate", "low", "high"]], float)
    below = "≤ " if low <= 1.001 * PARAMETERS[name].low else ""
    above = "≥ " if high >= 0.999 * PARAMETERS[name].high else ""
    return f"{significant(estimate)} [{below}{significant(low)}, {above}{significant(high)}]"
