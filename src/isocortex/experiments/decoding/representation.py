"""How the dissimilarities of objects develop over time, and whether those at the peak hold at other times."""

from functools import partial

import numpy as np
import xarray as xr

from ... import plots
from ...analysis import rsa
from ...formats import p_value, significant
from ...rdms import RDMs
from ...report import Picture
from ...shapes import PRNGKey
from ..shared.tables import records

PEAK = "RDM at the peak"
BODIES = "face and hand"
OF_BODIES = ("face", "hand")
METHOD = "rho-a"
"""Takes no account of ties, of which a model of categories has many (Nili et al. 2014)."""


def representation(population: xr.DataArray, peak_ms: float, key: PRNGKey) -> rsa.OverTime:
    """Compare the RDMs at all times with that at one time, measured in other trials, and with a model of categories.

    Parameters
    ----------
    population : DataArray
        Repeat × time × stimulus × unit, with ``replicate`` along ``repeat``.
    peak_ms : float
        The time of the RDM that is a model, from every other trial; the data are the rest.
    """
    other = population["replicate"].values % 2 == 0
    models = {PEAK: rsa.rdm(population.isel(repeat=other).sel(time=peak_ms, drop=True))}
    stimuli = population["stimulus"].values
    bodies = np.isin(stimuli, OF_BODIES)
    if bodies.sum() == len(OF_BODIES):
        first, second = np.triu_indices(len(stimuli), 1)
        models[BODIES] = RDMs((bodies[first] != bodies[second]).astype(float)[None], stimuli)
    return rsa.over_time(models, population.isel(repeat=~other), key=key, method=METHOD)


def smallest_p(found: rsa.OverTime) -> dict[str, float]:
    """Return the least p value of the clusters of each model; 1 where there is no cluster."""
    least = dict.fromkeys(found.table["model"], 1.0)
    for row in records(found.clusters):
        least[row["model"]] = min(least[row["model"]], row["p"])
    return least


def significant_times(found: rsa.OverTime) -> str:
    """Return a sentence on every significant cluster, or that there is none."""
    rows = [row for row in records(found.clusters) if row["p"] < 0.05]
    if not rows:
        return "No cluster of times is significant."
    clusters = [
        f"{row['model']}: {significant(row['start'])} to {significant(row['stop'])} ms ({p_value(row['p'])})"
        for row in rows
    ]
    return f"Significant clusters: {'; '.join(clusters)}."


def pictures(found: rsa.OverTime, width: int) -> list[Picture]:
    """Return the film strip, with its movie, and the similarities over time."""
    label = "rank correlation ρ-a of RDMs"
    drawn = found.table.assign(low=np.nan, high=np.nan)
    courses = partial(plots.similarity_courses, drawn, ceiling=found.ceiling, measure=label)
    movie = partial(plots.rdm_movie, found.rdms, found.times, table=drawn, ceiling=found.ceiling, measure=label)
    return [
        Picture(
            "rdms_over_time",
            partial(plots.rdm_strip, found.rdms, found.times),
            title="How do the dissimilarities of the objects develop?",
            caption=f"RDMs (1 − Pearson correlation) from half of the trials, in windows of {width} ms named by their "
            "middle, on one colour scale.",
            alt="A row of dissimilarity matrices of the objects at equally spaced times.",
            movie=movie,
        ),
        Picture(
            "similarity_over_time",
            courses,
            title="Do the dissimilarities at the peak hold at other times?",
            caption=f"{label[0].upper()}{label[1:]} with the {PEAK} from the other trials, and with a model in which "
            "face and hand differ from all other objects. Intervals for new objects stand in the table, and are too "
            f"wide to be drawn for {len(found.rdms[0].stimuli)} objects. Bars below: "
            "clusters of times with p < 0.05, corrected for all times and models. "
            f"{significant_times(found)}",
            alt="Similarity of RDMs against time, near 0 before the object comes on and higher after it.",
        ),
    ]
