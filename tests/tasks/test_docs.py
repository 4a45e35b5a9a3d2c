"""The Python in docs/tasks.md runs as printed, and its task is what it says."""

import re
from pathlib import Path

import jax
import numpy as np
import pytest

DOCS = (Path(__file__).parents[2] / "docs" / "tasks.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", DOCS, re.DOTALL)


@pytest.fixture
def ran(tmp_path, monkeypatch):
    """What the second block of the page defines, run beside the file that the first one is."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my_tasks.py").write_text(BLOCKS[0])
    found = {}
    exec(compile(BLOCKS[1], "tasks.md", "exec"), found)
    return found


@pytest.mark.slow
def test_a_task_of_ones_own_takes_about_twenty_lines(ran):
    """Its ideal observer is right as often as a threshold halfway on the mean input, to 4.5 standard errors."""
    assert len(BLOCKS[0].strip().splitlines()) <= 24
    task = ran["task"]
    trials = task.sample(jax.random.key(1), 20_000)
    inside = np.asarray(task.clock(trials).during("stimulus"))
    mean = (np.asarray(trials.inputs)[:, :, 1] * inside).sum(1) / inside.sum(1)
    right = (mean > 0.025) == (np.asarray(trials.conditions["choice"]) == 1)
    p = np.asarray(task.ideal(trials), float)
    assert 0.6 < p.mean() < 0.9
    assert right.sum() == pytest.approx(p.sum(), abs=4.5 * np.sqrt((p * (1 - p)).sum()))
    assert float(task.score(trials.targets, trials)) == 1


def test_its_environment_runs(ran):
    pytest.importorskip("gymnasium", reason="Gymnasium is not installed: pip install 'isocortex[gym]'")
    exec(compile(BLOCKS[2], "tasks.md", "exec"), ran)
    assert ran["observation"].shape == (2,)
    assert ran["info"] == {"target": 0}
    exec(compile(BLOCKS[3], "tasks.md", "exec"), ran)
    assert ran["env"].unwrapped.abort


def test_every_task_is_on_the_page():
    from isocortex.tasks import TASKS

    assert set(TASKS) <= set(re.findall(r"`(\w+)`", DOCS))
