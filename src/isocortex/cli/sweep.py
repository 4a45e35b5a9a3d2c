"""``isocortex sweep``: an experiment over many options; a page about all of them."""

from rich.text import Text

from ..errors import require
from ..experiments import experiment
from ..experiments.shared.options import options_of
from ..formats import counted, visible
from ..runs.progress import progress_bars
from ..sweeps.points import points
from ..sweeps.result import MOST_TOLD, write_sweep
from ..sweeps.sweep import Sweep, run_points
from .console import Interruption, PipedConsole
from .run import parse
from .show import show
from .words import parted, whole_number

HELP = """usage: isocortex sweep EXPERIMENT --vary OPTION=VALUES … [options]

Run an experiment at every combination of the values. A point that was run before, with the same options, files and
version, is not run again: the same command goes on with an interrupted sweep.

  --vary tau=50,100,200    these values; the parts of a value of several numbers are joined by +
  --vary noise=0.3:1.8:6   6 numbers from 0.3 to 1.8; noise=0.01:10:4:log by equal factors
  --sample N               N random points instead; then also ranges, noise=0.3:1.8
  --on local               where to run: local (default), the address of a Dask scheduler, or slurm
  --workers N              default: one per GPU, or else one per core
  --numbers KEY …          numbers that are drawn; default: the six that the options explain best
  --retry                  run points again that failed
  --json                   print the table of points as JSON, and write no page
  all other options        are the experiment's, the same for all points: isocortex run EXPERIMENT --help

example:
  isocortex sweep poisson --vary rate=20:60:5 refractory=0,5 --duration 4000"""
MANY, ONE, FLAGS = ("--vary", "--numbers"), ("--sample", "--on", "--workers"), ("--retry", "--json")


def sweep(words: list[str]) -> None:
    """Run ``sweep EXPERIMENT …``."""
    if not words or words[0] in ("-h", "--help") or "--help" in words:
        print(HELP)
        return
    name, (asked, rest) = words[0], parted(words[1:], many=MANY, one=ONE, flags=FLAGS)
    experiment(name)
    command = f"isocortex sweep {name}"
    base = parse(name, rest, command)
    require(base.resume is None, "A sweep goes on with the command that began it, without --resume.")
    vary = _varied(asked.get("--vary", []))
    for option in vary:
        flag = options_of(base)[option].flag if option in options_of(base) else ""
        require(flag not in rest, f"{flag} is varied, and cannot have one value too.")
    made = points(base, vary, sample=whole_number(asked, "--sample"), seed=base.seed)
    interruption = Interruption()
    interruption.watch()
    try:
        with progress_bars() as progress:
            found = run_points(
                name, list(vary), made, on=asked.get("--on", ["local"])[0], n_workers=whole_number(asked, "--workers"),
                retry="--retry" in asked, progress=progress,
            )  # fmt: skip
    except KeyboardInterrupt as error:
        error.resume_command = " ".join(["isocortex sweep", *words])  # pyright: ignore[reportAttributeAccessIssue]
        raise
    if "--json" in asked:
        print(found.table.to_json(orient="records", indent=2, force_ascii=False))
        return
    _say(found)
    show(write_sweep(found, out=base.out, numbers=tuple(asked.get("--numbers", []))))


def _say(found: Sweep) -> None:
    """Print what failed."""
    console = PipedConsole(highlight=False, stderr=True)
    for sentence in found.sentences()[:MOST_TOLD]:
        console.print(Text(visible(sentence)))
    if found.failures:
        failed = counted(len(found.failures), "point")
        console.print(Text(f"{failed} failed; --retry runs them again."), style="yellow")


def _varied(words: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for word in words:
        name, equals, given = word.partition("=")
        name = name.removeprefix("--").replace("-", "_")
        require(bool(equals and name and given), f"--vary takes OPTION=VALUES, such as tau=50,100; got {word!r}.")
        require(name not in found, f"--vary names {name} twice.")
        found[name] = given
    return found
