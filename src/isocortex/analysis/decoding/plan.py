"""What is decoded from what, by which decoder, in which folds: checked before anything is fitted."""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import xarray as xr

from ...errors import require
from ...formats import counted, listed, significant
from ...shapes import PRNGKey
from ..inference import Split, require_no_leak, splits
from .decoders import DECODERS, Decoder, from_scikit_learn
from .held_out import INNER_FOLDS, fitted
from .samples import Samples, samples_of
from .targets import Kind, Target, looks_like_radians, target_of


@dataclass(frozen=True, eq=False)
class Plan:
    """What is decoded, how, and which samples are held out.

    Attributes
    ----------
    samples : Samples
    target : Target
    decoder : Decoder
    folds : list of Split
    penalties : tuple of float
        Values of the decoder's hyper-parameter to choose from.
    groups : array of int, shape (sample,)
        Samples of one group are never on both sides of a split.
    by : str or None
        The coordinate that groups samples.
    notes : tuple of str
        What was left out, and what a reader should know.
    """

    samples: Samples
    target: Target
    decoder: Decoder
    folds: Sequence[Split]
    penalties: tuple[float, ...]
    groups: np.ndarray
    by: str | None
    notes: tuple[str, ...]

    def fitted(
        self, train: np.ndarray, y: np.ndarray | None = None
    ) -> tuple[Callable[[np.ndarray], np.ndarray], tuple[float, ...]]:
        """Fit the decoder to some samples, also under other labels; see :func:`.held_out.fitted`."""
        return fitted(
            self.samples.x,
            self.target.coded() if y is None else y,
            train,
            self.decoder,
            self.target.kind,
            penalties=self.penalties,
            groups=self.groups,
        )

    def describe(self, chosen: Sequence[float] = ()) -> str:
        """Return what is done, in words; `chosen` are the hyper-parameters of the folds."""
        kept = f", each {self.by} in one of them," if self.by else ""
        read = {"class": f"{len(self.target.classes)} classes", "number": "Numbers", "angle": "Angles"}[
            self.target.kind
        ]
        parts = [
            f"{read} were decoded by {self.decoder.label}, with {len(self.folds)} folds{kept} that were held out one "
            "after the other."
        ]
        if self.decoder.standardized:
            parts.append("Units were standardized by the mean and standard deviation of the training samples.")
        if len(self.penalties) > 1:
            values = listed(significant(value) for value in sorted(set(chosen)))
            among = f"{significant(min(self.penalties))} to {significant(max(self.penalties))}"
            parts.append(
                f"The {self.decoder.penalty} was chosen from {among} by an inner cross-validation of the training "
                f"samples ({INNER_FOLDS} folds){f': {values}' if chosen else ''}."
            )
        return " ".join(parts)


def plan_of(
    responses: xr.DataArray,
    target: str | Sequence[Any] | np.ndarray,
    *,
    decoder: Any,
    period: float | int | None = None,
    numbers: bool = False,
    n_folds: int = 5,
    by: str | None = None,
    penalties: Sequence[float] | None = None,
    key: PRNGKey | None = None,
    conditions: str | None = None,
) -> Plan:
    """Check what is to be decoded, and divide the samples into folds; see :func:`decode` for the parameters.

    `conditions` names a coordinate in whose every value the classes are dealt out to the folds in equal shares.
    """
    samples, given, notes = labelled_samples(responses, target)
    kind: Kind = "angle" if period is not None else "number" if numbers else "class"
    wanted = target_of(given, kind, None if period is None else float(period))
    if period is not None and looks_like_radians(wanted.values, wanted.period):
        warnings.warn("The angles look like radians; they are taken as degrees.", stacklevel=3)
    how = decoder_of(decoder, kind)
    require_fits(how, kind, samples.x)
    groups = np.unique(samples.label("sample" if by is None else by), return_inverse=True)[1]
    folds = stratified(wanted, groups, n_folds, key, samples.label(conditions) if conditions else None)
    tried = tuple(how.penalties if penalties is None else map(float, penalties))
    require(all(value >= 0 for value in tried), f"Penalties must not be negative; got {tried}.")
    notes = (*notes, *unequal(wanted), *silent(samples.x))
    return Plan(samples, wanted, how, folds, tried, groups, by, notes)


def decoder_of(decoder: Any, kind: Kind) -> Decoder:
    """Return a decoder by its name, as it is, or from an estimator of scikit-learn."""
    if isinstance(decoder, Decoder):
        return decoder
    return DECODERS.named(decoder) if isinstance(decoder, str) else from_scikit_learn(decoder, kind)


def labelled_samples(
    responses: xr.DataArray, target: str | Sequence[Any] | np.ndarray
) -> tuple[Samples, np.ndarray, tuple[str, ...]]:
    """Return the samples that have a label, their labels, and what was left out."""
    samples = samples_of(responses)
    n = samples.x.shape[-2]
    given = samples.label(target) if isinstance(target, str) else np.asarray(target)
    require(given.shape == (n,), f"There are {n} samples, and the labels have the shape {given.shape}.")
    if given.dtype.kind == "O":
        given = np.array(["" if value is None else value for value in given.tolist()])
    missing = (
        np.isnan(given) if given.dtype.kind == "f" else given == "" if given.dtype.kind == "U" else np.zeros(n, bool)
    )
    require(not missing.all(), "No sample has a label.")
    if not missing.any():
        return samples, given, ()
    kept = {name: values[~missing] for name, values in samples.labels.items()}
    said = (
        f"{counted(int(missing.sum()), 'sample')} without a label {'was' if missing.sum() == 1 else 'were'} left out."
    )
    return Samples(samples.x[..., ~missing, :], kept, samples.outer), given[~missing], (said,)


def require_fits(how: Decoder, kind: Kind, x: np.ndarray) -> None:
    """Raise unless the decoder can decode such a target from such responses."""
    wanted = {"class": "classes", "number": "numbers", "angle": "angles"}
    able = listed((wanted[one] for one in how.kinds), "or")
    require(kind in how.kinds, f"{how.label[0].upper()}{how.label[1:]} decodes {able}, and not {wanted[kind]}.")
    if how is DECODERS["poisson-naive-bayes"]:
        require(
            bool((x >= 0).all()), "Naive Bayes with Poisson noise takes spike counts, and some responses are negative."
        )


def stratified(
    target: Target, groups: np.ndarray, n_folds: int, key: PRNGKey | None, conditions: np.ndarray | None
) -> list[Split]:
    """Return folds that keep groups together; where every sample is by itself, they share out classes equally.

    So they do in each condition.

    Raises
    ------
    InputError
        If there are fewer trials of a class, or fewer groups, than folds; or if the training samples of a fold lack a
        class.
    """
    within = np.zeros(len(groups), int) if conditions is None else conditions
    if len(np.unique(groups)) < len(groups) or target.kind != "class":
        folds = splits(groups, n_folds, key=key)
    else:
        require(n_folds >= 2, f"A cross-validation needs at least 2 folds; got {n_folds}.")
        rank = np.empty(len(groups), int)
        for i, (one, condition) in enumerate(product(target.classes, np.unique(within))):
            places = np.flatnonzero((target.values == one) & (within == condition))
            where = f" in the condition {condition}" if conditions is not None else ""
            require(
                len(places) >= n_folds,
                f"The class {one} has {counted(len(places), 'trial')}{where}, and {n_folds} folds need at least "
                f"{n_folds} of each; lower n_folds.",
            )
            order = np.arange(len(places)) if key is None else _shuffled(key, i, len(places))
            rank[places[order]] = np.arange(len(places)) % n_folds
        folds = splits(rank, n_folds)
    if target.kind == "class":
        for fold in folds:
            lacking = np.setdiff1d(target.classes, target.values[fold.train])
            require(
                len(lacking) == 0,
                f"The class {next(iter(lacking), '')} is in one fold only, so that a decoder cannot have seen it "
                "before it is tested; split by another label, or decode numbers.",
            )
    require_no_leak(folds, groups)
    return folds


def _shuffled(key: PRNGKey, i: int, n: int) -> np.ndarray:
    import jax

    return np.asarray(jax.random.permutation(jax.random.fold_in(key, i), n))


def unequal(target: Target) -> tuple[str, ...]:
    """Return a sentence where classes have different numbers of samples."""
    if target.kind != "class":
        return ()
    counts = [int((target.values == one).sum()) for one in target.classes]
    if min(counts) == max(counts):
        return ()
    return (f"Classes have {min(counts)} to {max(counts)} samples; accuracy is averaged over the classes.",)


def silent(x: np.ndarray) -> tuple[str, ...]:
    """Return a sentence where some units never vary."""
    never = int((np.ptp(x, axis=-2) == 0).reshape(-1, x.shape[-1]).all(axis=0).sum())
    if not never:
        return ()
    says = "varies, and says" if never == 1 else "vary, and say"
    return (f"{counted(never, 'unit')} never {says} nothing.",)
