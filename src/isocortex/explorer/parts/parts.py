"""Which parts fit what a run or a file holds."""

from collections.abc import Callable, Mapping
from typing import Any

import xarray as xr

from ...analysis.rsa import DISSIMILARITIES
from ..view import View
from .comparison import ComparisonPart, Sides
from .noise import NoisePart
from .rdm import RDMPart
from .source import Source
from .states import StatesPart, conditions_of
from .trial import TrialPart, variants_of
from .tuning import TuningPart

Makers = dict[str, Callable[[], View]]


def parts_of(owner: View, source: Source, options: Mapping[str, Any]) -> Makers:
    """Return the parts that fit, by the title of their tab.

    Parameters
    ----------
    owner : View
    source : Source
    options : mapping
        Of the run; its dissimilarity and similarity are chosen first.
    """
    dissimilarity = str(options.get("dissimilarity", "correlation"))
    dissimilarity = dissimilarity if dissimilarity in DISSIMILARITIES else "correlation"
    x = source.responses
    found: Makers = {}
    if sides := sides_of(source):
        grid = next(iter(x.values()))["stimulus"].dtype.kind == "f"  # orientations cover the circle: they are no sample
        chosen = {"inference": "subjects" if grid else "both"}
        chosen |= {"dissimilarity": dissimilarity, "similarity": str(options.get("similarity", "spearman"))}
        found["Comparison"] = lambda: ComparisonPart(owner, sides, **chosen)
    if source.with_rdms:
        found["RDM"] = lambda: RDMPart(owner, source, dissimilarity)
    still = [name for name, each in x.items() if "time" not in each.dims and not set(each.dims) - STILL]
    if still:
        found["Tuning"] = lambda: TuningPart(owner, source, still)
    repeated = [name for name, each in x.items() if _is_repeated(each)]
    if repeated:
        found["Signal and noise"] = lambda: NoisePart(owner, source, repeated)
    moving = [name for name, each in x.items() if {"trial", "time"} <= set(each.dims) and each.sizes["unit"] > 2]
    moving = [name for name in moving if conditions_of(x[name])]
    if moving:
        first = sorted(moving, key=lambda name: -x[name].sizes["unit"])
        found["State space"] = lambda: StatesPart(owner, source, first)
    if variants_of(source):
        found["One trial"] = lambda: TrialPart(owner, source)
    return found


STILL = {"seed", "repeat", "stimulus", "trial", "unit"}


def _is_repeated(x: xr.DataArray) -> bool:
    if set(x.dims) == {"trial", "unit"}:
        return 1 < len(set(x["stimulus"].values.tolist())) < x.sizes["trial"]
    return set(x.dims) == {"repeat", "stimulus", "unit"} and x.sizes["repeat"] > 1


def sides_of(source: Source) -> Sides | None:
    """Return the layers and the brains of a run, where it keeps both, for the same stimuli.

    A run keeps layers under ``<networks>/<layer>``, and what was measured under plain names.
    """
    fit = {name: x for name, x in source.responses.items() if not set(x.dims) - (STILL - {"trial"})}
    data = {name: x for name, x in fit.items() if "/" not in name and "seed" not in x.dims}
    models = {name: x for name, x in fit.items() if "/" in name and x.sizes["unit"] > 1}
    models = {name: x for name, x in models.items() if all(x["stimulus"].equals(y["stimulus"]) for y in data.values())}
    if not data or not models:
        return None
    python = f"{source.python}\nmodels = responses\ndata = {{name: responses[name] for name in {list(data)!r}}}"
    return Sides(python, models, data)
