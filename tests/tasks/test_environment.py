"""The Gymnasium view: Gymnasium's own checker, the published rewards, and when a trial ends."""

import sys

import equinox as eqx
import jax
import numpy as np
import pytest

from isocortex import InputError
from isocortex.tasks import TASKS, environment, task
from isocortex.tasks.environment import payoff

pytest.importorskip("gymnasium", reason="Gymnasium is not installed: pip install 'isocortex[gym]'")
from gymnasium.utils.env_checker import check_env

SHORT = {"PerceptualDecisionMaking", "ReadySetGo"}


@eqx.filter_jit
def drawn(task, key, n, abort=False):
    trials = task.sample(key, n)
    return trials, *payoff(task, trials, abort=abort)


@pytest.mark.parametrize("name", [t if t in SHORT else pytest.param(t, marks=pytest.mark.slow) for t in TASKS])
def test_gymnasium_finds_nothing_to_warn_of(name):
    """Warnings are errors here."""
    check_env(environment(task(name)))


def played(env, policy, n, seed=0):
    """The total reward and the length of n episodes."""
    found = []
    for i in range(n):
        observation, conditions = env.reset(seed=seed if i == 0 else None)
        total, steps, ended, info = 0.0, 0, False, {"target": 0}
        while not ended:
            observation, reward, ended, _, info = env.step(policy(observation, steps))
            total, steps = total + reward, steps + 1
        found.append((total, steps, conditions, info["target"]))
    return found


def test_an_episode_is_a_trial_and_an_answer_ends_it():
    env = environment(task("PerceptualDecisionMaking"), batch=8)
    for total, steps, conditions, target in played(env, lambda x, step: int(step == 21), 40):
        assert steps == 22
        assert target == 1 + conditions["choice"]
        assert total == (conditions["choice"] == 0)
    assert {total for total, *_ in played(env, lambda x, step: 0, 10)} == {0.0}


def test_breaking_fixation_costs_and_aborts_only_if_asked():
    chosen = task("PerceptualDecisionMaking", timing={"fixation": 300})
    costs = played(environment(chosen), lambda x, step: int(step < 3), 5)
    assert [steps for _, steps, *_ in costs] == [24] * 5
    np.testing.assert_allclose([total for total, *_ in costs], -0.3, atol=1e-6)
    aborted = played(environment(chosen, abort=True), lambda x, step: 1, 5)
    assert [steps for _, steps, *_ in aborted] == [1] * 5
    np.testing.assert_allclose([total for total, *_ in aborted], -0.1, atol=1e-6)


def test_actions_between_fixation_and_decision_are_free(key):
    chosen = task("ContextDecisionMaking")
    trials, earned, ends = drawn(chosen, key, 50, abort=True)
    between = np.asarray(chosen.clock(trials).during("stimulus", "delay"))
    assert (np.asarray(earned)[between] == 0).all()
    assert not np.asarray(ends)[between].any()


def test_go_no_go_pays_as_published(key):
    """+1 for a go, −0.5 for one too many and for one too few, 0 for holding still."""
    chosen = task("GoNogo")
    trials, *paid = drawn(chosen, key, 100)
    go = np.asarray(trials.conditions["choice"]) == 1
    earned, ends = (np.asarray(x) for x in paid)
    np.testing.assert_allclose(earned[:, 12, 1], np.where(go, 1, -0.5))
    np.testing.assert_allclose(earned[:, 14, 0], np.where(go, -0.5, 0))
    assert (earned[:, :10] == 0).all()
    assert ends[:, 10:, 1].all()
    assert ends[:, 14].all()
    assert not ends[:, :14, 0].any()


def test_ready_set_go_pays_the_more_the_smaller_the_error(key):
    """max(0.1, (1 − ε/ε_max)^1.5) with ε_max 225 ms for 1000 ms."""
    chosen = task("ReadySetGo", dt=20, timing={"measure": 1000})
    trials, paid, _ = drawn(chosen, key, 2)
    earned = np.asarray(paid)[0, :, 1]
    set_on = int(np.asarray(trials.inputs)[0, :, 2].argmax())
    for late in range(-15, 16):
        error = 20 * abs(late)
        expected = max(0.1, (1 - error / 225) ** 1.5) if error <= 225 else 0
        assert earned[set_on + 50 + late] == pytest.approx(expected, abs=1e-5)


def test_rewards_are_options(key):
    chosen = task("DelayComparison", rewards={"correct": 2.0, "fail": -1.0})
    trials, paid, _ = drawn(chosen, key, 30)
    earned = np.asarray(paid)[:, -1]
    choice = np.asarray(trials.conditions["choice"]).astype(int)
    np.testing.assert_allclose(earned[np.arange(30), 1 + choice], 2)
    np.testing.assert_allclose(earned[np.arange(30), 2 - choice], -1)
    np.testing.assert_allclose(earned[:, 0], 0)


def test_a_seed_repeats_and_batches_do_not(key):
    env = environment(task("PerceptualDecisionMaking"), batch=2)

    def firsts(seed):
        return [env.reset(seed=seed)[1]] + [env.reset()[1] for _ in range(9)]

    assert firsts(1) == firsts(1)
    assert firsts(1) != firsts(2)
    inputs = env.unwrapped._trials.inputs.copy()
    for _ in range(2):
        env.reset()
    assert not np.array_equal(inputs, env.unwrapped._trials.inputs)


def test_bad_input_is_refused(monkeypatch):
    with pytest.raises(InputError, match="batch must be at least 1"):
        environment(task("GoNogo"), batch=0)
    monkeypatch.setitem(sys.modules, "gymnasium", None)
    with pytest.raises(InputError, match="pip install"):
        environment(task("GoNogo"))


def test_an_agent_can_be_compiled_with_the_trials(key):
    """`payoff` is pure: the return of the oracle over a batch, without a loop in Python."""
    chosen = task("IntervalDiscrimination")

    @jax.jit
    def oracle(key):
        trials = chosen.sample(key, 100)
        earned, ends = payoff(chosen, trials)
        first = (trials.targets[:, :, 0] == 0).argmax(1)
        actions = trials.targets.argmax(-1)
        picked = jax.numpy.take_along_axis(earned, actions[:, :, None], axis=2)[:, :, 0]
        assert ends.shape == earned.shape
        return jax.numpy.take_along_axis(picked, first[:, None], axis=1).mean()

    assert float(oracle(key)) == 1


@pytest.mark.parametrize("abort", [False, True])
@pytest.mark.parametrize("name", TASKS)
def test_every_task_pays_what_is_published_for_each_way_to_play(name, abort):
    """Right, wrong, too early and not at all: 1, 0 (GoNogo −0.5), −0.1 for each early step, 0 (GoNogo −0.5 if due).

    The abort rule ends a trial at its first early step. The one answer of ReadySetGo is wrong by its time alone.
    """
    chosen, fail = task(name), -0.5 if name == "GoNogo" else 0.0
    env = environment(chosen, abort=abort, batch=8)
    for i in range(16):
        env.reset(seed=0 if i == 0 else None)
        here = env.unwrapped._trial
        trial = jax.tree.map(lambda x, here=here: jax.numpy.asarray(x[here : here + 1]), env.unwrapped._trials)
        clock, targets = chosen.clock(trial), np.asarray(trial.targets)[0].argmax(-1)
        answering, early = (np.asarray(clock.during(period))[0] for period in (chosen.ANSWER, "fixation"))
        right = int(targets[int(clock.stops["trial"][0]) - 1])
        wrong = 1 if right == 0 else right % (chosen.n_outputs - 1) + 1
        missed = fail if right > 0 else 0.0
        ways = [
            (targets, 1.0 if right > 0 else 0.0),
            (wrong * answering, fail if wrong != right else None),
            (1 * early, -0.1 if abort and early.any() else missed - 0.1 * early.sum()),
            (0 * early, missed),
        ]
        actions, expected = ways[i % 4]
        earned, steps, ended = 0.0, 0, False
        while not ended:
            _, reward, ended, truncated, _ = env.step(actions[steps])
            earned, steps = earned + reward, steps + 1
            assert not truncated
        assert expected is None or earned == pytest.approx(expected, abs=1e-5)
        assert (steps == 1) == bool(abort and i % 4 == 2 and early.any())
