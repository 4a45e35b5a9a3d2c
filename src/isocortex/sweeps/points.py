"""The points of a sweep: every combination of the values, or a random sample of them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np

from ..errors import InputError, require, unknown
from ..experiments.shared.options import options_of, plain
from ..experiments.shared.protocol import Experiment
from .values import values

MOST = 100_000
"""Points of one sweep."""
NOT_VARIED = ("out", "resume")


def points(
    base: Experiment, vary: Mapping[str, str | Sequence[Any]], *, sample: int | None = None, seed: int = 0
) -> list[Experiment]:
    """Return the experiments of a sweep, each checked.

    Parameters
    ----------
    base : Experiment
        Its options hold wherever they are not varied.
    vary : mapping of str to str or sequence
        Name of an option → what it is varied over, as :func:`isocortex.sweeps.values.values` explains.
    sample : int, optional
        Draw that many points at random. Default: every combination.
    seed : int
        Of the draws.

    Raises
    ------
    InputError
        For an unknown option, a value or a combination that the experiment does not take, or too many points.

    Examples
    --------
    >>> from isocortex.experiments import experiment
    >>> found = points(experiment("poisson")(), {"rate": "20,40", "refractory": "0:10:3"})
    >>> [(point.rate, point.refractory) for point in found[:4]]
    [(20.0, 0.0), (20.0, 5.0), (20.0, 10.0), (40.0, 0.0)]
    """
    known = options_of(base)
    require(bool(vary), "A sweep varies at least one option: --vary NAME=VALUE,VALUE.")
    for name in vary:
        if name not in known or name in NOT_VARIED:
            raise unknown("option", name, [option for option in known if option not in NOT_VARIED])
    over = {name: values(known[name], given) for name, given in vary.items()}
    if sample is None:
        ranges = [declared.option.flag for declared in over.values() if not declared.listed]
        require(not ranges, f"{' and '.join(ranges)}: say how many numbers of the range, LOW:HIGH:NUMBER, or --sample.")
        n = int(np.prod([float(len(declared.listed)) for declared in over.values()]))
        require(n <= MOST, f"These values make {n:,} points; a sweep has at most {MOST:,}.")
        chosen = [dict(zip(over, found, strict=True)) for found in product(*(each.listed for each in over.values()))]
    else:
        require(1 <= sample <= MOST, f"--sample takes 1…{MOST:,} points; got {sample}.")
        rng = np.random.default_rng(seed)
        chosen = [{name: declared.draw(rng) for name, declared in over.items()} for _ in range(sample)]
    return [_checked(base, options) for options in chosen]


def _checked(base: Experiment, options: Mapping[str, Any]) -> Experiment:
    try:
        return replace(base, **options)
    except InputError as error:
        where = ", ".join(f"{name} {plain(value)}" for name, value in options.items())
        raise InputError(f"The point {where} cannot be run: {error}") from error
