"""Where the points of a sweep run: processes of this machine, a scheduler's address, or a cluster under Slurm."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from logging import CRITICAL, getLogger
from typing import Any

from dask.config import set as set_for_now
from distributed import Client, LocalCluster, get_worker

from ..cores import compile_alike, n_cores, use_compilation_cache
from ..errors import InputError, require
from ..experiments.shared.protocol import Experiment
from .point import Outcome, run_point

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""A worker has cores of its own, and its linear algebra one thread."""
STARTS = 3
"""How often the processes of this machine are started, where one of them dies meanwhile."""
NAME_GPUS = "import jax; print(*[device.id for device in jax.local_devices() if device.platform == 'gpu'])"


@dataclass(frozen=True)
class Share:
    """What the workers of a sweep divide among them.

    Attributes
    ----------
    n : int
        Workers that share the machine.
    cores : tuple of int
        Of this machine; empty where workers keep those that they have.
    gpus : tuple of int
        Of this machine, as JAX numbers them; empty where workers keep those that they have.
    """

    n: int = 1
    cores: tuple[int, ...] = ()
    gpus: tuple[int, ...] = ()


@cache
def take(share: Share) -> None:
    """Give this worker its part of the cores, a GPU where there is one, and the shared cache of compiled programs."""
    if share.cores:
        os.sched_setaffinity(0, share.cores[int(get_worker().name) % len(share.cores) :: share.n])
    if share.gpus:
        import jax

        jax.config.update("jax_cuda_visible_devices", str(share.gpus[int(get_worker().name) % len(share.gpus)]))
    use_compilation_cache()
    compile_alike()


def run_on_worker(point: Experiment, share: Share) -> Outcome:
    """Run a point on a worker, which takes its share before its first one."""
    take(share)
    return run_point(point)


@contextmanager
def workers(on: str, n: int | None) -> Iterator[tuple[Any, Share]]:
    """Yield a client of Dask, and what its workers share.

    Parameters
    ----------
    on : str
        ``"local"``: processes of this machine, started anew, among which its cores and GPUs are divided; ``"slurm"``:
        jobs of a cluster, as the user's configuration of dask-jobqueue describes them; or the address of a scheduler.
    n : int, optional
        Workers. Default: one per GPU that JAX uses, or else one per core; for ``"slurm"`` it must be given.

    Raises
    ------
    InputError
        If no scheduler answers.
    """
    require(n is None or n >= 1, f"--workers must be at least 1; got {n}.")
    settings = {"distributed.worker.daemon": False, "distributed.comm.timeouts.connect": "10s"}
    with set_for_now(settings):
        if on == "local":
            gpus = _gpus()
            n = n or len(gpus) or n_cores()
            with _local(n, shared=n > len(gpus) > 0) as cluster, Client(cluster) as client:
                cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
                yield client, Share(n, tuple(cores), tuple(gpus))
        elif on == "slurm":
            with _slurm(n) as cluster, Client(cluster) as client:
                yield client, Share()
        else:
            try:
                client = Client(on, timeout="10s")
            except (OSError, ValueError, TimeoutError) as error:
                raise InputError(
                    f"No scheduler of Dask answers at {on!r} ({error}); --on takes local, slurm, or an address such as "
                    "tcp://host:8786."
                ) from error
            getLogger("distributed.client").setLevel(CRITICAL)  # of a scheduler that is lost, a sentence says it
            with client:
                yield client, Share()


def _gpus() -> list[int]:
    """Return the numbers of the GPUs that JAX uses; a process of its own finds them, since JAX takes their memory."""
    if not entry_points(group="jax_plugins"):
        return []
    found = subprocess.run([sys.executable, "-c", NAME_GPUS], capture_output=True, text=True)
    return [int(number) for number in found.stdout.split()]


def _local(n: int, shared: bool) -> Any:
    """Start processes of this machine; a process that is killed while it starts is started again.

    Where several share a GPU, none takes most of its memory at its start.
    """
    env = ONE_THREAD | ({"XLA_PYTHON_CLIENT_PREALLOCATE": "false"} if shared else {})
    no_page = {"dashboard": False, "dashboard_address": "127.0.0.1:0"}  # two sweeps at once do not meet at a port
    how: dict[str, Any] = {"scheduler_kwargs": no_page, "memory_limit": 0, "silence_logs": 50, "env": env}
    last: Exception | None = None
    for _ in range(STARTS):
        try:
            return LocalCluster(n_workers=n, threads_per_worker=1, **how)
        except RuntimeError as error:  # later than that Dask itself replaces a worker that dies
            last = error
    raise InputError(f"The workers could not be started, {STARTS} times: {last}")


def _slurm(n: int | None) -> Any:
    require(n is not None, "--on slurm needs the number of workers: --workers 20.")
    from dask_jobqueue.slurm import SLURMCluster  # it changes the configuration of Dask

    try:
        cluster = SLURMCluster()
    except ValueError as error:
        raise InputError(
            f"dask-jobqueue does not know this cluster: {error} Describe it in ~/.config/dask/jobqueue.yaml."
        ) from error
    cluster.scale(n)
    return cluster
