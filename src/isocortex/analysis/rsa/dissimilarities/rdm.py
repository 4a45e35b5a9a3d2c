"""Compute representational dissimilarity matrices from responses, with one matrix product each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import xarray as xr

from ....cores import keep_freed_memory
from ....errors import InputError, require
from ....rdms import RDMs
from ....registries import Registry
from ....responses import FEWEST_OF_A_PAIR, check
from ..ties import ROUNDING, settled
from .crossvalidated import crossnobis, crossvalidated_euclidean, crossvalidated_poisson
from .noise import NoisePrecision
from .observations import group_mean, observe
from .patterns import correlation_distance, cosine_distance, in_single, mahalanobis, poisson, squared_euclidean

Noise = NoisePrecision | Mapping[Any, NoisePrecision]


@dataclass(frozen=True)
class Dissimilarity:
    """How two stimuli are compared.

    Attributes
    ----------
    function : callable
        Of a stimulus × unit matrix (NumPy or JAX); of :class:`Observations` if cross-validated.
    measure : str
        What the numbers are, for axes.
    takes : "noise", "prior" or None
        The option of :func:`rdm` that it takes. Noise is needed where it is taken.
    crossvalidated : bool
    """

    function: Callable[..., Any]
    measure: str
    takes: Literal["noise", "prior"] | None = None
    crossvalidated: bool = False


POISSON = "symmetrised Poisson Kullback–Leibler divergence per unit"
DISSIMILARITIES: Registry[Dissimilarity] = Registry(
    "dissimilarity",
    "dissimilarities",
    {
        "correlation": Dissimilarity(correlation_distance, "1 − Pearson correlation"),
        "cosine": Dissimilarity(cosine_distance, "1 − cosine"),
        "euclidean": Dissimilarity(squared_euclidean, "squared Euclidean distance per unit"),
        "mahalanobis": Dissimilarity(mahalanobis, "squared Mahalanobis distance per unit", "noise"),
        "poisson": Dissimilarity(poisson, POISSON, "prior"),
        "cv-euclidean": Dissimilarity(
            crossvalidated_euclidean, "cross-validated squared Euclidean distance per unit", crossvalidated=True
        ),
        "crossnobis": Dissimilarity(
            crossnobis, "cross-validated squared Mahalanobis distance per unit", "noise", crossvalidated=True
        ),
        "cv-poisson": Dissimilarity(crossvalidated_poisson, f"cross-validated {POISSON}", "prior", crossvalidated=True),
    },
)

NOISELESS = {
    "mahalanobis": "euclidean",
    "cv-euclidean": "euclidean",
    "crossnobis": "euclidean",
    "cv-poisson": "poisson",
}
"""Dissimilarity of noisy repeats → what it is for a model that has none."""


def rdm(
    responses: xr.DataArray | Mapping[str, xr.DataArray],
    dissimilarity: str = "correlation",
    *,
    noise: Noise | Mapping[str, Noise] | None = None,
    prior: tuple[float, float] | None = None,
    undefined: Literal["error", "drop"] = "error",
) -> RDMs:
    """Compute representational dissimilarity matrices.

    Parameters
    ----------
    responses : DataArray or mapping of str to DataArray
        (repeat ×) stimulus × unit; a leading ``seed`` gives one row per seed. Or trial × unit with a ``stimulus`` for
        each trial, where stimuli were not shown equally often; the RDM is then over the sorted labels. A mapping
        (subject or layer → responses to the same stimuli) gives the rows of all, labelled by its keys.
    dissimilarity : str
        Default "correlation": 1 − Pearson correlation across units. The others are squared distances divided by the
        number of units. Of the responses averaged over trials:

        - "correlation", "cosine", "euclidean"
        - "mahalanobis", Euclidean after whitening with `noise`
        - "poisson", the symmetrised Kullback–Leibler divergence of spike counts.

        Cross-validated, with a mean of zero where two stimuli do not differ: leave-one-run-out, where the runs are
        those named by the coordinate ``run``, else the repeats. Trials whose runs are not named are taken as
        independent of each other.

        - "cv-euclidean", "crossnobis" (its whitened form; Walther et al. 2016, 10.1016/j.neuroimage.2015.12.012),
          "cv-poisson" (Schütt et al. 2023, 10.7554/eLife.82566).
    noise : NoisePrecision, optional
        From :func:`noise_precision`, for "mahalanobis" and "crossnobis". A mapping gives one per run (crossnobis),
        under the label of the run, or, for a mapping of responses, one per key.
    prior : (float, float), optional
        For Poisson: the rate and weight of a prior, so that rates are (counts + rate·weight) / (1 + weight). Default
        one spike with the weight of 0.1 trials.
    undefined : "error" or "drop"
        What to do with a seed or subject that answers some stimulus with a constant (for cosine: zero) response,
        for which the correlation is undefined: refuse, or leave its row out. "drop" also leaves out an RDM whose
        dissimilarities are all equal, which is similar to none.

    Returns
    -------
    RDMs
        In float64, computed in float64 over blocks of units: responses kept in a file (``np.load(…, mmap_mode="r")``)
        are in memory as a whole only where they are whitened, or cross-validated in an unbalanced design. Only for
        float32 responses with stimuli² × units above 2³⁷ (4000 × 8600) are the products of a block float32, which is
        twice as fast and leaves an error of about 10⁻⁷ of the squared length of the responses. Without a row if all
        were dropped.

    Raises
    ------
    InputError
        For an unknown dissimilarity, responses that cannot be analysed, subjects who saw different stimuli, an
        undefined RDM, noise that is missing or not used, negative counts, or too few runs to cross-validate.

    Examples
    --------
    >>> import numpy as np
    >>> from isocortex import responses, rsa
    >>> rdm(responses(np.array([[1.0, 2, 3], [3, 2, 1], [1, 0, 1]]))).dissimilarities.round(3)
    array([[2., 1., 1.]])
    >>> measured = responses(np.random.default_rng(0).normal(size=(8, 3, 50)))
    >>> rdm(measured, "crossnobis", noise=rsa.noise_precision(measured)).dissimilarities.shape
    (1, 3)
    """
    keep_freed_memory()
    how: Dissimilarity = DISSIMILARITIES.named(dissimilarity)
    options = _options(dissimilarity, how, noise=noise, prior=prior)
    if isinstance(responses, Mapping):
        return _of_many(responses, dissimilarity, how, options, undefined)
    require(
        isinstance(responses, xr.DataArray),
        f"Label the responses first, with isocortex.responses(…); got {type(responses).__name__}.",
    )
    check(responses, trials=True, fewest=FEWEST_OF_A_PAIR)
    extra = set(responses.dims) - {"seed", "repeat", "stimulus", "trial", "unit"}
    require(not extra, f"{responses.name} have the dimensions {sorted(map(str, extra))}; select or average them first.")
    seeded = "seed" in responses.dims
    labels = [str(s) for s in responses["seed"].values] if seeded else [str(responses.name)]
    rows, kept, stimuli = [], [], np.array([])
    for i, label in enumerate(labels):
        single = responses.isel(seed=i) if seeded else responses
        if how.crossvalidated:
            observed = observe(single)
            square, stimuli = how.function(observed, **options), observed.stimuli
        else:
            require(
                not isinstance(noise, Mapping),
                f"{dissimilarity!r} averages over runs and needs one noise precision for all of them; leave "
                "per_run=True out.",
            )
            patterns, stimuli = _average(single)
            flat = _undefined_rows(patterns, dissimilarity)
            if flat.any() and undefined == "drop":
                continue
            if flat.any():
                first = stimuli[np.argmax(flat)]
                raise InputError(
                    f"{responses.name}: {int(flat.sum())} of {len(flat)} stimuli have no {how.measure}, because every "
                    f"unit responds alike; the first is {first} (row {label}). Leave them out, or use --dissimilarity "
                    "euclidean."
                )
            square = how.function(patterns, **options)
        row = np.concatenate([line[j + 1 :] for j, line in enumerate(square)])
        row = settled(row[None], _resolution(row, single, dissimilarity))[0]
        if undefined == "drop" and np.ptp(row) == 0:
            continue
        rows.append(row)
        kept.append(label)
    pairs = len(stimuli) * (len(stimuli) - 1) // 2
    return RDMs(np.array(rows).reshape(len(rows), pairs), stimuli, tuple(kept), how.measure)


def _options(dissimilarity: str, how: Dissimilarity, **given: Any) -> dict[str, Any]:
    """Return the option that a dissimilarity takes, and refuse the others."""
    for name, value in given.items():
        require(
            value is None or name == how.takes,
            f"The dissimilarity {dissimilarity!r} takes no {name}"
            + ("; 'mahalanobis' and 'crossnobis' do." if name == "noise" else "; 'poisson' and 'cv-poisson' do."),
        )
    without = {"mahalanobis": "euclidean", "crossnobis": "cv-euclidean"}
    require(
        how.takes != "noise" or given["noise"] is not None,
        f"{dissimilarity!r} needs noise=isocortex.rsa.noise_precision(…); "
        f"{without.get(dissimilarity)!r} is the same without whitening.",
    )
    noise = given["noise"]
    require(
        noise is None or isinstance(noise, NoisePrecision | Mapping),
        f"noise must be what isocortex.rsa.noise_precision(…) returns; got {type(noise).__name__}. The precision of a "
        "known covariance is isocortex.rsa.NoisePrecision(np.zeros(units), np.linalg.cholesky(covariance)).",
    )
    return {name: value for name, value in given.items() if value is not None}


def _of_many(
    responses: Mapping[str, xr.DataArray],
    dissimilarity: str,
    how: Dissimilarity,
    options: dict[str, Any],
    undefined: Literal["error", "drop"],
) -> RDMs:
    """Return the rows of several subjects or layers, which must have seen the same stimuli."""
    require(bool(responses), "There are no responses to compute RDMs from.")
    noise = options.pop("noise", None)
    own = dict.fromkeys(responses, noise) if not isinstance(noise, Mapping) else noise
    missing = [name for name in responses if name not in own]
    require(not missing, f"There is no noise for {', '.join(map(repr, missing))}; there is for {', '.join(own)}.")
    rows = [
        rdm(array, dissimilarity, noise=own[name], undefined=undefined, **options) for name, array in responses.items()
    ]
    names = [name for name, row in zip(responses, rows, strict=True) for _ in row.labels]
    for name, row in zip(responses, rows, strict=True):
        require(
            len(row) <= 1,
            f"{name!r} has {len(row)} seeds, and subjects must have one RDM each; compute the RDMs of each seed "
            "separately.",
        )
        if not np.array_equal(row.stimuli, rows[0].stimuli):
            raise InputError(f"{name!r} saw other stimuli than {next(iter(responses))!r}, or in another order.")
    return RDMs(np.concatenate([row.dissimilarities for row in rows]), rows[0].stimuli, tuple(names), how.measure)


def _average(responses: xr.DataArray) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean over the trials of each stimulus, shape (stimulus, unit), and the stimuli."""
    if "trial" in responses.dims:
        observed = observe(responses)
        return group_mean(observed.values, observed.stimulus, len(observed.stimuli)), observed.stimuli
    averaged = responses.mean("repeat", dtype=float) if "repeat" in responses.dims else responses
    return averaged.transpose("stimulus", "unit").values, responses["stimulus"].values


def _resolution(row: np.ndarray, responses: xr.DataArray, dissimilarity: str) -> np.ndarray:
    """Return the difference up to which the dissimilarities of a row are the same, shape (1,).

    It is that of their largest, and for a correlation or cosine, which is taken from 1, that of 1. Responses have the
    rounding δ of their own type, and patterns that differ by no more than that are less than δ² apart. Where all
    patterns are the same in every unit, whatever is left of their distances is rounding. Products in single precision,
    whose blocks are added in double, are good to about 10⁻⁷.
    """
    own = ROUNDING * (np.finfo(responses.dtype).eps if responses.dtype.kind == "f" else np.finfo(float).eps)
    single = in_single(responses.values, responses.sizes.get("stimulus", 0))
    limit = 4 * np.finfo(np.float32).eps if single else ROUNDING * np.finfo(float).eps
    if dissimilarity in ("correlation", "cosine"):
        return np.array([max(limit, own**2)])
    patterns = responses.transpose(..., "unit").values.reshape(-1, responses.sizes["unit"])
    alike = all((np.ptp(part, axis=0) <= own * np.abs(part).max(axis=0)).all() for part in (patterns[:, :64], patterns))
    return np.array([np.inf if alike else limit * np.abs(row).max(initial=0)])


def _undefined_rows(values: np.ndarray, dissimilarity: str) -> np.ndarray:
    """Return which stimuli have no direction: constant responses for correlation, zero ones for cosine."""
    if dissimilarity not in ("correlation", "cosine"):
        return np.zeros(len(values), bool)
    level = values[:, :1] if dissimilarity == "correlation" else np.zeros((len(values), 1))
    alike = (values[:, :64] == level).all(axis=-1)
    alike[alike] = (values[alike] == level[alike]).all(axis=-1)
    return alike
