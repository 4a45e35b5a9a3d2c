"""Orientation decoded by several decoders: errors on the circle, their uncertainty, and what numbers do to them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import jax
import numpy as np
import pandas as pd
import xarray as xr

from ...analysis import fit_psychometric, tally
from ...analysis.decoding import Decoding, decode
from ...analysis.decoding.descent import PUBLISHED_REGRESSION, regression
from ...analysis.decoding.held_out import standardization
from ...analysis.decoding.plan import Plan, plan_of
from ...analysis.decoding.targets import wrapped
from ...analysis.inference import Split, Uncertainty, bootstrap
from ...shapes import PRNGKey

PERIOD = 180.0
CONTROL = "constant"
OF_ANGLES = ("ridge", "gaussian-bayes", "poisson-bayes", "population-vector", CONTROL)
NETWORK = "mlp"
BY_SIZE = "ridge"
"""Decoder of the curves against numbers of neurons and trials."""
FEWEST = 10
"""Orientations that a recording must have."""
MANY_REPEATS = 3
"""Responses to an orientation from which on they are trials, which can be held out; two are halves of an average."""
NEAR = 30.0
"""Degrees from the boundary up to which trials count for the neurometric function."""
BIN = 5.0
"""Width in degrees of the bins in which its points are drawn."""
DRAWS = 2
N_BOOTSTRAPS = 500
CONFIDENCE = 0.95


@dataclass(frozen=True, eq=False)
class Decoded:
    """What decoders told of held-out responses.

    Attributes
    ----------
    by_decoder : mapping of str to mapping of str to Decoding
        Decoder → animal → its predictions.
    errors : DataArray, shape (decoder, subject, sample)
        Signed, in degrees within ±90; NaN after the last sample of an animal.
    by : str or None
        "stimulus" where orientations were held out, None where trials were.
    loss : mapping of str to array, shape (step,)
        Animal → mean squared error (degrees²) of the network while it was trained on all responses.
    """

    by_decoder: Mapping[str, Mapping[str, Decoding]]
    errors: xr.DataArray
    by: str | None
    loss: Mapping[str, np.ndarray]

    @property
    def best(self) -> str:
        """The decoder with the smallest median error."""
        medians = median_errors(self.errors)
        return str(medians["decoder"].values[int(medians.values.argmin())])

    def actual(self, animal: str) -> np.ndarray:
        """Return the orientations that were shown."""
        return next(iter(self.by_decoder.values()))[animal].target.values

    def angles(self, decoder: str, animal: str) -> np.ndarray:
        """Return the orientations that were decoded, in degrees within ±90."""
        return wrapped(self.by_decoder[decoder][animal].predicted.values, PERIOD)


def held_out_by(neurons: Mapping[str, xr.DataArray]) -> str | None:
    """Return "stimulus" where responses are averages over trials, which have nothing else to hold out."""
    trials = all(x.sizes.get("repeat", 1) >= MANY_REPEATS or "trial" in x.dims for x in neurons.values())
    return None if trials else "stimulus"


def decoded(
    neurons: Mapping[str, xr.DataArray], n_folds: int, key: PRNGKey, advance: Callable[[int, int], Any]
) -> Decoded:
    """Decode the orientation of every response by every decoder, with the same folds."""
    by = held_out_by(neurons)
    names, found = (*OF_ANGLES, NETWORK), {}
    for i, name in enumerate(names):
        how: dict[str, Any] = {"decoder": name, "period": PERIOD}
        if name == NETWORK:
            how = {"decoder": PUBLISHED_REGRESSION, "numbers": True}
        found[name] = {animal: decode(x, n_folds=n_folds, by=by, key=key, **how) for animal, x in neurons.items()}
        advance(i + 1, len(names))
    longest = max(len(one.target.values) for one in found[CONTROL].values())
    errors = np.full((len(names), len(neurons), longest), np.nan)
    for i, name in enumerate(names):
        for j, one in enumerate(found[name].values()):
            errors[i, j, : len(one.target.values)] = wrapped(one.predicted.values - one.target.values, PERIOD)
    labelled = xr.DataArray(
        errors, {"decoder": list(names), "subject": list(neurons)}, ("decoder", "subject", "sample")
    )
    return Decoded(found, labelled, by, {animal: _loss(one) for animal, one in found[NETWORK].items()})


def _loss(found: Decoding) -> np.ndarray:
    """Return the loss of the published network on all responses, at the learning rate that most folds chose."""
    rates, counts = np.unique(found.penalties, return_counts=True)
    x, y = found.samples.x, found.target.coded()
    mean, scale = standardization(x)
    return regression((x - mean) * scale, y, [float(rates[counts.argmax()])], key=jax.random.key(0))[0][0]


def median_errors(errors: xr.DataArray) -> xr.DataArray:
    """Return the median absolute error of each decoder, averaged over animals."""
    return abs(errors).median("sample").mean("subject")


def uncertainty(errors: xr.DataArray, key: PRNGKey) -> Uncertainty:
    """Return the uncertainty of the median absolute errors over animals and responses."""
    factors = [factor for factor in ("subject", "sample") if errors.sizes[factor] > 1]

    median = np.nanmedian if np.isnan(errors.values).any() else np.median  # the second takes a third of the time

    def medians(sample: xr.DataArray) -> np.ndarray:
        return median(np.abs(sample.transpose("decoder", "subject", "sample").values), axis=-1).mean(axis=-1)

    return bootstrap(medians, errors, factors, key=key, n_bootstraps=N_BOOTSTRAPS)


def by_size(neurons: Mapping[str, xr.DataArray], n_folds: int, key: PRNGKey) -> pd.DataFrame:
    """Decode from random subsets of the neurons, and of the training responses; each is tested on a fold of its own.

    Returns
    -------
    DataFrame
        Columns ``of`` ("neurons" or "responses"), ``number``, ``animal``, ``draw``, ``error`` (median, degrees).
    """
    by, rows = held_out_by(neurons), []
    for i, (animal, x) in enumerate(neurons.items()):
        plan = plan_of(x, "stimulus", decoder=BY_SIZE, period=PERIOD, n_folds=n_folds, by=by)
        n, p = len(plan.folds[0].train), x.sizes["unit"]
        for of, total in (("neurons", p), ("responses", n)):
            for size in sizes_up_to(total):
                for draw in range(1 if size == total else min(DRAWS, n_folds)):
                    drawn = jax.random.fold_in(jax.random.fold_in(key, i), draw)
                    tested = plan.folds if size == total else plan.folds[draw : draw + 1]
                    error = _error_from(plan, tested, drawn, **{of: size})
                    rows.append({"of": of, "number": size, "animal": animal, "draw": draw, "error": error})
    return pd.DataFrame(rows)


def sizes_up_to(total: int) -> list[int]:
    """Return round numbers in steps of about two, and the total.

    Examples
    --------
    >>> sizes_up_to(300)
    [10, 20, 50, 100, 200, 300]
    """
    steps = [step * 10**power for power in range(1, 6) for step in (1, 2, 5)]
    return [*(size for size in steps if size < 0.9 * total), total]


def _error_from(
    plan: Plan, folds: Sequence[Split], key: PRNGKey, neurons: int | None = None, responses: int | None = None
) -> float:
    """Return the median absolute error of decoders of some neurons, trained on some responses."""
    x, wanted = plan.samples.x, plan.target
    units = np.sort(np.asarray(jax.random.permutation(key, x.shape[-1]))[:neurons])
    smaller = _with_units(plan, units)
    errors = []
    for i, fold in enumerate(folds):
        order = np.asarray(jax.random.permutation(jax.random.fold_in(key, i), len(fold.train)))[:responses]
        readout, _ = smaller.fitted(np.sort(fold.train[order]))
        decoded = wanted.decoded(readout(smaller.samples.x[fold.test]))
        errors.append(np.abs(wanted.errors(decoded, wanted.values[fold.test])))
    return float(np.median(np.concatenate(errors)))


def _with_units(plan: Plan, units: np.ndarray) -> Plan:
    return replace(plan, samples=replace(plan.samples, x=plan.samples.x[:, units]))


@dataclass(frozen=True, eq=False)
class Neurometric:
    """How surely the decoded side of a boundary is the right one.

    Attributes
    ----------
    decoder : str
    points : mapping of str to Dataset
        Animal → share decoded on the clockwise side of the boundary, in bins of the distance from it.
    fits : DataFrame
        A row per animal, from :func:`isocortex.analysis.fit_psychometric`; ``threshold`` is where 75 % are right.
    """

    decoder: str
    points: Mapping[str, xr.Dataset]
    fits: pd.DataFrame


def neurometric(found: Decoded, boundary: float) -> Neurometric | None:
    """Fit the share of responses that are decoded clockwise of a boundary, by the best decoder.

    Returns
    -------
    Neurometric or None
        None where fewer than three orientations lie within 30° of the boundary.
    """
    best, points, fits = found.best, {}, []
    for animal in found.by_decoder[best]:
        distance = wrapped(found.actual(animal) - boundary, PERIOD)
        near = (np.abs(distance) <= NEAR) & (distance != 0)
        side = wrapped(found.angles(best, animal)[near] - boundary, PERIOD) > 0
        if len(np.unique(distance[near])) < 3 or not (distance[near] < 0).any() or not (distance[near] > 0).any():
            return None
        exact = tally(np.round(distance[near], 6), side.astype(int))
        fits.append(fit_psychometric(exact, curve="gaussian", signed=True, at=0.5))
        points[animal] = tally(np.floor(distance[near] / BIN) * BIN + BIN / 2, side.astype(int))
    return Neurometric(best, points, pd.concat(fits, ignore_index=True))
