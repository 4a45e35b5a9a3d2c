"""The figures of ``decision-ddm``."""

from collections.abc import Mapping

import numpy as np

from ... import plots
from ...analysis import quantiles
from ...runs import Run
from .tables import Animal

LEVELS = (0.1, 0.3, 0.5, 0.7, 0.9)
LONGEST = 1600.0
"""Of the reaction times that are drawn, in ms."""
HISTOGRAMS = (0, 3, -1)
"""Which of the coherences, from the lowest, have their reaction times drawn."""


def draw(run: Run, animals: Mapping[str, Animal]) -> None:
    """Draw behaviour, reaction times and the comparison of the variants."""
    shown = {name: dict.fromkeys(("simple", "contaminants", animal.best.variant)) for name, animal in animals.items()}
    fits = {name: {variant: animals[name].fits[variant] for variant in shown[name]} for name in animals}
    labels = {
        name: {v: f"{v} (best)" if v == animal.best.variant else v for v in shown[name]}
        for name, animal in animals.items()
    }
    one_best = len({animal.best.variant for animal in animals.values()}) == 1
    if not one_best:
        labels = {n: {v: "best variant" if v == animals[n].best.variant else v for v in shown[n]} for n in animals}
    predicted = {
        name: {
            labels[name][variant]: fit.predict(animals[name].behaviour.index.to_list(), LEVELS)
            for variant, fit in fits[name].items()
        }
        for name in animals
    }
    run.figure(
        "curves",
        plots.decision_curves({name: animal.behaviour for name, animal in animals.items()}, predicted),
        title="How often right, and how fast",
        caption="Psychometric and chronometric curves; bars are two standard errors each way. Models "
        "predict every trial, however late.",
        alt="Share correct rises from one half to one, and mean reaction time falls, as coherence grows.",
    )
    run.figure(
        "quantile_probability",
        plots.quantile_probability(
            {name: quantiles(animal.trials, LEVELS) for name, animal in animals.items()}, predicted
        ),
        title="Reaction times of errors and of correct choices",
        caption="Quantiles against the share of the response, a pair for every coherence: errors left of ½, correct "
        "choices right. Points are measured, the same in each panel of a row; lines are what one model "
        "predicts. A model without variability between trials and with constant bounds is symmetric "
        "around ½: errors as fast as correct choices. Groups of fewer than 20 trials are left out.",
        alt="Quantiles of reaction time against response share, measured as dots; the lines of one model a panel.",
    )
    times = {}
    for name, animal in animals.items():
        coherences = [float(animal.behaviour.index[min(i, len(animal.behaviour) - 1)]) for i in HISTOGRAMS]
        grid = np.arange(0.5, LONGEST)
        times[name] = {
            labels[name][variant]: {c: fit.densities(c, grid)[0] for c in coherences}
            for variant, fit in fits[name].items()
        }
    run.figure(
        "reaction_times",
        plots.reaction_time_densities(
            {name: animal.trials for name, animal in animals.items()}, times, longest=LONGEST
        ),
        title="Distributions of reaction times",
        caption="Correct trials of three coherences, as a share of all trials of that coherence, with the densities of "
        "the fitted models. What the best variant still misses at the highest coherence is the shape of its "
        "non-decision time, taken as uniform.",
        alt="Histograms of reaction times with predicted densities; the simple model is too broad and too skewed.",
    )
    run.figure(
        "variants",
        plots.variant_scores({name: animal.variants for name, animal in animals.items()}),
        title="Which variant predicts held-out trials?",
        caption="Mean log likelihood of held-out trials behind the best variant; bars are two standard errors of the "
        "paired difference. All variants but the simple one have contaminants.",
        alt="Dot plot of held-out log likelihood for eight variants of the drift–diffusion model.",
    )
