"""The figures of ``decision-ddm``."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from ... import plots
from ...analysis import DecisionFit, quantiles
from .animal import Animal

LEVELS = (0.1, 0.3, 0.5, 0.7, 0.9)
LONGEST = 1600.0
"""Of the reaction times that are drawn, in ms."""
HISTOGRAMS = (0, 3, -1)
"""Which of the coherences, from the lowest, have their reaction times drawn."""


def shown_fits(animals: Mapping[str, Animal]) -> dict[str, dict[str, DecisionFit]]:
    """Return the fits that are drawn of each animal, by their label: two simple ones and the best."""
    shown = {n: list(dict.fromkeys(("simple", "contaminants", a.best.variant))) for n, a in animals.items()}
    one_best = len({animal.best.variant for animal in animals.values()}) == 1

    def label(name: str, variant: str) -> str:
        if variant != animals[name].best.variant:
            return variant
        return f"{variant} (best)" if one_best else "best variant"

    return {name: {label(name, v): animals[name].fits[v] for v in variants} for name, variants in shown.items()}


def predictions(animals: Mapping[str, Animal]) -> dict[str, dict]:
    """Return what each fit that is drawn predicts at the coherences of its animal."""
    return {
        name: {label: fit.predict(animals[name].behaviour.index.to_list(), LEVELS) for label, fit in fits.items()}
        for name, fits in shown_fits(animals).items()
    }


def draw_curves(animals: Mapping[str, Animal]) -> Figure:
    """Draw psychometric and chronometric curves, measured and predicted."""
    return plots.decision_curves({name: animal.behaviour for name, animal in animals.items()}, predictions(animals))


def draw_quantiles(animals: Mapping[str, Animal]) -> Figure:
    """Draw quantiles of reaction times of errors and of correct choices, measured and predicted."""
    measured = {name: quantiles(animal.trials, LEVELS) for name, animal in animals.items()}
    return plots.quantile_probability(measured, predictions(animals))


def draw_times(animals: Mapping[str, Animal]) -> Figure:
    """Draw distributions of reaction times at three coherences, measured and predicted."""
    times, grid = {}, np.arange(0.5, LONGEST)
    for name, fits in shown_fits(animals).items():
        behaviour = animals[name].behaviour
        coherences = [float(behaviour.index[min(i, len(behaviour) - 1)]) for i in HISTOGRAMS]
        times[name] = {label: {c: fit.densities(c, grid)[0] for c in coherences} for label, fit in fits.items()}
    trials = {name: animal.trials for name, animal in animals.items()}
    return plots.reaction_time_densities(trials, times, longest=LONGEST)


def draw_variants(animals: Mapping[str, Animal]) -> Figure:
    """Draw how far each variant is behind the best on held-out trials."""
    return plots.variant_scores({name: animal.variants for name, animal in animals.items()})
