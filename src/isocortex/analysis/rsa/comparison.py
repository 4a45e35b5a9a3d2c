"""Compare RDMs of models with measured RDMs: intervals and tests for each model and for each pair of models."""

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from ...errors import InputError, look_up, require
from ...rdms import RDMs
from ...shapes import Contrasts, PRNGKey
from ..inference.corrections import CORRECTIONS, corrected
from ..inference.uncertainty import Uncertainty
from .description import FACTORS, describe_comparison, describe_differences
from .dual_bootstrap import dual_bootstrap
from .jackknife import jackknife
from .similarities.pairs import require_same_stimuli, shared_pairs

EVERY_FACTOR = tuple(FACTORS)
METHODS = ("jackknife", "dual-bootstrap")


def compare(
    models: Mapping[str, RDMs],
    data: RDMs,
    *,
    method: str = "pearson",
    confidence: float = 0.95,
    factors: Sequence[str] = EVERY_FACTOR,
    correction: str = "none",
    inference: str = "jackknife",
    key: PRNGKey | None = None,
    n_bootstraps: int = 1000,
) -> pd.DataFrame:
    """Compare RDMs of models with measured RDMs, with intervals for new stimuli, subjects and seeds.

    The statistic is the mean similarity over seeds and subjects. Its variance over crossed samples of stimuli, subjects
    and seeds comes from the jackknife of :mod:`.jackknife`, or from the dual bootstrap of Schütt et al. (2023,
    10.7554/eLife.82566). Tests are t tests; the jackknife's, and its intervals, are corrected for skew, so that an
    interval may reach further to one side.

    Parameters
    ----------
    models : mapping of str to RDMs
        Model → its RDMs, one row per seed.
    data : RDMs
        One row per subject, over the same stimuli. Every two RDMs are compared on the pairs that both have.
    method : str
        A similarity; see :func:`similarity`. Default Pearson.
    confidence : float
        Default 0.95.
    factors : sequence of {"stimulus", "seed", "subject"}
        The factors whose items are random samples. Default all three. Without "subject" the interval holds for these
        subjects only, and without "stimulus" for these stimuli only, as it should if they are a grid that covers a
        continuum. A factor of which a model has one item is left out.
    correction : {"none", "holm", "fdr"}
        Adjustment of each column of p values for the number of models. Default none.
    inference : {"jackknife", "dual-bootstrap"}
        Default jackknife, which draws nothing at random, and whose tests keep their level in simulations (see
        docs/rsa.md). The intervals of the published bootstrap are too wide with few stimuli.
    key : key, optional
        Draws the samples of the dual bootstrap, the same stimuli for every model; the jackknife needs none.
    n_bootstraps : int
        Samples of the dual bootstrap. Default 1000; at least 2.

    Returns
    -------
    DataFrame
        The index is the model. The columns are ``mean``, ``low``, ``high``, ``se``; ``p``, a two-sided test of a mean
        of 0; ``p_ceiling``, a one-sided test, small if the model falls short of the lower bound of
        :func:`noise_ceiling`; ``p_above``, a cautious one-sided test, small if the model lies above this bound (both
        are NaN with fewer than three subjects, or fewer than two if subjects are not a factor); ``undefined``, the
        share of samples without a similarity; ``seeds``; ``subjects``; and ``carried_by``, the labels of the few
        stimuli, at most one in twenty, that have more than half of the influence on the mean (in squares; empty if
        there are no such stimuli, and with the bootstrap). If it names stimuli, tests may reject too often: look at
        the means without them. The interval is NaN if a sample of the jackknife is undefined, as with three or four
        stimuli, or if more than a fifth of the samples of the bootstrap are undefined. ``attrs["methods"]`` describes
        the method in a paragraph.

    Raises
    ------
    InputError
        For different stimuli, RDMs without a pair in common, an unknown name, too few bootstraps, a bootstrap without
        a key, or a bootstrap of RDMs that miss (NaN) different pairs.

    Examples
    --------
    >>> import numpy as np
    >>> from isocortex import RDMs
    >>> rng = np.random.default_rng(0)
    >>> data = RDMs(rng.random((2, 45)), np.arange(10))
    >>> compare({"itself": data}, data).columns.tolist()
    ['mean', 'low', 'high', 'se', 'p', 'p_ceiling', 'p_above', 'undefined', 'seeds', 'subjects', 'carried_by']
    """
    _check(confidence, correction)
    found, undefined = _estimate(models, data, method, factors, inference, key, n_bootstraps)
    contrasts = np.eye(len(models), len(models) + 1)
    table = found.test(contrasts, confidence).rename(columns={"estimate": "mean"})
    table["low"], table["high"] = table["low"].clip(lower=-1), table["high"].clip(upper=1)
    table["p"] = corrected(table["p"].to_numpy(), correction)
    table["p_ceiling"] = corrected(found.falls_short(), correction)
    table["p_above"] = corrected(found.exceeds(), correction)
    table["undefined"] = undefined[:-1]
    table["seeds"] = [len(rows) for rows in models.values()]
    table["subjects"] = len(data)
    table["carried_by"] = _carried_by(found, contrasts, data)
    table = table.set_axis(pd.Index(models, name="model"))
    table.attrs["methods"] = describe_comparison(
        models,
        data,
        method=method,
        factors=factors,
        confidence=confidence,
        correction=correction,
        inference=inference,
        n_bootstraps=n_bootstraps,
        tests_ceiling=bool(table["p_ceiling"].notna().any()),
    )
    return table


def differences(
    models: Mapping[str, RDMs],
    data: RDMs,
    *,
    pairs: Sequence[tuple[str, str]] | None = None,
    method: str = "pearson",
    confidence: float = 0.95,
    factors: Sequence[str] = EVERY_FACTOR,
    correction: str = "none",
    inference: str = "jackknife",
    key: PRNGKey | None = None,
    n_bootstraps: int = 1000,
    paired_seeds: bool = False,
) -> pd.DataFrame:
    """Test the differences between models in their similarity to the data, on the same stimuli and subjects.

    Variation that two models share, such as stimuli that are difficult for both, cancels in the difference, so that the
    difference is estimated more precisely than either mean. The options are those of :func:`compare`.

    Parameters
    ----------
    pairs : sequence of (str, str), optional
        The models to compare, first minus second. Default every pair.
    correction : {"none", "holm", "fdr"}
        Adjustment of the p values for the number of pairs. Default none.
    paired_seeds : bool
        Whether row i of every model belongs together (a layer before and after training, two layers of one
        network), so that seeds are drawn for all models at once. Default: the seeds of models are independent.

    Returns
    -------
    DataFrame
        Columns ``a``, ``b``, ``difference``, ``low``, ``high``, ``se``, ``p`` (two-sided), and ``carried_by``, the few
        stimuli that have more than half of the influence on the difference. ``attrs["methods"]`` says in a paragraph
        what was done.

    Raises
    ------
    InputError
        As :func:`compare`; for an unknown model in `pairs`, or one twice, or paired seeds of different number.

    Examples
    --------
    >>> import numpy as np
    >>> from isocortex import RDMs
    >>> rng = np.random.default_rng(0)
    >>> data, other = (RDMs(rng.random((2, 45)), np.arange(10)) for _ in range(2))
    >>> table = differences({"itself": data, "other": other}, data)
    >>> table[["a", "b"]].values.tolist()
    [['itself', 'other']]
    """
    names = list(models)
    for name in {name for pair in pairs or () for name in pair}:
        look_up("model", name, dict(models))
    chosen = list(combinations(names, 2)) if pairs is None else list(pairs)
    require(bool(chosen), "There are fewer than two models to compare.")
    for a, b in chosen:
        require(a != b, f"A difference needs two models; got {a!r} twice.")
    if paired_seeds:
        rows = {name: len(stack) for name, stack in models.items()}
        require(len(set(rows.values())) == 1, f"Paired seeds need the same number of rows in every model; got {rows}.")
    _check(confidence, correction)
    found, _ = _estimate(models, data, method, factors, inference, key, n_bootstraps, paired_seeds=paired_seeds)
    contrasts = np.zeros((len(chosen), len(models) + 1))
    for row, (a, b) in enumerate(chosen):
        contrasts[row, names.index(a)] += 1
        contrasts[row, names.index(b)] -= 1
    table = found.test(contrasts, confidence).rename(columns={"estimate": "difference"})
    table["p"] = corrected(table["p"].to_numpy(), correction)
    table.insert(0, "a", [a for a, _ in chosen])
    table.insert(1, "b", [b for _, b in chosen])
    table["carried_by"] = _carried_by(found, contrasts, data)
    table.attrs["methods"] = describe_differences(
        models,
        data,
        n_pairs=len(chosen),
        method=method,
        factors=factors,
        confidence=confidence,
        correction=correction,
        inference=inference,
        n_bootstraps=n_bootstraps,
        paired_seeds=paired_seeds,
    )
    return table


def _carried_by(found: Uncertainty, contrasts: Contrasts, data: RDMs) -> list[tuple[object, ...]]:
    """Return the labels of the few stimuli that have most of the influence on each contrast, if there are such."""
    return [tuple(data.stimuli[places].tolist()) for places in found.few_that_carry(contrasts)]


def _check(confidence: float, correction: str) -> None:
    require(0 < confidence < 1, f"confidence must be between 0 and 1, such as 0.95; got {confidence}.")
    CORRECTIONS.named(correction)


def _estimate(
    models: Mapping[str, RDMs],
    data: RDMs,
    method: str,
    factors: Sequence[str],
    inference: str,
    key: PRNGKey | None,
    n_bootstraps: int,
    *,
    paired_seeds: bool = False,
) -> tuple[Uncertainty, np.ndarray]:
    """Check what is compared, and estimate the covariance of the models' means."""
    require(bool(models), "There are no models to compare.")
    require(bool(factors), "Name at least one factor that is a random sample: stimulus, subject or seed.")
    require(n_bootstraps >= 2, f"bootstraps must be at least 2; got {n_bootstraps}.")
    look_up("inference", inference, dict.fromkeys(METHODS))
    for factor in factors:
        look_up("factor", factor, FACTORS)
    for rows in models.values():
        require_same_stimuli(data, rows)
    stacks, options = list(models.values()), {"method": method, "factors": factors, "paired_seeds": paired_seeds}
    if inference == "jackknife":
        return jackknife(stacks, data, **options)
    for rows in models.values():
        shared_pairs(data, rows)
    if key is None:
        raise InputError("The dual bootstrap draws samples; give it a key, such as jax.random.key(0).")
    return dual_bootstrap(stacks, data, key=key, n_bootstraps=n_bootstraps, **options)
