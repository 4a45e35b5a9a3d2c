"""Jobs on all cores: in order, one within another, none begun after an error; and memory that is used again."""

import subprocess
import sys
import threading

import pytest

from isocortex.cores import on_cores


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
