"""Progress bars: one line per stage, shown once there is something to show."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from .console import visible


@contextmanager
def progress_bars() -> Iterator[Callable[[str, int, int], None]]:
    """Yield ``progress(stage, done, total)``, drawing on stderr."""
    stages: dict[str, TaskID] = {}
    columns = (SpinnerColumn(finished_text="✓"), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    bar = Progress(*columns, console=Console(stderr=True))

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
