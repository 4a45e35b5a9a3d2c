"""Where the points of a sweep run: processes of this machine, a scheduler's address, or a cluster under Slurm."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dask.config import set as set_for_now
from distributed import Client, LocalCluster, WorkerPlugin

from ..cores import compile_alike, n_cores, use_compilation_cache
from ..errors import InputError, require

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""A worker has one core, and its linear algebra one thread."""
STARTS = 3
"""How often the processes of this machine are started, where one of them dies meanwhile."""


class Ready(WorkerPlugin):
    """Prepares a worker: a core of its own, and the shared cache of compiled programs.

    Parameters
    ----------
    cores : list of int
        Of this machine; empty where workers keep those that they have.
    """

    name = "isocortex"

    def __init__(self, cores: list[int]) -> None:
        self.cores = cores

    def setup(self, worker: Any) -> None:
        """Do so, before the first point."""
        if self.cores:
            os.sched_setaffinity(0, {self.cores[int(worker.name) % len(self.cores)]})
        use_compilation_cache()
        compile_alike()


@contextmanager
def workers(on: str, n: int | None) -> Iterator[Any]:
    """Yield a client of Dask whose workers are ready to run points.

    Parameters
    ----------
    on : str
        ``"local"``: processes of this machine, started anew, each kept to one core; ``"slurm"``: jobs of a cluster, as
        the user's configuration of dask-jobqueue describes them; or the address of a scheduler.
    n : int, optional
        Workers. Default: one per core; for ``"slurm"`` it must be given.

    Raises
    ------
    InputError
        If no scheduler answers.
    """
    require(n is None or n >= 1, f"--workers must be at least 1; got {n}.")
    settings = {"distributed.worker.daemon": False, "distributed.comm.timeouts.connect": "10s"}
    with set_for_now(settings):
        if on == "local":
            with _local(n or n_cores()) as cluster, Client(cluster) as client:
                cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
                client.register_plugin(Ready(cores))
                yield client
        elif on == "slurm":
            with _slurm(n) as cluster, Client(cluster) as client:
                client.register_plugin(Ready([]))
                yield client
        else:
            try:
                client = Client(on, timeout="10s")
            except (OSError, ValueError, TimeoutError) as error:
                raise InputError(
                    f"No scheduler of Dask answers at {on!r} ({error}); --on takes local, slurm, or an address such as "
                    "tcp://host:8786."
                ) from error
            with client:
                client.register_plugin(Ready([]))
                yield client


def _local(n: int) -> Any:
    """Start processes of this machine; a process that is killed while it starts is started again."""
    how: dict[str, Any] = {"dashboard_address": None, "memory_limit": 0, "silence_logs": 50, "env": ONE_THREAD}
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
