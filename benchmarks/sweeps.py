"""A sweep of 200 small runs on two workers, beside the same runs in one process and as commands one after the other.

The start of the workers counts. Of the commands, eight are run and their mean is taken 200 times. The limit of the
machine is what two processes gain over one in a loop of plain Python.
"""

import subprocess
import sys
import tempfile
from multiprocessing import get_context
from pathlib import Path

from measure import seconds

from isocortex.experiments import experiment
from isocortex.sweeps import points, sweep

RATES, PERIODS = [5.0 + i for i in range(20)], [0.5 * i for i in range(10)]
VARIED = {"rate": RATES, "refractory": PERIODS}
N, COMMANDS = len(RATES) * len(PERIODS), 8


def one_process(folder: str) -> None:
    """Run every point here."""
    for point in points(experiment("poisson")(out=Path(folder)), VARIED):
        point.execute()


def command(folder: str, rate: float) -> None:
    """Run one point by the command line."""
    line = [Path(sys.executable).parent / "isocortex", "run", "poisson", f"--rate={rate}", f"--out={folder}"]
    subprocess.run(line, check=True, capture_output=True)


def count(_: int) -> float:
    """Return the seconds that a loop takes."""
    return seconds(lambda: sum(i * i for i in range(20_000_000)))


if __name__ == "__main__":
    with get_context("spawn").Pool(2) as pool:
        alone = pool.apply(count, [0])
        limit = 2 * alone / max(pool.map(count, [0, 0]))
    with tempfile.TemporaryDirectory() as a, tempfile.TemporaryDirectory() as b, tempfile.TemporaryDirectory() as c:
        together = seconds(lambda: sweep("poisson", VARIED, n_workers=2, out=a, progress=False))
        again = seconds(lambda: sweep("poisson", VARIED, n_workers=2, out=a, progress=False))
        alone = seconds(lambda: one_process(b))
        apart = N / COMMANDS * seconds(lambda: [command(c, rate) for rate in RATES[:COMMANDS]])
    print(f"{N} runs of poisson; two processes do {limit:.2f}x the work of one")
    print(f"isocortex sweep, two workers {together:9.1f} s; asked for again {again:.2f} s")
    print(f"one process                  {alone:9.1f} s   {alone / together:.2f}x")
    print(f"separate commands            {apart:9.1f} s   {apart / together:.2f}x")
