"""What every benchmark shares: a peer in its own environment, measured in turn with us, and the machine's limits."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
PEERS = {
    "torch": ["torch==2.13.0", "numpy"],
    "himalaya": ["himalaya==0.4.11", "packaging"],  # it imports packaging without requiring it
    "pyddm": ["pyddm==0.9.0"],
    "rsatoolbox": ["rsatoolbox==0.3.2"],
    "nemos": ["nemos==0.2.8"],
    "elephant": ["elephant==1.2.1"],
    "statsmodels": ["statsmodels==0.15.0"],
    "brian2": ["brian2==2.9.0", "numpy<2.4", "cython", "setuptools"],
    "snntorch": ["torch==2.13.0", "snntorch==1.0.0", "numpy"],
    "neurogym": ["neurogym==2.3.1", "torch==2.13.0"],  # it imports torch without requiring it
}


class Peer:
    """A script in the peer's own virtual environment, which does its job once per line it is sent."""

    def __init__(self, environment: str, script: str) -> None:
        folder = HERE / f".venv-{environment}"
        python = folder / "bin" / "python"
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", folder], check=True)
            subprocess.run([python, "-m", "pip", "install", "-q", *PEERS[environment]], check=True)
        self._process = subprocess.Popen(
            [python, HERE / "peers" / script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._in, self._out = self._process.stdin, self._process.stdout

    def __call__(self, job: str = "") -> float:
        """Do the job once, the one that is named where there are several; return the seconds it took."""
        self._in.write(f"{job}\n")
        self._in.flush()
        return float(json.loads(self._out.readline())["seconds"])


def seconds(job: Callable[[], object]) -> float:
    """Time one call."""
    started = time.perf_counter()
    job()
    return time.perf_counter() - started


def alternate(ours: Callable[[], float], theirs: Callable[[], float], n: int) -> tuple[np.ndarray, np.ndarray]:
    """Measure both sides in turn, n times each, after one unmeasured turn of the peer."""
    theirs()
    pairs = [(ours(), theirs()) for _ in range(n)]
    return np.array([a for a, _ in pairs]), np.array([b for _, b in pairs])


def row(name: str, values: np.ndarray, scale: float = 1.0, unit: str = "s") -> str:
    """Return a line with the median and the range."""
    low, middle, high = (scale * f(values) for f in (np.min, np.median, np.max))
    return f"{name:<52} {middle:9.4g} {unit}   ({low:.4g} to {high:.4g})"


def machine() -> dict[str, float]:
    """Return the measured rate of a matrix product (float32 and float64, FLOP/s) and of a copy (bytes/s)."""
    found = {}
    for dtype in (np.float32, np.float64):
        a = np.ones((2000, 2000), dtype)
        a @ a
        found[f"matmul_{np.dtype(dtype).name}"] = 2 * 2000**3 / min(seconds(lambda a=a: a @ a) for _ in range(7))
    source = np.ones(2**26, np.uint8)
    target = np.empty_like(source)
    copies = (seconds(lambda: np.copyto(target, source)) for _ in range(7))
    found["copy"] = 2 * source.nbytes / min(copies)
    return found
