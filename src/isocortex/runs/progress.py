"""Progress of a run: a bar per stage with the time left on a terminal and in a notebook, a line per stage elsewhere."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeRemainingColumn

from ..formats import visible

BETWEEN_LINES = 60.0
"""Seconds between two lines of a stage that takes long."""


@contextmanager
def progress_bars() -> Iterator[Callable[[str, int, int], None]]:
    """Yield ``progress(stage, done, total)``, which draws on stderr."""
    console = Console(stderr=True)
    if console.is_terminal or console.is_jupyter:
        with _bars(console) as progress:
            yield progress
    else:
        yield _lines(console)


@contextmanager
def _bars(console: Console) -> Iterator[Callable[[str, int, int], None]]:
    stages: dict[str, TaskID] = {}
    left = TimeRemainingColumn(elapsed_when_finished=True)
    columns = (SpinnerColumn(finished_text="✓"), TextColumn("{task.description}"), BarColumn(), left)
    bar = Progress(*columns, console=console)

    def progress(stage: str, done: int, total: int) -> None:
        bar.start()
        if stage not in stages:
            stages[stage] = bar.add_task(escape(visible(stage)), total=total)
        bar.update(stages[stage], completed=done, total=total)

    try:
        yield progress
    finally:
        if stages:
            bar.stop()


def _lines(console: Console) -> Callable[[str, int, int], None]:
    started: dict[str, tuple[float, int]] = {}
    said: dict[str, float] = {}
    ended: set[str] = set()

    def progress(stage: str, done: int, total: int) -> None:
        now = time.perf_counter()
        begun, first = started.setdefault(stage, (now, done))
        if done == total and stage not in ended:
            ended.add(stage)
            console.print(escape(f"{visible(stage)}: {now - begun:.1f} s"), highlight=False)
        elif first < done < total and now - said.get(stage, begun) > BETWEEN_LINES:
            said[stage] = now
            left = (now - begun) / (done - first) * (total - done)
            console.print(
                escape(f"{visible(stage)}: {done} of {total}, about {left / 60:.0f} min left"), highlight=False
            )

    return progress
