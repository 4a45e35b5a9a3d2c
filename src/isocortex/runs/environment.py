"""The environment of a run: versions, platform, device, and the time spent compiling."""

import platform
import subprocess
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import jax

from ..cores import n_cores

PACKAGES = (
    "isocortex",
    "jax",
    "jaxlib",
    "equinox",
    "optax",
    "numpy",
    "scipy",
    "xarray",
    "pandas",
    "scikit-learn",
    "matplotlib",
)
COMPILE_EVENTS = ("/jax/core/compile/backend_compile_duration", "/jax/core/compile/jaxpr_to_mlir_module_duration")


def describe_environment() -> dict[str, Any]:
    """Return package versions, platform, device, cores, the working folder, and its commit, if it has one."""
    described: dict[str, Any] = {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "device": str(jax.devices()[0].device_kind),
        "cores": n_cores(),
        "folder": str(Path.cwd()),
        "packages": {name: _version(name) for name in PACKAGES},
    }
    try:
        commit = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, timeout=5, cwd=Path.cwd())
    except (OSError, subprocess.TimeoutExpired):
        return described
    if commit.returncode == 0:
        described["git_commit"] = commit.stdout.strip()
    return described


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"


class CompileClock:
    """Adds up the seconds that JAX has spent compiling in this process since the first use of :func:`compile_clock`."""

    def __init__(self) -> None:
        self.seconds = 0.0
        jax.monitoring.register_event_duration_secs_listener(self._listen)

    def _listen(self, event: str, duration_secs: float, **_: Any) -> None:
        if event in COMPILE_EVENTS:
            self.seconds += duration_secs


@cache
def compile_clock() -> CompileClock:
    """Return the one clock of this process."""
    return CompileClock()
