"""Choices and reaction times of two monkeys judging random-dot motion (Roitman & Shadlen 2002)."""

import warnings
from os import PathLike
from pathlib import Path

import numpy as np
import pandas as pd

from ..errors import InputError, require

COLUMNS = ("monkey", "rt", "coh", "correct", "trgchoice")
LONGEST_SECONDS = 20.0
"""A median reaction time above this is in ms."""


def read_roitman_shadlen(path: str | PathLike[str]) -> dict[str, pd.DataFrame]:
    """Read the trials of the reaction-time task (10.1523/JNEUROSCI.22-21-09475.2002).

    Parameters
    ----------
    path : path
        A CSV file with the columns ``monkey``, ``rt`` (seconds), ``coh`` (share, 0…1), ``correct`` (1 or 0) and
        ``trgchoice`` (the chosen target).

    Returns
    -------
    dict of str to DataFrame
        ``{"monkey 1": trials, …}`` with the columns ``coherence``, ``correct`` (boolean), ``rt`` (ms) and ``choice``.

    Raises
    ------
    InputError
        If the file is missing, is no such table, or holds numbers that cannot be.

    Warns
    -----
    UserWarning
        If the reaction times are in ms already; they are taken as such.

    Examples
    --------
    >>> monkeys = read_roitman_shadlen("roitman-shadlen-2002.csv")
    >>> {name: len(trials) for name, trials in monkeys.items()}
    {'monkey 1': 2615, 'monkey 2': 3534}
    >>> monkeys["monkey 1"].groupby("coherence").rt.mean().round().tolist()  # ms
    [788.0, 777.0, 738.0, 669.0, 560.0, 464.0]
    """
    path = Path(path)
    require(path.is_file(), f"There is no file {path}; --monkeys must name the CSV file of the trials.")
    try:
        table = pd.read_csv(path)
    except (ValueError, OSError) as error:  # pandas' parser errors are ValueErrors
        raise InputError(f"{path} cannot be read as CSV ({error}).") from error
    missing = [name for name in COLUMNS if name not in table]
    require(
        not missing,
        f"{path} must have the columns {', '.join(COLUMNS)}; it lacks {', '.join(missing)}.",
    )
    require(len(table) > 0, f"{path} holds no trials.")
    try:
        monkey, rt, coherence, correct, choice = (table[name].to_numpy(float) for name in COLUMNS)
    except ValueError as error:
        raise InputError(f"{path} holds a value that is not a number: {error}.") from error
    bad = ~np.isfinite([monkey, rt, coherence, correct, choice]).all(axis=0)
    require(
        not bad.any(), f"{path} has {bad.sum()} rows with missing values, the first is row {int(bad.argmax()) + 2}."
    )
    require(bool((rt > 0).all()), f"Reaction times in {path} must be above 0; the least is {rt.min():g}.")
    require(
        bool(((coherence >= 0) & (coherence <= 1)).all()),
        f"Coherences in {path} must be shares, 0…1; they span {coherence.min():g}…{coherence.max():g}. Divide percent "
        "by 100.",
    )
    require(bool(np.isin(correct, (0, 1)).all()), f"'correct' in {path} must be 1 or 0.")
    middle, scale = float(np.median(rt)), 1e3
    if middle > LONGEST_SECONDS:
        warnings.warn(
            f"The median reaction time in {path} is {middle:.4g} s, which looks like ms; it is read as ms.",
            stacklevel=2,
        )
        scale = 1.0
    trials = pd.DataFrame(
        {"coherence": coherence, "correct": correct > 0, "rt": scale * rt, "choice": choice.astype(int)}
    )
    return {f"monkey {n:g}": rows.reset_index(drop=True) for n, rows in trials.groupby(monkey)}
