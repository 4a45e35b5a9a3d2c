"""Run independent jobs in threads on all cores; NumPy and compiled programs release the interpreter lock."""

import os
import platform
import re
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController

Item = TypeVar("Item")
Result = TypeVar("Result")
THREADS = "8"
"""For which XLA compiles: as many as help one program; members of a population have the other cores."""


def n_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


SHARING = threading.local()
"""Whether this thread has such jobs: those within one are not shared out again."""


@cache
def keep_freed_memory() -> None:
    """Let the process keep the memory of large arrays that it frees, for the next ones; call it before such work.

    Linux takes a large array back when it is freed, and to fetch the pages of the next one takes as long as a sort.
    Large is what exceeds the largest array freed so far (mallopt(3): M_MMAP_THRESHOLD, of at most 32 MiB): one is
    freed here whose pages are never touched.
    """
    np.empty(31 * 2**20, np.uint8)


@cache
def _helpers() -> ThreadPoolExecutor:
    """Return the threads beside the one that asks, made on first use. They stay, and so does their memory."""
    keep_freed_memory()
    return ThreadPoolExecutor(max(1, n_cores() - 1))


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_helpers.cache_clear)  # threads do not live on in a forked process


def on_cores(work: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """Return what `work` gives for each item, in order, on as many threads as there are cores.

    A thread does not inherit ``jax.enable_x64``.

    Examples
    --------
    >>> on_cores(abs, [-1, 2, -3])
    [1, 2, 3]
    """
    given = list(items)
    if len(given) < 2 or getattr(SHARING, "now", False):
        return [work(item) for item in given]
    results: list[Any] = [None] * len(given)
    jobs = iter(range(len(given)))

    def share() -> None:
        SHARING.now = True
        try:
            for i in jobs:  # each goes to the thread that is free first
                results[i] = work(given[i])
        finally:
            SHARING.now = False

    helpers = _helpers()
    others = [helpers.submit(share) for _ in range(min(len(given), n_cores()) - 1)]
    try:
        share()
    finally:
        deque(jobs, maxlen=0)  # after an error or a Ctrl-C nobody begins another
    for other in others:
        if not other.cancel():
            other.result()
    return results


@cache
def _blas() -> "ThreadpoolController":
    """Return what sets the threads of NumPy's and SciPy's linear algebra; to find the libraries takes milliseconds."""
    import scipy.linalg  # noqa: F401 (its library must be loaded to be found)
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController().select(user_api="blas")


def one_blas_thread() -> AbstractContextManager[object]:
    """Keep linear algebra to one thread: for small matrices, whose threads wait longer than they work, or own threads.

    Examples
    --------
    >>> with one_blas_thread():
    ...     inverse = np.linalg.inv(np.eye(3))
    """
    return _blas().limit(limits=1)


def compile_alike() -> None:
    """Let XLA compute alike on every machine: with the same number of threads, and in full single precision.

    It cuts the loops of a program among the threads, and rounds otherwise where it cuts otherwise; training makes such
    last bits grow. Its CPU client has a thread for each core, or as many as the variable ``NPROC`` says when it starts.
    On a GPU it rounds the factors of a matrix product to three digits (TF32), unless it is asked for all.
    """
    import jax

    given = os.environ.get("NPROC")
    os.environ["NPROC"] = given or THREADS
    try:
        device = jax.devices()[0]
    finally:
        os.environ.pop("NPROC")
        if given is not None:
            os.environ["NPROC"] = given
    asked = jax.config.jax_default_matmul_precision  # pyright: ignore[reportAttributeAccessIssue]
    if device.platform != "cpu" and asked is None:
        jax.config.update("jax_default_matmul_precision", "highest")


def use_compilation_cache() -> None:
    """Keep compiled programs in the user's cache folder, apart for each processor model and version of JAX."""
    import jax

    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "isocortex" / f"jax-{jax.__version__}-{_processor()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return
    jax.config.update("jax_compilation_cache_dir", str(folder))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.2)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", 0)


def _processor() -> str:
    """Return the processor's model, as part of a path."""
    model = platform.processor() or platform.machine()
    if sys.platform == "linux":
        with suppress(OSError):
            found = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
            model = found.group(1) if found else model
    return re.sub(r"[^A-Za-z0-9]+", "-", model).strip("-") or "unknown"
