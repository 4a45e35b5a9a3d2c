"""Join spike trains: units that were recorded together, further trials, or what came next."""

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import numpy as np
import pandas as pd

from ..errors import require, unknown
from .labels import names
from .trains import SpikeTrains

SIZES = {"unit": "n_units", "trial": "n_trials", "time": "duration"}


def concatenate(parts: Sequence[SpikeTrains], along: str) -> SpikeTrains:
    """Join spike trains.

    Parameters
    ----------
    parts : sequence of SpikeTrains
    along : "unit", "trial" or "time"
        ``"unit"``: units that were recorded at the same time, such as those of two probes. ``"trial"``: further trials
        of the same units. ``"time"``: each part follows the one before, and its times are moved to where that one
        ended. The other two numbers must agree, and so must start and duration, except along time.

    Returns
    -------
    SpikeTrains
        With the names that its units and trials have in the parts; they are numbered anew where a name occurs twice.
        Labels of what is not joined are those of the first part.

    Raises
    ------
    InputError
        If there is nothing to join, or the parts do not fit together.

    Examples
    --------
    >>> one = SpikeTrains.from_lists([[1.0, 4.0]], duration=10)
    >>> concatenate([one, one], "time").times.tolist()
    [1.0, 4.0, 11.0, 14.0]
    >>> concatenate([one, one], "unit").n_units, concatenate([one, one], "trial").n_trials
    (2, 2)
    """
    require(len(parts) > 0, "There are no spike trains to join.")
    if along not in SIZES:
        raise unknown("dimension to join along", along, SIZES)
    first = parts[0]
    size = SIZES[along]
    for name in {*SIZES.values(), "start"} - ({size, "start"} if along == "time" else {size}):
        found = {getattr(part, name) for part in parts}
        require(
            len(found) == 1,
            f"Spike trains that are joined along {along} must have the same {name}; they have {sorted(found)}.",
        )
    ends = [*accumulate((getattr(part, size) for part in parts), initial=0)]
    shift = {name: [0 for _ in parts] for name in ("times", "unit", "trial")}
    if along == "time":
        shift["times"] = [first.start + end - part.start for end, part in zip(ends, parts, strict=False)]
    else:
        shift[along] = ends[:-1]
    joined: dict[str, Any] = {
        name: np.concatenate([getattr(part, name) + by for part, by in zip(parts, moved, strict=True)])
        for name, moved in shift.items()
    }
    joined |= {name: getattr(first, name) for name in ("n_units", "n_trials", "duration", "start", "units", "trials")}
    joined[size] = ends[-1]
    joined["times"] = np.minimum(joined["times"], joined["start"] + joined["duration"])  # sums may round beyond it
    if along != "time":
        joined[f"{along}s"] = _joined([getattr(part, f"{along}s") for part in parts], ends)
    return SpikeTrains.from_spikes(**joined)


def _joined(tables: list[pd.DataFrame | None], before: list[int]) -> pd.DataFrame | None:
    """Join the tables of units or trials, if there is one; `before` counts the rows before each."""
    if all(table is None for table in tables):
        return None
    rows = np.diff(before).tolist()
    known = [
        pd.DataFrame(index=names(table, n)) if table is None else table for table, n in zip(tables, rows, strict=True)
    ]
    joined = pd.concat(known)
    return joined if joined.index.is_unique else joined.reset_index(drop=True)
