"""The loop over chunks of updates, with progress and checkpoints; an interruption changes no number."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import jax
import numpy as np

from ..errors import require
from .checkpoint import append_records, read_records, read_state, write_state
from .updates import RECORDED, Learner

SECONDS_BETWEEN_CHECKPOINTS = 2.0

Chunk = Callable[[Learner, int], tuple[Learner, jax.Array]]
Progress = Callable[[int, int], None]


class Plan(NamedTuple):
    """How many updates a member makes at most, how many in one program, and how many count as one step of progress."""

    updates: int
    chunk: int
    unit: int


def go_through(
    chunk: Chunk,
    learners: Learner,
    plan: Plan,
    n_stages: int,
    *,
    progress: Progress | None,
    checkpoint: Path | None,
    asked: str,
) -> tuple[Learner, np.ndarray]:
    """Run ``chunk(learners, first update)`` until the updates are made or every member has stopped.

    Returns
    -------
    learners : Learner
    records : array, shape (seed, update, recorded)
    """
    n = len(learners.stage)
    done, records = np.asarray(0), [np.zeros((0, n, len(RECORDED)), np.float32)]
    if checkpoint is not None:
        learners, done = read_state(checkpoint, (learners, done), asked)
        records = [read_records(checkpoint, int(done), (n, len(RECORDED)))]
    kept, waiting, written = int(done), [], -np.inf
    for first in range(int(done), plan.updates, plan.chunk):
        learners, new = chunk(learners, first)
        of_updates = np.asarray(new).swapaxes(0, 1)[: plan.updates - first]
        _require_finite(of_updates)
        records.append(of_updates)
        waiting.append(of_updates)
        now = first + len(of_updates)
        finished = now == plan.updates or bool((np.asarray(learners.stage) >= n_stages).all())
        if checkpoint is not None and (finished or time.monotonic() - written > SECONDS_BETWEEN_CHECKPOINTS):
            append_records(checkpoint, np.concatenate(waiting), kept)
            write_state(checkpoint, (learners, np.asarray(now)), asked)
            kept, waiting, written = now, [], time.monotonic()
        if progress is not None:
            progress((plan.updates if finished else now) // plan.unit, plan.updates // plan.unit)
        if finished:
            break
    return learners, np.concatenate(records).swapaxes(0, 1)


def _require_finite(records: np.ndarray) -> None:
    """Raise if the loss of a member that is still learning is not finite."""
    loss, stage = records[..., 0], records[..., RECORDED.index("stage")]
    diverged = np.flatnonzero((~np.isfinite(loss) & np.isfinite(stage)).any(axis=0))
    require(
        len(diverged) == 0,
        f"Training diverged in {len(diverged)} of {records.shape[1]} seeds (the first is {diverged[:1]}): the loss is "
        "not finite. Lower the learning rate.",
    )
