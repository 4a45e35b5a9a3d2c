"""``isocortex runs``: the runs of a folder, and in what they differ from the defaults."""

from pathlib import Path
from typing import Any

from rich.text import Text

from ..errors import InputError, look_up
from ..experiments import EXPERIMENTS, experiment
from ..experiments.shared.options import option_flag, options_of, plain
from ..runs import PARTIAL, Catalogue, runs_in
from ..runs.layout import read_part
from .console import PipedConsole
from .tables import print_table
from .words import parted

OF, NUMBERS = "--of", "--numbers"


def runs(words: list[str]) -> None:
    """Run ``runs [FOLDER]``, or ``runs [FOLDER] --of EXPERIMENT [--numbers KEY…]``.

    Raises
    ------
    InputError
        If there is no such folder, experiment or number, or more words than these.
    """
    own, names = parted(words, many=(NUMBERS,), one=(OF,))
    if len(names) > 1 or any(word.startswith("-") for word in names) or (NUMBERS in own and OF not in own):
        raise InputError(
            "isocortex runs takes one folder at most, by default runs, and --of EXPERIMENT with --numbers KEY…."
        )
    folder = Path(*names or ["runs"])
    if OF in own:
        _numbers(folder, own[OF][0], own.get(NUMBERS, []))
        return
    console = PipedConsole(highlight=False)
    found = runs_in(folder)
    if not found:
        console.print(Text(f"There are no runs in {folder}."))
        return
    rows = [_row(run) for run in found]
    print_table(console, {name: [row[name] for row in rows] for name in rows[0]}, whole_first=True)
    if any(run.suffix == PARTIAL for run in found):
        console.print(Text(f"A run whose name ends in {PARTIAL} was interrupted: isocortex run NAME --resume FOLDER."))


def _numbers(folder: Path, name: str, keys: list[str]) -> None:
    """Print the runs of an experiment: the options in which they differ, and numbers, by default the first two."""
    table = Catalogue(folder).table(name)
    options = list(options_of(experiment(name))) if name in EXPERIMENTS else []
    known = [column for column in table if column not in ("run", *options)]
    for key in keys:
        look_up("number", key, dict.fromkeys(known))
    differ = [option for option in options if option in table and len(set(table[option].astype(str))) > 1]
    shown = ["run", *differ, *(keys or known[:2])]
    print_table(PipedConsole(highlight=False), {str(c): table[c].tolist() for c in shown}, whole_first=True)


def _row(run: Path) -> dict[str, str]:
    """Return the name of a run, and its options as words of a command line."""
    try:
        config = read_part(run, "config")
        asked = " ".join(_words(config["experiment"], config["options"])) or "defaults"
    except InputError as error:
        asked = str(error)
    return {"run": run.name, "options other than the defaults": asked}


def _words(name: str, options: dict[str, Any]) -> list[str]:
    """Return the options that differ from the defaults of an experiment; all of one that is not installed."""
    defaults = (
        {key: plain(declared.default) for key, declared in options_of(experiment(name)).items()}
        if name in EXPERIMENTS
        else {}
    )
    return [_word(key, value) for key, value in options.items() if key not in defaults or defaults[key] != value]


def _word(key: str, value: Any) -> str:
    if isinstance(value, bool):
        return option_flag(key if value else f"no_{key}")
    return f"{option_flag(key)} {' '.join(map(str, value)) if isinstance(value, list) else value}"
