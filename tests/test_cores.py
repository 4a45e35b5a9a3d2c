"""Jobs on all cores: in order, one within another, none begun after an error; and memory that is used again."""

import os
import subprocess
import sys
import threading
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from types import SimpleNamespace

import jax
import pytest

from isocortex.cores import compile_alike, n_cores, on_cores


def test_results_keep_their_order_also_of_jobs_within_jobs():
    assert on_cores(lambda i: sum(on_cores(lambda j: i * j, range(5))), range(50)) == [10 * i for i in range(50)]
    assert on_cores(abs, []) == []


def test_after_an_error_no_job_is_begun(monkeypatch):
    monkeypatch.setattr("isocortex.cores.n_cores", lambda: 2)
    begun, failed = [], threading.Event()

    def work(i: int) -> None:
        begun.append(i)
        if threading.current_thread() is threading.main_thread():
            failed.set()
            raise ValueError("told")
        failed.wait(10)

    with pytest.raises(ValueError, match="told"):
        on_cores(work, range(1000))
    assert len(begun) < 1000


FIRST_USES = {
    "threads": "cores.on_cores(abs, [1, 2])",
    "a similarity": "rsa.similarity(*[RDMs(np.arange(3.0)[None], np.arange(3))] * 2)",
}


@pytest.mark.skipif(sys.platform != "linux", reason="the C library of Linux")
@pytest.mark.parametrize("use", FIRST_USES)
@pytest.mark.slow
def test_freed_memory_is_used_again(use):
    """In a process of its own, as in any the C library's limit may have risen already."""
    program = f"""
import numpy as np, resource
from isocortex import RDMs, cores, rsa
{FIRST_USES[use]}
faults = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_minflt
np.ones(2**21)
before = faults()
for _ in range(10):
    np.ones(2**21)
print(faults() - before)
"""
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert int(told.stdout) < 100  # each array has 4096 pages


def printed(program: str) -> str:
    """Run a program in a process of its own, with a time limit; return what it prints."""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    return done.stdout.strip()


def test_an_import_starts_no_thread_and_takes_no_memory():
    program = """
import threading, numpy, tracemalloc
tracemalloc.start()
import isocortex.cores
print(threading.active_count(), tracemalloc.get_traced_memory()[1] < 2**23)
"""
    assert printed(program) == "1 True"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are not forked here")
def test_jobs_run_in_a_forked_process():
    """The threads of its parent are not there, and nobody waits for them."""
    program = """
import os, warnings
from isocortex.cores import on_cores
import isocortex.cores
isocortex.cores.n_cores = lambda: 3
warnings.simplefilter("ignore", DeprecationWarning)  # Python warns of any fork beside threads
assert on_cores(abs, range(-9, 0)) == list(range(9, 0, -1))
child = os.fork()
if child == 0:
    os._exit(on_cores(abs, range(-9, 0)) != list(range(9, 0, -1)))
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    assert printed(program) == "0"


def test_jobs_run_in_a_spawned_process():
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        assert pool.submit(on_cores, abs, [-1, 2, -3]).result(60) == [1, 2, 3]


@pytest.mark.parametrize(
    ("platform", "asked", "expected"), [("cpu", None, None), ("gpu", None, "highest"), ("gpu", "high", "high")]
)
def test_matrix_products_have_full_precision_on_a_gpu_too(platform, asked, expected, monkeypatch):
    monkeypatch.setattr(jax, "devices", lambda: [SimpleNamespace(platform=platform)])
    jax.config.update("jax_default_matmul_precision", asked)
    try:
        compile_alike()
        assert jax.config.jax_default_matmul_precision == expected
    finally:
        jax.config.update("jax_default_matmul_precision", None)


PROGRAM = """
import hashlib, jax, numpy as np
from isocortex import CTRNN, RDMs, fit_stream, population, rsa
from isocortex.cores import compile_alike
from isocortex.tasks import ContextDecisionMaking

compile_alike()
network = population(lambda key: CTRNN(7, 3, n_units=32, dt=50.0, key=key), 1, key=jax.random.key(0))
trained, history = fit_stream(network, ContextDecisionMaking(dt=50.0), updates=2, batch=32, key=jax.random.key(1))
rng = np.random.default_rng(0)
data, model = (RDMs(rng.random((rows, 1770)), np.arange(60)) for rows in (40, 30))
for trained_weights in jax.tree.leaves(trained.recurrent):
    print(hashlib.md5(np.asarray(trained_weights).tobytes()).hexdigest())
print(*(f"{number:.10g}" for number in rsa.compare({"model": model}, data).select_dtypes("number").iloc[0]))
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "sched_setaffinity") or n_cores() < 2, reason="one core, or no way to ask for it")
def test_training_and_comparison_give_the_same_bytes_on_any_number_of_cores():
    """Of a comparison, the ten digits of summary.json: BLAS adds up in as many parts as it has threads."""

    def found(cores: set[int]) -> str:
        program = f"import os; os.sched_setaffinity(0, {cores})\n{PROGRAM}"
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        return done.stdout

    mine = os.sched_getaffinity(0)
    assert found(mine) == found({min(mine)})
