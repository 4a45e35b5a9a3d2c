"""Progress of a run: a bar per stage on a terminal and in a notebook, a line per stage elsewhere."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from ..formats import visible


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
    columns = (SpinnerColumn(finished_text="✓"), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
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
    started: dict[str, float] = {}
    ended: set[str] = set()

    def progress(stage: str, done: int, total: int) -> None:
        begun = started.setdefault(stage, time.perf_counter())
        if done == total and stage not in ended:
            ended.add(stage)
            console.print(escape(f"{visible(stage)}: {time.perf_counter() - begun:.1f} s"), highlight=False)

    return progress
