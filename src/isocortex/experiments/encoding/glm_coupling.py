"""Tables of filters and of coupling between neurons, and how well planted coupling was found."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ... import plots
from ...analysis.encoding import glm
from ...analysis.inference import corrected

LEVEL = 0.05
SHOWN = 8
"""Filters in a figure."""


def filter_table(design: glm.Design, fitted: glm.GLM, spread: np.ndarray, planted: np.ndarray | None) -> pd.DataFrame:
    """Return all filters at every lag, with the planted ones, of shape (source, unit, lag), where they are known."""
    table = design.filters(fitted, spread)
    return table if planted is None else table.assign(planted=planted.reshape(-1))


def coupling_table(fitted: glm.GLM, spread: np.ndarray, filters: pd.DataFrame, correction: str) -> pd.DataFrame:
    """Return the tests of all pairs of neurons, with the sums of their filters over the lags.

    Parameters
    ----------
    fitted : GLM
    spread : array, shape (unit, feature, feature)
        The covariance of its weights.
    filters : DataFrame
        From :func:`filter_table`.
    correction : str
        A key of :data:`~isocortex.analysis.inference.CORRECTIONS`.
    """
    added = {"sum": ("value", "sum")} | ({"planted_sum": ("planted", "sum")} if "planted" in filters else {})
    sums = filters.groupby(["source", "unit"], sort=False, as_index=False).agg(**added)
    table = glm.joint_tests(fitted, spread).merge(sums, on=["source", "unit"], how="left")
    table = table[table["source"] != table["unit"]].reset_index(drop=True)
    p = corrected(np.asarray(table["p"]), correction)
    return table.assign(p_corrected=p, significant=p < LEVEL)


def recovery(couplings: pd.DataFrame, filters: pd.DataFrame) -> dict[str, float]:
    """Return how well planted coupling was found, as numbers of the summary."""
    truth, found = np.asarray(couplings["planted_sum"]), np.asarray(couplings["sum"])
    there, significant = truth != 0, np.asarray(couplings["significant"])
    caught = there & significant
    pairs = filters["planted"].groupby([filters["source"], filters["unit"]]).transform("any")
    shown = filters[pairs & (filters["source"] != filters["unit"])].dropna()
    value, se, planted = (np.asarray(shown[name]) for name in ("value", "se", "planted"))
    numbers = {
        "glm.coupling.planted": there.sum(),
        "glm.coupling.recovered": caught.sum() / there.sum(),
        "glm.coupling.recovered.sign": (np.sign(truth) == np.sign(found))[caught].mean() if caught.any() else np.nan,
        "glm.coupling.false_positives": (significant & ~there).sum(),
        "glm.coupling.covered": (np.abs(value - planted) <= 1.96 * se).mean() if len(shown) else np.nan,
        "glm.coupling.correlation": np.corrcoef(truth, np.nan_to_num(found))[0, 1],
    }
    return {name: float(each) for name, each in numbers.items()}


def draw_matrices(couplings: pd.DataFrame, units: list[str]) -> Figure:
    """Draw the planted, the estimated and the significant sums of coupling filters, from column to row."""
    place = {name: i for i, name in enumerate(units)}
    source, unit = ([place[name] for name in couplings[column]] for column in ("source", "unit"))

    def square(values: np.ndarray) -> np.ndarray:
        matrix = np.zeros((len(units), len(units)))
        matrix[unit, source] = np.nan_to_num(values)
        return matrix

    sums = np.asarray(couplings["sum"])
    matrices = {"planted": square(np.asarray(couplings["planted_sum"]))} if "planted_sum" in couplings else {}
    matrices |= {"estimated": square(sums), "significant": square(np.where(couplings["significant"], sums, 0))}
    return plots.weight_changes(matrices, label="sum of the filter over its lags")


def draw_filters(couplings: pd.DataFrame, filters: pd.DataFrame, fitted: Mapping[str, bool], y_label: str) -> Figure:
    """Draw the strongest significant couplings, and the history of the first neurons that have a model."""
    strongest = couplings.loc[couplings["significant"]].sort_values("chi2", ascending=False, kind="stable")
    pairs = list(zip(strongest["source"], strongest["unit"], strict=True))[: SHOWN // 2]
    pairs += [(name, name) for name, has in fitted.items() if has][: SHOWN - len(pairs)]
    tables = dict(iter(filters.groupby(["source", "unit"], sort=False)))
    return plots.spike_filters(
        {f"{a} → {b}" if a != b else f"history of {a}": tables[a, b] for a, b in pairs}, y_label=y_label
    )
