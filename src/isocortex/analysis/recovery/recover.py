"""Plant each model as if it were the brain, simulate experiments, and count which model each measure names."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import jax
import numpy as np
import pandas as pd
import xarray as xr
from scipy.stats import binomtest

from ...cores import on_cores, one_blas_thread
from ...errors import require
from ...keys import generator
from ...responses import check, responses
from ...shapes import PRNGKey
from ..rsa import DISSIMILARITIES
from .noise import TrialNoise, Trials
from .scores import RSA, Scorer, scorers
from .sizes import Size

FACTORS = ("stimuli", "neurons", "repeats", "subjects")


@dataclass(frozen=True, eq=False)
class Recovery:
    """Which model each measure named in simulated experiments.

    Attributes
    ----------
    counts : DataFrame
        A row per size, measure, planted model and named model: columns ``stimuli``, ``neurons``, ``repeats``,
        ``subjects``, ``measure``, ``planted``, ``named``, ``count``.
    n_simulations : int
        Experiments of each size with each planted model.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> models = {name: rng.normal(size=(20, 30)) for name in ("a", "b")}
    >>> size = Size(stimuli=12, neurons=20)
    >>> noise, key = TrialNoise(1, 4), jax.random.key(0)
    >>> found = recover(models, noise, key=key, sizes=[size], measures=["cka"], n_simulations=20)
    >>> found.recovered[["measure", "recovered", "low", "high"]].round(2)
      measure  recovered   low  high
    0     cka       0.72  0.57  0.84
    >>> found.confusion(size, "cka").sum("named").values.tolist()
    [1.0, 1.0]
    """

    counts: pd.DataFrame
    n_simulations: int

    @property
    def recovered(self) -> pd.DataFrame:
        """A row per size and measure: the share of experiments that name the planted model, ``low`` and ``high``.

        The interval is that of Wilson (95 %), for the number of simulated experiments.
        """
        sums: dict[tuple[Any, ...], list[int]] = {}
        for row in self.counts.to_dict("records"):
            of_place = sums.setdefault(tuple(row[name] for name in (*FACTORS, "measure")), [0, 0])
            of_place[0] += row["count"] if row["planted"] == row["named"] else 0
            of_place[1] += row["count"]
        rows = []
        for place, (right, total) in sums.items():
            ends = binomtest(right, total).proportion_ci(method="wilson")
            rows.append((*place, right / total, ends.low, ends.high))
        return pd.DataFrame(rows, columns=[*FACTORS, "measure", "recovered", "low", "high"])

    def confusion(self, size: Size, measure: str) -> xr.DataArray:
        """Return the share of experiments with each planted model that name each model: planted × named."""
        wanted = asdict(size) | {"measure": measure}
        rows = [row for row in self.counts.to_dict("records") if all(row[name] == wanted[name] for name in wanted)]
        names = list(dict.fromkeys(row["planted"] for row in rows))
        shares = np.reshape([row["count"] for row in rows], (len(names), len(names))) / self.n_simulations
        return xr.DataArray(shares, {"planted": names, "named": names}, ("planted", "named"))


def recover(
    models: Mapping[str, Any],
    noise: TrialNoise | Sequence[TrialNoise],
    *,
    key: PRNGKey,
    sizes: Sequence[Size],
    measures: Sequence[str] = (RSA, "cka"),
    dissimilarity: str = "correlation",
    similarity: str = "pearson",
    n_simulations: int = 100,
    progress: Callable[[int, int], None] | None = None,
) -> Recovery:
    """Count how often each measure names the model that was planted as the brain.

    A neuron of a simulated subject is a unit of the planted model, drawn at random with replacement. All units are
    scaled by one number, so that the variance of the signal is that of the noise's recording, and noise is added to
    every trial. The measure names the model with the largest mean over subjects (and seeds). Of a model with several
    seeds one is the brain, and the others are the model. That every neuron is a unit of the model is the best case,
    which no brain is (Han et al. 2023, arXiv 2302.06677), and so the sizes found here are the least that are needed.

    :func:`isocortex.rsa.power` answers another question: how often an experiment would find a difference between two
    models that is as large as in a pilot, whichever model is right.

    Parameters
    ----------
    models : mapping of str to array or DataArray
        Two models or more: responses, (seed ×) stimulus × unit, to the same stimuli.
    noise : TrialNoise, or sequence of them
        From :func:`trial_noise` or :func:`independent_noise`. Of several, one for each recorded subject, simulated
        subjects take turns.
    key : key
    sizes : sequence of Size
        The stimuli of an experiment are drawn without replacement.
    measures : sequence of str
        "rsa", or names of ``isocortex.alignment.MEASURES``.
    dissimilarity, similarity : str
        For "rsa". Models have no noise, so that their RDMs are those without cross-validation or whitening.
    n_simulations : int
        Experiments of each size with each planted model. Default 100.
    progress : callable, optional
        Called as ``progress(done, total)``, in sizes.

    Returns
    -------
    Recovery

    Raises
    ------
    InputError
        For fewer than two models, models of different stimuli, more stimuli than there are, an unknown name, or too
        few repeats to cross-validate.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> models = {name: rng.normal(size=(30, 50)) for name in ("a", "b")}
    >>> found = recover(models, TrialNoise(1, 1), key=jax.random.key(0), sizes=[Size(20, 60)], n_simulations=10)
    >>> found.recovered[["measure", "recovered"]].values.tolist()
    [['rsa', 1.0], ['cka', 1.0]]
    """
    layers = _checked(models)
    subjects = [noise] if isinstance(noise, TrialNoise) else list(noise)
    available = next(iter(layers.values())).sizes["stimulus"]
    require(n_simulations >= 1, f"At least one experiment is simulated; got {n_simulations}.")
    for size in sizes:
        require(
            size.stimuli <= available, f"{size.stimuli} stimuli cannot be drawn from the {available} of the models."
        )
        require(
            size.repeats > 1 or RSA not in measures or DISSIMILARITIES.named(dissimilarity).takes != "noise",
            f"{dissimilarity!r} estimates the noise from repeats, and needs at least 2; got {size.repeats}.",
        )
        require(
            size.repeats > 1 or RSA not in measures or not DISSIMILARITIES.named(dissimilarity).crossvalidated,
            f"{dissimilarity!r} is cross-validated, and needs at least 2 repeats; got {size.repeats}.",
        )
    scores = scorers(measures, layers, dissimilarity=dissimilarity, similarity=similarity)
    seeds = {name: array.sizes["seed"] for name, array in layers.items()}
    rows = [_scaled(values) for array in layers.values() for values in array.values.astype(float)]
    found = []
    for done, size in enumerate(sizes):
        place = key
        for number in asdict(size).values():
            place = jax.random.fold_in(place, number)
        jobs = list(enumerate(generator(place).spawn(n_simulations * len(seeds))))

        def named(job: tuple[int, np.random.Generator], size: Size = size) -> dict[str, int]:
            return _named(job[1], job[0] % len(seeds), seeds, rows, subjects, size, scores)

        with one_blas_thread():
            answers = on_cores(named, jobs)
        found += _counted(size, answers, list(seeds), measures)
        if progress is not None:
            progress(done + 1, len(sizes))
    columns = [*FACTORS, "measure", "planted", "named", "count"]
    return Recovery(pd.DataFrame(found, columns=columns), n_simulations)


def _checked(models: Mapping[str, Any]) -> dict[str, xr.DataArray]:
    """Return the responses of models as seed × stimulus × unit."""
    require(len(models) >= 2, f"To name one model there must be at least two; got {len(models)}.")
    found = {}
    for name, array in models.items():
        labelled = responses(array, name=name)
        check(labelled)
        labelled = labelled.mean("repeat") if "repeat" in labelled.dims else labelled
        labelled = labelled if "seed" in labelled.dims else labelled.expand_dims("seed")
        found[name] = labelled.transpose("seed", "stimulus", "unit")
        require(
            float(found[name].var("stimulus").sum()) > 0, f"The responses of {name!r} are the same for all stimuli."
        )
    first, *others = found.items()
    for name, array in others:
        require(
            np.array_equal(array["stimulus"].values, first[1]["stimulus"].values),
            f"{name!r} has other stimuli than {first[0]!r}, or another order.",
        )
    return found


def _scaled(row: np.ndarray) -> np.ndarray:
    """Return responses (stimulus × unit) whose variance over stimuli is 1 on average over units."""
    return row / np.sqrt(row.var(axis=0, ddof=1).mean())


def planted(
    rng: np.random.Generator, model: np.ndarray, places: np.ndarray, noise: Sequence[TrialNoise], size: Size
) -> list[Trials]:
    """Return the trials of simulated subjects whose neurons are units of a model (stimulus × unit).

    The variance of the model over stimuli is 1 on average over its units.
    """
    brains = []
    for i in range(size.subjects):
        own = noise[i % len(noise)]
        units = rng.integers(model.shape[1], size=size.neurons)
        signal = np.sqrt(own.signal) * model[np.ix_(places, units)]
        brains.append(signal + own.draw(rng, size.repeats, size.stimuli, size.neurons))
    return brains


def _named(
    rng: np.random.Generator,
    which: int,
    seeds: Mapping[str, int],
    rows: Sequence[np.ndarray],
    noise: Sequence[TrialNoise],
    size: Size,
    scores: Mapping[str, Scorer],
) -> dict[str, int]:
    """Simulate one experiment with one model as the brain, and return the model that each measure names."""
    owner = np.repeat(np.arange(len(seeds)), list(seeds.values()))
    brain = rng.choice(np.flatnonzero(owner == which))
    places = np.sort(rng.choice(len(rows[0]), size.stimuli, replace=False))
    brains = planted(rng, rows[brain], places, noise, size)
    counts = np.bincount(owner)[owner]
    candidate = (np.arange(len(owner)) != brain) | (counts == 1)
    order = rng.permutation(len(seeds))  # models that score alike are named equally often
    answers = {}
    for measure, score in scores.items():
        values = score(brains, places)
        means = np.array([values[candidate & (owner == i)].mean() for i in order])
        answers[measure] = int(order[np.argmax(np.where(np.isnan(means), -np.inf, means))])
    return answers


def _counted(
    size: Size, answers: Sequence[Mapping[str, int]], models: Sequence[str], measures: Sequence[str]
) -> list[tuple[Any, ...]]:
    """Return a row for every measure, planted model and named model."""
    rows, n = [], len(models)
    for measure in measures:
        named = np.array([answer[measure] for answer in answers])
        for i, j in np.ndindex(n, n):
            count = int((named[i::n] == j).sum())
            rows.append((*asdict(size).values(), measure, models[i], models[j], count))
    return rows
