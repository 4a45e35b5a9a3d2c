"""The Gymnasium view: Gymnasium's own checker, the published rewards, and when a trial ends."""

import pickle
import sys
import warnings

import equinox as eqx
import jax
import numpy as np
import pytest

from isocortex import InputError
from isocortex.tasks import TASKS, environment, task
from isocortex.tasks.payoff import payoff

pytest.importorskip("gymnasium", reason="Gymnasium is not installed: pip install 'isocortex[gym]'")
import gymnasium
from gymnasium.utils.env_checker import check_env
from gymnasium.vector import AsyncVectorEnv

from isocortex.tasks.gym import TaskEnvironment


@eqx.filter_jit
def drawn(task, key, n, abort=False):
    trials = task.sample(key, n)
    return trials, *payoff(task, trials, abort=abort)


@pytest.mark.first_variant
@pytest.mark.parametrize("name", TASKS)
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


@pytest.mark.slow
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
    inputs = env.unwrapped._drawn[0].inputs.copy()
    for _ in range(2):
        env.reset()
    assert not np.array_equal(inputs, env.unwrapped._drawn[0].inputs)


def test_bad_input_is_refused(monkeypatch):
    with pytest.raises(InputError, match="batch must be at least 1"):
        environment(task("GoNogo"), batch=0)
    with pytest.raises(InputError, match="Options are for a task that is given by its name"):
        TaskEnvironment(task("GoNogo"), dt=20)
    monkeypatch.setitem(sys.modules, "gymnasium", None)
    monkeypatch.delitem(sys.modules, "isocortex.tasks.gym")
    with pytest.raises(InputError, match="pip install"):
        environment(task("GoNogo"))


@pytest.fixture(params=["environment", "gymnasium.make"])
def made(request):
    """An environment, made in each of two ways."""
    if request.param == "environment":
        return environment(task("PerceptualDecisionMaking"), batch=8)
    return gymnasium.make("isocortex/PerceptualDecisionMaking-v0", batch=8)


def test_a_step_out_of_turn_is_refused(made):
    with pytest.raises(InputError, match=r"No trial has begun: call reset\(\) before step\(\)"):
        made.step(0)
    made.reset(seed=0)
    for action in (-1, 7, 3, 1.0, None, [0], np.array([1])):
        with pytest.raises(InputError, match="a whole number from 0 to 2"):
            made.step(action)
    ended = False
    while not ended:
        _, _, ended, _, _ = made.step(np.int64(0))
    with pytest.raises(InputError, match=r"The trial has ended: call reset\(\) before step\(\)"):
        made.step(0)
    made.reset()
    made.step(np.array(1))


def test_gymnasium_makes_it_by_name_with_options(made):
    other = gymnasium.make("isocortex/ReadySetGo-v0", dt=20, timing={"measure": 1000}, abort=True)
    assert other.unwrapped.task.n_steps == task("ReadySetGo", dt=20, timing={"measure": 1000}).n_steps
    again = gymnasium.make(made.spec)
    assert type(again.unwrapped.task) is type(made.unwrapped.task)
    np.testing.assert_array_equal(again.reset(seed=3)[0], made.reset(seed=3)[0])
    assert {f"isocortex/{name}-v0" for name in TASKS} <= set(gymnasium.registry)
    with pytest.raises(InputError, match="Did you mean 'timing'"):
        gymnasium.make("isocortex/ReadySetGo-v0", timming={})


def test_a_pickled_environment_goes_on_where_it_was(made):
    made.reset(seed=1)
    for _ in range(5):
        made.step(0)
    twin = pickle.loads(pickle.dumps(made))
    for env in (made, twin):
        env.reset()
    for _ in range(3):
        mine, theirs = made.step(0), twin.step(0)
        np.testing.assert_array_equal(mine[0], theirs[0])
        assert mine[1:] == theirs[1:]


def test_a_forked_process_says_that_jax_does_not_run_in_it(made, monkeypatch):
    made.reset()
    monkeypatch.setattr("os.getpid", lambda: -1)
    with pytest.raises(InputError, match="context='spawn'"):
        made.reset(seed=0)


@pytest.mark.slow
def test_several_processes_run_trials_of_their_own():
    def build():
        return gymnasium.make("isocortex.tasks.gym:isocortex/PerceptualDecisionMaking-v0", batch=4)

    envs = AsyncVectorEnv([build, build], context="spawn")
    observations, conditions = envs.reset(seed=5)
    for _ in range(30):
        observations, rewards, *_ = envs.step(np.array([0, 0]))
    envs.close()
    alone = [build().reset(seed=seed) for seed in (5, 6)]
    np.testing.assert_array_equal(conditions["coherence"], [info["coherence"] for _, info in alone])
    assert observations.shape == (2, 3)
    assert (rewards == 0).all()
    with pytest.warns(RuntimeWarning, match="fork"):
        forked = AsyncVectorEnv([build], context="fork")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Gymnasium warns of the process that stops, with its traceback
        with pytest.raises(InputError, match="context='spawn'"):
            forked.reset()
        forked.close(terminate=True)


@pytest.mark.slow
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


@pytest.mark.first_variant
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
        trial = jax.tree.map(lambda x, here=here: jax.numpy.asarray(x[here : here + 1]), env.unwrapped._drawn[0])
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
