"""Jobs on all cores: in order, one within another, none begun after an error; and memory that is used again."""

import os
import subprocess
import sys
import threading

import pytest

from isocortex.cores import n_cores, on_cores


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


@pytest.mark.skipif(sys.platform != "linux", reason="the C library of Linux")
def test_freed_memory_is_used_again():
    """In a process of its own, as in any the C library's limit may have risen already."""
    program = """
import isocortex.cores, numpy as np, resource
faults = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_minflt
np.ones(2**21)
before = faults()
for _ in range(10):
    np.ones(2**21)
print(faults() - before)
"""
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert int(told.stdout) < 100  # each array has 4096 pages


PROGRAM = """
import hashlib, jax, numpy as np
from isocortex import CTRNN, RDMs, fit, population, rsa
from isocortex.cli.run import compile_alike
from isocortex.tasks import ContextDecisionMaking

compile_alike()
network = population(lambda key: CTRNN(7, 3, n_units=32, dt=50.0, key=key), 1, key=jax.random.key(0))
trained, history = fit(network, ContextDecisionMaking(dt=50.0), updates=2, batch=32, key=jax.random.key(1))
rng = np.random.default_rng(0)
data, model = (RDMs(rng.random((rows, 1770)), np.arange(60)) for rows in (40, 30))
tables = [rsa.compare({"model": model}, data)]
for found in (*jax.tree.leaves(trained.recurrent), *(table.to_numpy() for table in tables)):
    print(hashlib.md5(np.asarray(found).tobytes()).hexdigest())
"""


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity") or n_cores() < 2, reason="one core, or no way to ask for it")
def test_training_and_comparison_give_the_same_bytes_on_any_number_of_cores():
    def found(cores: set[int]) -> str:
        program = f"import os; os.sched_setaffinity(0, {cores})\n{PROGRAM}"
        return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout

    mine = os.sched_getaffinity(0)
    assert found(mine) == found({min(mine)})
