"""Statistical power: predict from pilot data how many stimuli, subjects and repeats an experiment needs."""

from collections.abc import Mapping, Sequence

import jax
import numpy as np
import pandas as pd
import xarray as xr
from scipy.stats import binomtest, t

from ...errors import require
from ...keys import generator
from ...rdms import RDMs
from ...shapes import PRNGKey
from ..inference.leaving_out import times_counted
from ..inference.left_out import LEAST
from ..inference.uncertainty import degrees_of_freedom
from .dissimilarities.rdm import rdm
from .jackknife import leave_out

FEWEST_STIMULI = 5


def power(
    models: Mapping[str, RDMs],
    pilot: RDMs | Mapping[str, xr.DataArray],
    *,
    key: PRNGKey,
    stimuli: Sequence[int],
    subjects: Sequence[int],
    repeats: Sequence[int] | None = None,
    difference: float | None = None,
    method: str = "pearson",
    dissimilarity: str = "correlation",
    alpha: float = 0.05,
    n_simulations: int = 10_000,
) -> pd.DataFrame:
    """Predict how often an experiment of each size would find two models to differ.

    The jackknife of :func:`.compare` splits the variance of the difference, in the pilot, into the parts due to
    stimuli, pairs of stimuli, subjects, and their interactions. Each part shrinks with its number of items, which gives
    the variance in an experiment of another size. Experiments are then simulated, with their errors and with the
    uncertainty of their own estimates of variance, and tested as :func:`.differences` does, for new stimuli and new
    subjects.

    Parameters
    ----------
    models : mapping of str to RDMs
        Two models, over the stimuli of the pilot; seeds are averaged.
    pilot : RDMs, or mapping of str to DataArray
        One RDM per subject, at least two; or the responses of each subject, repeat × stimulus × unit.
    key : key
        Draws the simulated experiments, and the repeats.
    stimuli, subjects : sequence of int
        Sizes of experiment: at least 5 stimuli, and 2 subjects.
    repeats : sequence of int, optional
        Needs responses: RDMs are taken from that many of the pilot's repeats. Default all of them.
    difference : float, optional
        The difference that there is. Default that of the pilot, which is itself uncertain: a difference that would
        matter is the better choice. It is taken for every number of `repeats`, although noise makes a difference
        smaller: with `repeats`, leave it out.
    method, dissimilarity : str
        As for :func:`.compare` and :func:`.rdm`.
    alpha : float
        Level of the two-sided test. Default 0.05.
    n_simulations : int
        Default 10000.

    Returns
    -------
    DataFrame
        Columns ``stimuli``, ``subjects``, ``repeats`` (where given), ``difference``, ``se``, ``power``, and ``low``
        and ``high``, the 95 % interval of the simulated share (Wilson).

    Raises
    ------
    InputError
        For other than two models, too small a pilot or experiment, or more repeats than the pilot has.

    Examples
    --------
    >>> import jax, numpy as np
    >>> rng = np.random.default_rng(0)
    >>> a, b, noise = rng.random((3, 1, 190))
    >>> pilot = RDMs(a + 0.5 * b + rng.random((4, 190)), np.arange(20))
    >>> models = {"a": RDMs(a, pilot.stimuli), "b": RDMs(b, pilot.stimuli)}
    >>> table = power(models, pilot, key=jax.random.key(0), stimuli=[10, 40], subjects=[8])
    >>> bool(table["power"].is_monotonic_increasing)
    True
    """
    require(len(models) == 2, f"Power is computed for the difference between two models; got {len(models)}.")
    require(0 < alpha < 1, f"alpha must be between 0 and 1, such as 0.05; got {alpha}.")
    require(
        min(stimuli) >= FEWEST_STIMULI,
        f"An experiment needs at least {FEWEST_STIMULI} stimuli; got {min(stimuli)}.",
    )
    require(
        min(subjects) >= 2,
        f"An experiment needs at least two subjects, to test for new subjects; got {min(subjects)}.",
    )
    draw_key, simulate_key = jax.random.split(key)
    rows = []
    for count in repeats or (None,):
        data = pilot if isinstance(pilot, RDMs) else _from_repeats(pilot, dissimilarity, count, draw_key)
        if isinstance(pilot, RDMs):
            require(repeats is None, "Repeats need the responses of the pilot, not its RDMs.")
        parts = variance_parts(list(models.values()), data, method)
        effect = parts.pop("difference") if difference is None else difference
        parts.pop("difference", None)
        for n_subjects in subjects:
            for n_stimuli in stimuli:
                place = jax.random.fold_in(jax.random.fold_in(simulate_key, n_stimuli), n_subjects)
                se, found = _simulate(parts, effect, n_stimuli, n_subjects, alpha, n_simulations, place)
                interval = binomtest(int(found.sum()), n_simulations).proportion_ci(method="wilson")
                size = {"stimuli": n_stimuli, "subjects": n_subjects} | ({} if count is None else {"repeats": count})
                result = {"difference": effect, "se": se, "power": found.mean()}
                rows.append(size | result | {"low": interval.low, "high": interval.high})
    return pd.DataFrame(rows)


def variance_parts(models: Sequence[RDMs], data: RDMs, method: str) -> dict[str, float]:
    """Return the difference of two models, and the variance of it that each factor has with one item of each.

    Keys ``difference``, ``stimulus``, ``pair``, ``subject``, ``stimulus × subject`` and ``pair × subject``.
    """
    n, n_subjects = len(data.stimuli), len(data)
    require(n >= FEWEST_STIMULI, f"A pilot needs at least {FEWEST_STIMULI} stimuli; got {n}.")
    require(n_subjects >= 2, "A pilot needs at least two subjects, to estimate how they differ.")
    found = leave_out(models, data, method=method, factors=("stimulus", "subject"), paired_seeds=False)

    def part(name: str, *drawn: str) -> float:
        (aa, ab), (_, bb) = found.gram(name, *drawn)[:2, :2]
        return float(max(aa + bb - 2 * ab, 0.0))

    counted, n_pairs = times_counted(n), n * (n - 1) / 2
    pair, pair_subject = part("pair", "stimulus"), part("pair", "stimulus", "subject")
    stimulus_subject = max(part("one", "stimulus", "subject") - counted * pair_subject, 0.0)
    stimulus = max(part("one", "stimulus") - counted * pair, 0.0)
    return {
        "difference": float(found.mean[0] - found.mean[1]),
        "stimulus": max(stimulus - stimulus_subject, 0.0) * n,
        "pair": max(pair - pair_subject, 0.0) * n_pairs,
        "subject": max(part("whole", "subject") - stimulus_subject - pair_subject, 0.0) * n_subjects,
        "stimulus × subject": stimulus_subject * n * n_subjects,
        "pair × subject": pair_subject * n_pairs * n_subjects,
    }


def _simulate(
    parts: Mapping[str, float], effect: float, n: int, n_subjects: int, alpha: float, n_simulations: int, key: PRNGKey
) -> tuple[float, np.ndarray]:
    """Return the standard error of an experiment, and in which simulations of it the difference is found."""
    n_pairs = n * (n - 1) / 2
    of_stimuli = parts["stimulus"] / n + parts["stimulus × subject"] / (n * n_subjects)
    of_pairs = parts["pair"] / n_pairs + parts["pair × subject"] / (n_pairs * n_subjects)
    shared = (parts["stimulus × subject"] / n + parts["pair × subject"] / n_pairs) / n_subjects
    variance = of_stimuli + of_pairs + parts["subject"] / n_subjects
    one, subject = of_stimuli + times_counted(n) * of_pairs, parts["subject"] / n_subjects + shared
    rng = generator(key)
    estimate = effect + np.sqrt(variance) * rng.normal(size=n_simulations)
    found_one = one * rng.chisquare(n - 1, n_simulations) / (n - 1)
    found_subject = subject * rng.chisquare(n_subjects - 1, n_simulations) / (n_subjects - 1)
    found = variance + (found_one - one) + (found_subject - subject)
    found = np.minimum(found, found_one + found_subject)
    found = np.maximum(found, np.maximum(LEAST * found_one, found_subject))
    shares = [(found_one[:, None], np.array(n - 1)), (found_subject[:, None], np.array(n_subjects - 1))]
    limit = t.ppf(1 - alpha / 2, degrees_of_freedom(shares, found)) * np.sqrt(found)
    return float(np.sqrt(variance)), np.abs(estimate) > limit


def _from_repeats(pilot: Mapping[str, xr.DataArray], dissimilarity: str, count: int | None, key: PRNGKey) -> RDMs:
    """Return the RDMs of the subjects from some of their repeats, drawn without replacement."""
    if count is None:
        return rdm(pilot, dissimilarity)
    fewest = min(array.sizes.get("repeat", 1) for array in pilot.values())
    require(1 <= count <= fewest, f"The pilot has {fewest} repeats, and {count} cannot be drawn from them.")
    chosen = {
        name: array.isel(repeat=np.asarray(jax.random.permutation(k, array.sizes["repeat"]))[:count])
        for (name, array), k in zip(pilot.items(), jax.random.split(key, len(pilot)), strict=True)
    }
    return rdm(chosen, dissimilarity)
