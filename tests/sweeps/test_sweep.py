"""Points that run once, failures that stop nothing, and the page about all of them."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path

import jax
import pytest

from isocortex import InputError
from isocortex.cli import main
from isocortex.experiments.processes.poisson import Poisson
from isocortex.runs import PARTIAL, read_run, runs_in
from isocortex.sweeps import SweepResult, points, sweep, workers
from isocortex.sweeps.point import known, run_point
from isocortex.sweeps.result import write_sweep
from isocortex.sweeps.sweep import Sweep, run_points

SHORT = {"duration": 2000.0, "units": 20}


def swept(base, vary):
    made = points(base, vary)
    return Sweep(base.name, tuple(vary), tuple(made), tuple(run_point(point) for point in made))


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return swept(Poisson(**SHORT, out=tmp_path_factory.mktemp("runs")), {"rate": "30:60:3", "refractory": "0,5"})


def test_a_point_is_the_run_that_it_would_be_alone(found, tmp_path):
    alone = replace(found.points[1], out=tmp_path).execute()
    assert (alone / "summary.json").read_bytes() == (found.outcomes[1].folder / "summary.json").read_bytes()
    assert alone.name[-8:] == found.outcomes[1].folder.name[-8:]


def test_what_is_there_is_not_run_again(found):
    before = runs_in(found.points[0].out)
    again = run_points("poisson", found.varied, found.points, on="local", n_workers=None, retry=False)
    assert [outcome.folder for outcome in again.outcomes] == [outcome.folder for outcome in found.outcomes]
    assert again.table["reused"].all()
    assert runs_in(found.points[0].out) == before
    assert run_point(found.points[0]).reused


def test_a_run_of_another_version_is_not_taken(found, tmp_path, monkeypatch):
    monkeypatch.setattr("isocortex.sweeps.point.__version__", "0.0.1")
    assert known(found.points[0], retry=False) is None


def test_an_interrupted_point_goes_on(tmp_path, monkeypatch):
    point = Poisson(**SHORT, rate=30.0, out=tmp_path)
    whole = run_point(point).folder
    (whole / "report.html").unlink()
    whole.rename(whole.with_name(whole.name + PARTIAL))
    assert run_point(point).folder == whole
    assert [path.name for path in runs_in(tmp_path)] == [whole.name]


def test_a_point_that_fails_is_said_and_the_others_go_on(tmp_path, monkeypatch):
    good, bad = points(Poisson(**SHORT, out=tmp_path), {"rate": "30,40"})
    walk = Poisson.walk
    monkeypatch.setattr(
        Poisson, "walk", lambda self, run, inputs: 1 / 0 if self.rate == 40 else walk(self, run, inputs)
    )
    outcomes = [run_point(point) for point in (good, bad)]
    assert [outcome.error for outcome in outcomes] == ["", "ZeroDivisionError: division by zero"]
    monkeypatch.undo()
    assert known(bad, retry=False).error == "ZeroDivisionError: division by zero"
    assert known(bad, retry=True) is None
    result = SweepResult(Sweep("poisson", ("rate",), (good, bad), tuple(outcomes)))
    assert result.numbers()["failed"] == 1
    assert result.notes() == ["rate 40.0 failed: ZeroDivisionError: division by zero"]
    assert run_point(bad).folder is not None
    assert known(bad, retry=False).reused


def test_the_page_has_every_number_against_every_option(found, tmp_path):
    folder = write_sweep(found, out=tmp_path, numbers=("refractory.rate",))
    summary = read_run(folder).summary
    assert (summary["points"], summary["failed"], summary["reused"]) == (6, 0, 0)
    assert summary["refractory.rate.rate.low"] < summary["refractory.rate.rate.slope"] < 1
    assert summary["refractory.rate.refractory.slope"] < 0
    assert (folder / "figures" / "refractory.rate.svg").exists()
    table = read_run(folder).table("settings")
    assert table["rate"].tolist() == [30, 60]
    drawn = SweepResult(found).drawn
    assert len(drawn) == 6
    assert "refractory.rate.theory" not in drawn


def test_a_page_needs_a_run_and_a_known_number(found, tmp_path):
    with pytest.raises(InputError, match=r"Did you mean 'refractory.rate'"):
        write_sweep(found, out=tmp_path, numbers=("refractory.rat",))
    failed = tuple(replace(outcome, folder=None, error="no") for outcome in found.outcomes)
    with pytest.raises(InputError, match="All 6 points failed"):
        write_sweep(replace(found, outcomes=failed), out=tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["poison", "--vary", "rate=1,2"], "Did you mean 'poisson'"),
        (["poisson", "--vary"], "--vary needs a value"),
        (["poisson", "--vary", "rate"], "--vary takes OPTION=VALUES"),
        (["poisson", "--vary", "rate=20,30", "rate=40"], "names rate twice"),
        (["poisson", "--vary", "rate=20,30", "--rate", "40"], "--rate is varied"),
        (["poisson", "--vary", "rate=20,30", "--wokers", "2"], "There is no option '--wokers'"),
        (["poisson", "--vary", "rate=20,30", "--workers", "two"], "--workers takes a whole number"),
        (["poisson", "--vary", "rate=20,30", "--workers", "0"], "--workers must be at least 1"),
        pytest.param(
            ["poisson", "--vary", "rate=20,30", "--on", "nowhere:1"],
            "No scheduler of Dask answers",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_what_is_wrong_with_the_words_is_said_first(words, sentence, tmp_path, capsys):
    with pytest.raises(SystemExit) as stop:
        main(["sweep", *words, "--out", str(tmp_path / "runs")])
    assert stop.value.code == 2
    assert sentence in " ".join(capsys.readouterr().err.split())
    assert not list(tmp_path.glob("runs/poisson-*"))


def test_the_table_of_a_sweep_is_json(found, capsys):
    words = ["--vary", "rate=30:60:3", "refractory=0,5", "--json", "--duration", "2000", "--units", "20"]
    main(["sweep", "poisson", *words, "--out", str(found.points[0].out)])
    rows = json.loads(capsys.readouterr().out)
    assert [row["rate"] for row in rows] == [30, 30, 45, 45, 60, 60]
    assert all(row["reused"] for row in rows)


def test_an_unknown_option_in_python_is_refused():
    with pytest.raises(InputError, match="Did you mean 'rate'"):
        sweep("poisson", {"units": [20, 30]}, rat=3)


def test_without_the_extra_a_sentence_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"pip install 'isocortex\[sweep\]'"):
        sweep("poisson", {"units": [20, 30]}, out=tmp_path, progress=False)


@pytest.mark.slow
@pytest.mark.sample
def test_workers_make_the_same_bytes(found, tmp_path):
    there = sweep(
        "poisson", {"rate": "30:60:3", "refractory": [0, 5]}, n_workers=2, out=tmp_path, progress=False, **SHORT
    )
    for one, other in zip(there.outcomes, found.outcomes, strict=True):
        assert (one.folder / "summary.json").read_bytes() == (other.folder / "summary.json").read_bytes()
    assert Path(tmp_path / ".sweeps").is_dir()


def test_processes_that_die_while_they_start_are_started_again(monkeypatch):
    """The second start succeeds; where none does, a sentence says so."""
    tried = []

    def cluster(n_workers, succeeds, **how):
        tried.append(n_workers)
        if len(tried) < succeeds:
            raise RuntimeError("Nanny failed to start.")
        return "a cluster"

    monkeypatch.setattr(workers, "LocalCluster", partial(cluster, succeeds=2))
    assert workers._local(2, shared=False) == "a cluster"
    monkeypatch.setattr(workers, "LocalCluster", partial(cluster, succeeds=10))
    with pytest.raises(InputError, match="could not be started, 3 times: Nanny failed"):
        workers._local(2, shared=False)
    assert tried == [2] * 5


@pytest.mark.slow
def test_each_worker_has_a_gpu_and_cores_of_its_own(monkeypatch):
    monkeypatch.setattr(workers, "_gpus", lambda: [0, 1])

    def taken(share):
        workers.take(share)
        return jax.config.read("jax_cuda_visible_devices"), os.sched_getaffinity(0)

    with workers.workers("local", None) as (client, share):
        places = client.scheduler_info()["workers"]
        gpus, cores = zip(
            *client.gather([client.submit(taken, share, workers=[place], pure=False) for place in places]), strict=True
        )
    assert sorted(gpus) == ["0", "1"]
    assert sorted(core for held in cores for core in held) == sorted(os.sched_getaffinity(0))  # none has two workers


@contextmanager
def cluster():
    """Yield a scheduler of Dask that has one worker, and its address."""
    dask = [sys.executable, "-m", "dask"]
    scheduler = subprocess.Popen(
        [*dask, "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"],
        stderr=subprocess.PIPE,
        text=True,
    )
    address = next(found[0] for line in scheduler.stderr if (found := re.search(r"tcp://[\d.:]+", line)))
    worker = subprocess.Popen(
        [*dask, "worker", address, "--no-dashboard", "--death-timeout", "5"], stderr=subprocess.DEVNULL
    )
    try:
        yield scheduler, address
    finally:
        for process in (worker, scheduler):
            process.terminate()
            process.communicate()


@pytest.mark.slow
@pytest.mark.parametrize("killed", ["a worker", "the command", "the scheduler"])
def test_nothing_is_lost_or_run_twice_where_something_is_killed(killed, tmp_path):
    """As kill -9 does it, in the middle of the sweep; the same command goes on."""
    words = ["sweep", "poisson", "--vary", "rate=20:45:6", "--duration", "2000", "--units", "50", "--json"]
    command = [sys.executable, "-m", "isocortex.cli", *words, "--out", str(tmp_path)]
    with cluster() if killed == "the scheduler" else nullcontext((None, "local")) as (scheduler, on):
        going = subprocess.Popen(
            [*command, "--on", on], stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
        )
        while not list(tmp_path.glob("poisson-*/summary.json")):
            assert going.poll() is None
            time.sleep(0.1)
        if scheduler is not None:
            scheduler.kill()
            _, sentence = going.communicate()
            assert going.returncode == 2
            assert re.fullmatch(
                rb"error: The scheduler of Dask was lost after \d of 6 points; .+ goes on\.\n", sentence
            )
    if killed == "the command":
        going.kill()
    elif killed == "a worker":
        listed = subprocess.run(["pgrep", "-P", str(going.pid), "-f", "spawn_main"], capture_output=True, text=True)
        os.kill(int(listed.stdout.split()[0]), signal.SIGKILL)
    said = b"" if scheduler else going.communicate()[0]
    if killed != "a worker":
        said = subprocess.run(command, capture_output=True, check=True).stdout
    rows = json.loads(said)
    assert [row["error"] for row in rows] == [""] * 6
    assert len({row["folder"] for row in rows}) == len(list(tmp_path.glob("poisson-*/summary.json"))) == 6
