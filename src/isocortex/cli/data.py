"""``isocortex data``: what can be downloaded, where it is, and how it may be used."""

from rich.text import Text

from ..citation import citation
from ..errors import InputError, look_up
from ..recordings import DATASETS, fetch, where
from ..runs.progress import progress_bars
from .console import PipedConsole


def data(words: list[str]) -> None:
    """Run ``data list``, ``data fetch NAME`` or ``data where NAME``."""
    actions = {"list": _list, "fetch": _fetch, "where": _where}
    if not words:
        raise InputError("isocortex data takes one of: list, fetch NAME, where NAME.")
    action = look_up("data command", words[0], actions)
    if len(words) != (1 if action is _list else 2):
        raise InputError(f"isocortex data {words[0]} takes {'nothing more' if action is _list else 'one data set'}.")
    action(*words[1:])


def _list() -> None:
    console = PipedConsole(highlight=False, soft_wrap=True)
    for name, dataset in DATASETS.items():
        here = "here" if where(name).exists() else "not fetched"
        console.print(Text(f"{name} ({here})", style="bold"))
        for line in (dataset.content, f"Licence: {dataset.licence}.", f"Cite: {citation(dataset.reference)}"):
            console.print(Text(f"  {line}"))
    console.print(
        Text("\nFetch one with isocortex data fetch NAME; use it with isocortex run orientation-v1 --data NAME.")
    )


def _fetch(name: str) -> None:
    DATASETS.named(name)
    with progress_bars() as progress:
        path = fetch(name, progress=progress)
    print(path)


def _where(name: str) -> None:
    print(where(name))
