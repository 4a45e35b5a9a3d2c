"""Tasks in time: what every task of the registry holds, and what each shows."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.special import logsumexp

from isocortex import InputError
from isocortex.tasks import (
    LOSSES,
    TASKS,
    ContextDecisionMaking,
    DelayComparison,
    DelayMatchSample,
    GoNogo,
    IntervalDiscrimination,
    MultiSensoryIntegration,
    PerceptualDecisionMaking,
    ReadySetGo,
    TimedTask,
    Uniform,
    check_task,
    task,
)

NOISY = [name for name, known in TASKS.items() if known.task.NOISY]


@eqx.filter_jit
def sample(task, key, n):
    return task.sample(key, n)


@eqx.filter_jit
def fixation_and_start(task, trials):
    clock = task.clock(trials)
    return clock.during("fixation"), clock.starts[task.ANSWER]


@eqx.filter_jit
def noisy_steps(task, trials):
    return task.clock(trials).during(*task.NOISY)


@eqx.filter_jit
def score(task, output, trials):
    return task.score(output, trials)


def shares(x, expected):
    """Each value is as frequent as expected, within 5 standard errors."""
    for value, share in expected.items():
        assert np.mean(np.isclose(x, value)) == pytest.approx(share, abs=5 * np.sqrt(share * (1 - share) / len(x)))
    assert sum(expected.values()) == pytest.approx(1)


VARIED = {"PerceptualDecisionMaking", "IntervalDiscrimination", "GoNogo"}  # noise; durations and padding; holding still


@pytest.mark.parametrize("name", [t if t in VARIED else pytest.param(t, marks=pytest.mark.slow) for t in TASKS])
class TestEveryTask:
    def test_shapes_names_and_the_oracle(self, name, key):
        """Its own targets, as logits, succeed in every trial; the ideal observer is a probability."""
        chosen = task(name)
        check_task(chosen)
        trials = sample(chosen, key, 50)
        assert trials.inputs.shape == (50, chosen.n_steps, chosen.n_inputs)
        assert trials.targets.shape == (50, chosen.n_steps, chosen.n_outputs)
        assert trials.weights.shape == (50, chosen.n_steps)
        assert chosen.times.shape == (chosen.n_steps,)
        assert chosen.times[1] == chosen.dt
        assert all(x.shape == (50,) and x.dtype == jnp.float32 for x in trials.conditions.values())
        assert float(score(chosen, trials.targets, trials)) == 1
        if "choice" in trials.conditions:
            np.testing.assert_array_equal(chosen.choice(trials.targets, trials), trials.conditions["choice"])
        ideal = np.asarray(eqx.filter_jit(chosen.ideal)(trials))
        assert ideal.shape == (50,)
        assert ((ideal >= 0) & (ideal <= 1)).all()
        periods = chosen.periods
        assert all(0 <= start < stop <= chosen.n_steps * chosen.dt for start, stop in periods.values())
        assert chosen.ANSWER in periods

    def test_whoever_keeps_fixating_fails(self, name, key):
        chosen = task(name)
        trials = sample(chosen, key, 50)
        fixating = jnp.zeros_like(trials.targets).at[:, :, 0].set(1.0)
        holds_still = name == "GoNogo"  # the right answer to half of its trials
        expected = np.mean(np.asarray(trials.conditions["choice"]) == 0) if holds_still else 0
        assert float(score(chosen, fixating, trials)) == pytest.approx(expected)

    def test_padding_holds_nothing_and_counts_nothing(self, name, key):
        chosen = task(name)
        trials = sample(chosen, key, 50)
        padding = np.asarray(trials.weights) == 0
        assert padding.any() == ("steps" in trials.conditions)
        assert (np.asarray(trials.inputs)[padding] == 0).all()
        assert (np.asarray(trials.targets)[padding].argmax(-1) == 0).all()
        if padding.any():
            np.testing.assert_array_equal(trials.weights.sum(1), trials.conditions["steps"])
        noise = jnp.where(jnp.asarray(padding)[:, :, None], 5.0, 0.0) * jnp.arange(chosen.n_outputs)[None, None, :]
        judges = {loss: task(name, loss_function=loss) for loss in LOSSES}
        losses = eqx.filter_jit(lambda output: [judge.loss(output, trials) for judge in judges.values()])
        np.testing.assert_allclose(losses(trials.targets + noise), losses(trials.targets), rtol=1e-6, atol=1e-12)
        assert float(score(chosen, trials.targets + noise, trials)) == 1

    def test_new_numbers_compile_no_new_program(self, name, key):
        compiled = []

        @eqx.filter_jit
        def count(task, key):
            compiled.append(1)
            return task.sample(key, 5).inputs

        numbers, treedef = jax.tree.flatten(task(name))
        count.lower(task(name), key)
        count.lower(jax.tree.unflatten(treedef, [0.5 * x for x in numbers]), key)
        assert len(compiled) == 1
        assert len(numbers) > 0

    def test_the_fixation_cue_is_on_until_the_answer_or_during_fixation(self, name, key):
        for cue in ("until-decision", "during-fixation"):
            chosen = task(name, fixation_cue=cue)
            trials = sample(chosen, key, 50)
            on = np.asarray(trials.inputs)[:, :, 0]
            fixating, starts = map(np.asarray, fixation_and_start(chosen, trials))
            if cue == "during-fixation":
                np.testing.assert_array_equal(on, fixating)
            else:
                np.testing.assert_array_equal(on, np.arange(chosen.n_steps) < starts[:, None])

    def test_targets_fixate_until_the_answer_is_due(self, name, key):
        chosen = task(name)
        trials = sample(chosen, key, 50)
        clock = chosen.clock(trials)
        period = "response" if name == "ReadySetGo" else "decision"
        expected = np.asarray(clock.during(period)) * np.asarray(chosen.answer(trials.conditions))[:, None]
        np.testing.assert_array_equal(trials.targets.argmax(-1), expected)
        np.testing.assert_array_equal(clock.during("trial"), trials.weights)

    def test_choices_are_balanced(self, name, key):
        conditions = eqx.filter_jit(lambda task: task.sample(key, 20_000).conditions)(task(name))
        if "choice" in conditions:
            shares(np.asarray(conditions["choice"]), {0: 0.5, 1: 0.5})


@pytest.mark.first_variant
@pytest.mark.parametrize("name", TASKS)
def test_jit_and_vmap_change_nothing(name, key):
    chosen = task(name)
    compiled = sample(chosen, key, 50)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, atol=1e-6), chosen.sample(key, 50), compiled)
    keys = jax.random.split(key, 3)
    stacked = jax.jit(jax.vmap(lambda key: chosen.sample(key, 50).inputs))(keys)
    np.testing.assert_allclose(stacked[1], sample(chosen, keys[1], 50).inputs, atol=1e-6)


@pytest.mark.first_variant
@pytest.mark.parametrize(
    ("name", "dt"),
    [(name, dt) for dt in (100, 20) for name in NOISY],
)
def test_noise_has_its_standard_deviation_in_every_noisy_step_and_is_nowhere_else(name, dt, key):
    """The same key with and without noise; a standard deviation of N numbers has the relative error 1/√(2N)."""
    sigma, n = 0.7, 500
    noisy, still = (sample(task(name, dt=dt, noise=s), key, n) for s in (sigma, 0.0))
    chosen = task(name, dt=dt, noise=sigma)
    xi = np.asarray(noisy.inputs - still.inputs)
    inside = np.asarray(noisy_steps(chosen, noisy))
    assert (xi[~inside] == 0).all()
    assert (xi[:, :, 0] == 0).all()
    assert (xi[:, :, 1 + chosen.n_noisy :] == 0).all()
    drawn = xi[inside][:, 1 : 1 + chosen.n_noisy]
    assert drawn.std() == pytest.approx(sigma / np.sqrt(dt), rel=5 / np.sqrt(2 * drawn.size))
    assert drawn.mean() == pytest.approx(0, abs=5 * sigma / np.sqrt(dt * drawn.size))
    neighbours = np.corrcoef(drawn[:-1].ravel(), drawn[1:].ravel())[0, 1]
    assert abs(neighbours) < 5 / np.sqrt(drawn.size)


def ring(direction, coherence, n):
    theta = 2 * np.pi * np.arange(n) / n
    return 0.5 + coherence[:, None] / 200 * np.cos(theta - 2 * np.pi * direction[:, None] / n)


@pytest.mark.first_variant
@pytest.mark.parametrize("n", [2, 3, 8])
def test_perceptual_decision_shows_the_ring(n, key):
    chosen = PerceptualDecisionMaking(noise=0.0, n_choices=n, stim_scale=0.5, timing={"delay": 300})
    trials = sample(chosen, key, 4000)
    x = {name: np.asarray(values) for name, values in trials.conditions.items()}
    inputs = np.asarray(trials.inputs)
    np.testing.assert_allclose(
        inputs[:, 1:21, 1:], ring(x["choice"], x["coherence"], n)[:, None].repeat(20, 1), atol=1e-6
    )
    assert (inputs[:, [0, 21, 22, 23, 24], 1:] == 0).all()
    shares(x["choice"], dict.fromkeys(range(n), 1 / n))
    shares(x["coherence"], dict.fromkeys([0, 3.2, 6.4, 12.8, 25.6], 0.2))


def test_context_decision_shows_two_independent_rings_and_the_context(key):
    chosen = ContextDecisionMaking(noise=0.0)
    trials = sample(chosen, key, 5000)
    x = {name: np.asarray(values) for name, values in trials.conditions.items()}
    inputs, second = np.asarray(trials.inputs), x["context"] == 1
    for i in (1, 2):
        expected = ring(x[f"direction_{i}"], x[f"coherence_{i}"], 2)[:, None].repeat(7, 1)
        np.testing.assert_allclose(inputs[:, 3:10, 2 * i - 1 : 2 * i + 1], expected, atol=1e-6)
        shares(x[f"coherence_{i}"], {5: 1 / 3, 15: 1 / 3, 50: 1 / 3})
    assert (inputs[:, [0, 1, 2, *range(10, 40)], 1:5] == 0).all()
    np.testing.assert_array_equal(inputs[:, :, 6], second[:, None] * np.asarray(trials.weights))
    np.testing.assert_array_equal(inputs[:, :, 5], ~second[:, None] * np.asarray(trials.weights))
    for name in ("choice", "coherence"):
        source = "direction" if name == "choice" else name
        np.testing.assert_array_equal(x[name], np.where(second, x[f"{source}_2"], x[f"{source}_1"]))
    columns = np.stack([x[c] for c in ("context", "direction_1", "direction_2", "coherence_1", "coherence_2", "delay")])
    correlations = np.corrcoef(columns)[np.triu_indices(len(columns), 1)]
    assert np.abs(correlations).max() < 5 / np.sqrt(5000)
    steps, share = chosen.durations["delay"].steps(100.0)
    shares(x["delay"] / 100, dict(zip(steps, share, strict=True)))


def test_two_senses_share_one_coherence(key):
    trials = sample(MultiSensoryIntegration(noise=0.0), key, 5000)
    x = {name: np.asarray(values) for name, values in trials.conditions.items()}
    for i, part in enumerate((x["share"], 1 - x["share"])):
        expected = ring(x["choice"], part * x["coherence"], 2)
        np.testing.assert_allclose(np.asarray(trials.inputs)[:, 5, 1 + 2 * i : 3 + 2 * i], expected, atol=1e-6)
    assert x["share"].mean() == pytest.approx(0.5, abs=5 / np.sqrt(12 * 5000))
    assert x["share"].var() == pytest.approx(1 / 12, rel=0.05)


def test_delay_comparison_shows_both_frequencies(key):
    trials = sample(DelayComparison(noise=0.0), key, 4000)
    x = {name: np.asarray(values) for name, values in trials.conditions.items()}
    inputs = np.asarray(trials.inputs)[:, :, 1]
    np.testing.assert_allclose(inputs[:, 5:10], ((1 + (x["first"] - 10) / 24) / 2)[:, None].repeat(5, 1), atol=1e-6)
    np.testing.assert_allclose(inputs[:, 20:25], ((1 + (x["second"] - 10) / 24) / 2)[:, None].repeat(5, 1), atol=1e-6)
    assert (np.delete(inputs, [*range(5, 10), *range(20, 25)], axis=1) == 0).all()
    np.testing.assert_array_equal(x["choice"], x["second"] > x["first"])
    shares(
        x["first"] + 100 * x["second"],
        {a + 100 * b: 0.1 for p in DelayComparison().pairs.tolist() for a, b in (p, p[::-1])},
    )


def test_a_test_matches_the_sample_or_is_opposite(key):
    trials = sample(DelayMatchSample(noise=0.0, n_directions=4), key, 2000)
    x = {name: np.asarray(values) for name, values in trials.conditions.items()}
    inputs, full = np.asarray(trials.inputs)[:, :, 1:], np.full(2000, 100.0)
    np.testing.assert_allclose(inputs[:, 5], ring(x["direction"], full, 4), atol=1e-6)
    np.testing.assert_allclose(inputs[:, 20], ring(x["direction"] + 2 * x["choice"], full, 4), atol=1e-6)


@pytest.mark.slow
def test_intervals_never_tie_and_are_those_of_pairs_that_differ(key):
    """At dt 80 ms, 23 % of independent pairs would tie."""
    n, chosen = 50_000, IntervalDiscrimination()
    x = {name: np.asarray(values) for name, values in sample(chosen, key, n).conditions.items()}
    steps, share = chosen.durations["stimulus1"].steps(80.0)
    assert (share**2).sum() == pytest.approx(0.2356, abs=1e-4)
    joint = np.outer(share, share) * (1 - np.eye(len(steps)))
    pairs = {80 * a + 10_000 * 80 * b: p for a, r in zip(steps, joint / joint.sum(), strict=True)
             for b, p in zip(steps, r, strict=True)}  # fmt: skip
    shares(x["stimulus1"] + 10_000 * x["stimulus2"], pairs)
    assert not (x["stimulus1"] == x["stimulus2"]).any()
    np.testing.assert_array_equal(x["choice"], x["stimulus2"] > x["stimulus1"])
    trials = sample(chosen, key, 100)
    shown = np.asarray(trials.inputs).sum(1) * 80
    np.testing.assert_array_equal(shown[:, 1], trials.conditions["stimulus1"])
    np.testing.assert_array_equal(shown[:, 2], trials.conditions["stimulus2"])


class TestReadySetGo:
    def test_the_interval_runs_from_onset_to_onset(self, key):
        for gain in (1.0, 1.5):
            chosen = ReadySetGo(dt=20, gain=gain)
            trials = sample(chosen, key, 300)
            x = np.asarray(trials.inputs)
            ready, set_on = (x[:, :, i].argmax(1) for i in (1, 2))
            due = np.asarray(trials.targets)[:, :, 1].argmax(1)
            np.testing.assert_array_equal((set_on - ready) * 20, trials.conditions["measure"])
            np.testing.assert_array_equal((due - set_on) * 20, trials.conditions["production"])
            np.testing.assert_array_equal(due - set_on, np.floor(gain * (set_on - ready) + 1e-9))
            np.testing.assert_array_equal(x[:, :, 1].sum(1), 4)
            np.testing.assert_array_equal(chosen.produced(trials.targets, trials), trials.conditions["production"])
            after = trials.conditions["steps"] - set_on - 4
            np.testing.assert_allclose(after * 20, 2 * trials.conditions["production"])

    @pytest.mark.parametrize("late", [-12, -11, 0, 11, 12])
    def test_success_ends_at_the_tolerance(self, late, key):
        """An interval of 1000 ms tolerates 0.2·1000 + 25 = 225 ms: 11 steps of 20 ms, not 12."""
        chosen = ReadySetGo(dt=20, timing={"measure": 1000})
        trials = sample(chosen, key, 3)
        shifted = jnp.roll(trials.targets, late, axis=1).at[:, :30, 0].set(2.0)
        np.testing.assert_array_equal(chosen.produced(shifted, trials), 1000 + 20 * late)
        assert np.asarray(chosen.correct(shifted, trials)).all() == (abs(late) < 12)

    def test_a_go_before_set_fails(self, key):
        chosen = ReadySetGo()
        trials = sample(chosen, key, 10)
        assert float(score(chosen, trials.targets.at[:, 1, 1].set(2.0), trials)) == 0


def observed(chosen, trials, hypotheses):
    """Choose by the full posterior: the likelihood of every noisy number under every hypothesis about the trial."""
    clock = chosen.clock(jax.tree.map(lambda x: x[:1], trials))
    shown = chosen.shown({name: jnp.asarray(x, jnp.float32) for name, x in hypotheses.items()})
    means = sum(np.asarray(clock.during(p))[0][None, :, None] * np.asarray(x)[:, None, :] for p, x in shown.items())
    inside = np.asarray(clock.during(*chosen.NOISY))[0]
    x = np.asarray(trials.inputs, float)[:, inside, 1:].reshape(len(trials.inputs), -1)
    m = means[:, inside].astype(float).reshape(len(means), -1)
    log_likelihood = (x @ m.T - (m**2).sum(1) / 2) * chosen.dt / float(chosen.noise) ** 2
    classes = np.unique(hypotheses["choice"])
    posterior = np.stack([logsumexp(log_likelihood[:, hypotheses["choice"] == c], axis=1) for c in classes], axis=1)
    return classes[posterior.argmax(1)] == np.asarray(trials.conditions["choice"])


def grid(**values):
    columns = np.meshgrid(*values.values(), indexing="ij")
    return {name: x.ravel() for name, x in zip(values, columns, strict=True)}


PAIRS = np.array([(18, 10), (22, 14), (26, 18), (30, 22), (34, 26)])
OBSERVERS = {
    "perceptual decision": (PerceptualDecisionMaking(), grid(choice=range(2), coherence=[0, 6.4, 12.8, 25.6, 51.2])),
    "three directions": (
        PerceptualDecisionMaking(n_choices=3),
        grid(choice=range(3), coherence=[0, 6.4, 12.8, 25.6, 51.2]),
    ),
    "five directions": (
        PerceptualDecisionMaking(n_choices=5, noise=2.0),
        grid(choice=range(5), coherence=[0, 6.4, 12.8, 25.6, 51.2]),
    ),
    "two senses": (
        MultiSensoryIntegration(noise=2.0),
        grid(choice=range(2), coherence=[5, 15, 50], share=np.linspace(0.0125, 0.9875, 40)),
    ),
    "two senses, four directions": (
        MultiSensoryIntegration(noise=2.0, n_choices=4),
        grid(choice=range(4), coherence=[5, 15, 50], share=np.linspace(0.0125, 0.9875, 40)),
    ),
    "delayed comparison": (
        DelayComparison(noise=3.0),
        {
            "choice": np.repeat([0, 1], 5),
            "first": np.append(PAIRS[:, 0], PAIRS[:, 1]),
            "second": np.append(PAIRS[:, 1], PAIRS[:, 0]),
        },
    ),
    "match to sample": (DelayMatchSample(noise=15.0), grid(choice=range(2), direction=range(2))),
    "match to one of three": (DelayMatchSample(noise=15.0, n_directions=3), grid(choice=range(2), direction=range(3))),
    "go or no-go": (GoNogo(noise=15.0), grid(choice=range(2))),
}


MORE = {
    "five directions",
    "three directions",
    "two senses, four directions",
    "match to one of three",
    "match to sample",
}


@pytest.mark.parametrize("name", [o if o not in MORE else pytest.param(o, marks=pytest.mark.slow) for o in OBSERVERS])
def test_the_ideal_observer_succeeds_as_often_as_the_full_posterior(name, key):
    """It succeeds ΣP ± √ΣP(1 − P) times, to 4.5 of these; where `ideal` is 0 or 1, they agree trial by trial."""
    chosen, hypotheses = OBSERVERS[name]
    trials = sample(chosen, key, 20_000)
    right, p = observed(chosen, trials, hypotheses), np.asarray(eqx.filter_jit(chosen.ideal)(trials), float)
    if set(np.unique(p)) <= {0, 1}:
        assert (right == p).mean() > 0.995  # the grid of shares is not the quadrature of `ideal`
    else:
        assert 0.5 < p.mean() < 0.97
        assert right.sum() == pytest.approx(p.sum(), abs=4.5 * np.sqrt((p * (1 - p)).sum()))


@pytest.mark.slow
def test_sampled_durations_enter_the_ideal_observer(key):
    chosen = PerceptualDecisionMaking(timing={"stimulus": Uniform(200, 2000)}, coherences=(6.4,))
    trials = sample(chosen, key, 20_000)
    right = observed_sum(chosen, trials)
    p = np.asarray(eqx.filter_jit(chosen.ideal)(trials), float)
    assert len(np.unique(p)) == 18
    assert right.sum() == pytest.approx(p.sum(), abs=4.5 * np.sqrt((p * (1 - p)).sum()))


def observed_sum(chosen, trials):
    """Choose the channel with more input in all."""
    total = np.asarray(trials.inputs)[:, :, 1:].sum(1)
    return total.argmax(1) == np.asarray(trials.conditions["choice"])


def test_losses_are_their_formulas(key):
    chosen = PerceptualDecisionMaking()
    trials = sample(chosen, key, 20)
    output = jax.random.normal(key, trials.targets.shape)
    y, target = np.asarray(output, float), np.asarray(trials.targets, float)
    expected = {
        "cross-entropy": (logsumexp(y, axis=-1) - (y * target).sum(-1)).mean(),
        "L1": np.abs(y - target).mean(),
        "L2": ((y - target) ** 2).mean(),
    }
    assert set(expected) == set(LOSSES)
    for name, value in expected.items():
        assert float(PerceptualDecisionMaking(loss_function=name).loss(output, trials)) == pytest.approx(
            value, rel=1e-5
        )


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: task("PerceptualDecisionMakin"), "Did you mean 'PerceptualDecisionMaking'"),
        (lambda: task("GoNogo", nois=1), "no option of GoNogo 'nois'. Did you mean 'noise'"),
        (lambda: task("GoNogo", dt=600), "dt = 600 ms is longer than the period 'stimulus' of 500 ms"),
        (lambda: task("ReadySetGo", dt=90), "longer than the period 'ready' of 83 ms"),
        (lambda: task("GoNogo", dt=0), "dt must be above 0"),
        (lambda: task("GoNogo", noise=-1), "noise must be at least 0"),
        (lambda: task("GoNogo", noise=np.inf), "noise must be at least 0"),
        (lambda: task("GoNogo", noise="much"), "'much' is not a valid value for the option 'noise' of GoNogo"),
        (lambda: task("GoNogo", timing=5, dt=20), "5 is not a valid value for the option 'timing' of GoNogo"),
        (lambda: task("GoNogo", timing={"delay": "500"}), "is not a valid value for the option 'timing'"),
        (lambda: task("GoNogo", timing={"delay": 1e12}), "may have 100000 steps at most"),
        (lambda: task("MultiSensoryIntegration", n_choices=2.5), "2.5 is not a valid value for the option 'n_choices'"),
        (lambda: task("ReadySetGo", noise=1), "carry no noise"),
        (lambda: task("PerceptualDecisionMaking", coherences=(0, 120)), "percents from 0 to 100"),
        (lambda: task("PerceptualDecisionMaking", coherences=()), "percents from 0 to 100"),
        (lambda: task("ContextDecisionMaking", coherences=(-5, 5)), "percents from 0 to 100"),
        (lambda: task("PerceptualDecisionMaking", stim_scale=-1), "stim_scale must be at least 0"),
        (lambda: task("PerceptualDecisionMaking", n_choices=1), "n_choices must be from 2 to 360"),
        (lambda: task("PerceptualDecisionMaking", n_choices=100_000), "n_choices must be from 2 to 360"),
        (lambda: task("DelayMatchSample", n_directions=1), "n_directions must be at least 2"),
        (lambda: task("GoNogo", timing={"stimuls": 1}), "no period of GoNogo 'stimuls'. Did you mean 'stimulus'"),
        (lambda: task("GoNogo", timing={"decision": 0}), "'decision' must last at least one step"),
        (lambda: task("GoNogo", rewards={"mis": 1}), "Did you mean 'miss'"),
        (lambda: task("GoNogo", rewards={"miss": "a"}), "'miss' must be a finite number; got 'a'"),
        (lambda: task("GoNogo", rewards={"miss": float("nan")}), "'miss' must be a finite number; got nan"),
        (lambda: task("GoNogo", loss_function="crossentropy"), "Did you mean 'cross-entropy'"),
        (lambda: task("GoNogo", fixation_cue="until decision"), "Did you mean 'until-decision'"),
        (lambda: task("DelayComparison", pairs=((10, 18),)), "the higher one first"),
        (lambda: task("ReadySetGo", gain=0), "gain must be above 0"),
        (lambda: task("ReadySetGo", timing={"ready": 900}), "longer than the shortest 'measure'"),
        (lambda: task("IntervalDiscrimination", timing={"stimulus1": 400, "stimulus2": 410}), "always last the same"),
    ],
)
def test_bad_input_gets_one_sentence(make, message):
    with pytest.raises(InputError, match=message.replace("(", r"\(")):
        make()


OWN = """
import jax, jax.numpy as jnp
from isocortex.tasks import TimedTask
class Mine(TimedTask):
    TIMING = {"fixation": 100, "stimulus": 300, "decision": 100}
    STIMULI = ("x",)
    CHOICES = ("a", "b")
    def draw(self, key, clock):
        return {"choice": jax.random.randint(key, (clock.n,), 0, 2)}
    def shown(self, conditions):
        return {"stimulus": conditions["choice"][:, None]}
    def ideal(self, trials):
        return jnp.ones(len(trials.weights))
class Flat(Mine):
    def shown(self, conditions):
        return {"stimulus": conditions["choice"]}
class Wide(Mine):
    def shown(self, conditions):
        return {"stimulus": conditions["choice"][:, None] * jnp.ones((1, 2))}
class Elsewhere(Mine):
    def shown(self, conditions):
        return {"stimulation": conditions["choice"][:, None]}
class One(Mine):
    def draw(self, key, clock):
        return {"choice": jnp.ones(())}
class Mean(Mine):
    def ideal(self, trials):
        return jnp.ones(())
class Breaks(Mine):
    def draw(self, key, clock):
        return {"choice": jnp.ones(3) + jnp.ones(4)}
class Half(TimedTask):
    TIMING = {"fixation": 100, "decision": 100}
    def draw(self, key, clock):
        return {}
class Other:
    pass
class Text(Mine):
    STIMULI = ("x")
class Mute(Mine):
    CHOICES = ()
class Endless(Mine):
    TIMING = {"fixation": 100, "stimulus": 300}
class Silent(Mine):
    NOISY = ("delay",)
class Unsure(Mine):
    def draw(self, key, clock):
        return {"answer": jnp.ones(clock.n)}
class Bare(Mine):
    def draw(self, key, clock):
        return jnp.ones(clock.n)
class Nothing(Mine):
    def shown(self, conditions):
        pass
class Many(Mine):
    def draw(self, key, clock):
        return {"choice": jax.random.randint(key, (clock.n,), 0, 5)}
class Void(Mine):
    def shown(self, conditions):
        return {"stimulus": jnp.log(-1 - conditions["choice"])[:, None]}
class Sure(Mine):
    def ideal(self, trials):
        return 2 * jnp.ones(len(trials.weights))
"""


@pytest.fixture
def own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own_tasks.py").write_text(OWN)
    (tmp_path / "broken_tasks.py").write_text("import isocortex\n1 / 0\n")
    (tmp_path / "hungry_tasks.py").write_text("import there_is_no_such_package\n")
    return lambda name, **options: task(f"own_tasks:{name}", **options)


@pytest.mark.slow
def test_a_task_of_ones_own_is_one_class(own, key):
    chosen = own("Mine", dt=50)
    assert isinstance(chosen, TimedTask)
    trials = sample(chosen, key, 10)
    assert trials.inputs.shape == (10, 10, 2)
    assert float(score(chosen, trials.targets, trials)) == 1


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Flat", r"Flat.shown's 'stimulus' must have the shape \(3, 1\) \(trial × stimulus\); got \(3,\)"),
        ("Wide", r"Wide.shown's 'stimulus' must have the shape \(3, 1\) \(trial × stimulus\); got \(3, 2\)"),
        ("Elsewhere", "no period of Elsewhere, 'stimulation'. Did you mean 'stimulus'"),
        ("One", r"One.draw's 'choice' must have the shape \(3,\) \(trial\); got \(\)"),
        ("Mean", r"Mean.ideal must have the shape \(3,\) \(trial\); got \(\)"),
        ("Breaks", "Breaks.draw failed with TypeError"),
        ("Half", "own_tasks:Half lacks ideal, shown"),
        ("Text", r"Text.STIMULI must be several names, and is the text 'x': write \('x',\)"),
        ("Mute", "Mute.CHOICES must name at least one answer"),
        ("Endless", "no period of Endless for its answer or noise, 'decision'"),
        ("Silent", "no period of Silent for its answer or noise, 'delay'"),
        ("Unsure", "Unsure.draw must return 'choice', the index of the right answer; got answer"),
        ("Bare", "Bare.draw must return a dict with a name for each condition; got an array"),
        ("Nothing", "Nothing.shown must return a dict with a name for each period; got NoneType"),
        ("Many", "Many.draw's 'choice' must be the index of one of the 2 CHOICES"),
        ("Void", "Void shows inputs that are not finite"),
        ("Sure", "Sure.ideal must return probabilities"),
        ("", "own_tasks:'; a task that you wrote is given as my_module:MyTask"),
        ("Other", "Other is not a task"),
        ("Min", "no class in own_tasks.py, 'Min'. Did you mean 'Mine'"),
    ],
)
def test_what_is_wrong_with_a_task_is_said(own, name, message):
    with pytest.raises(InputError, match=message):
        own(name)


@pytest.mark.parametrize(
    ("module", "message"),
    [
        ("no_tasks", "There is no no_tasks.py in"),
        ("broken_tasks", "could not be imported: ZeroDivisionError"),
        ("hungry_tasks", "could not be imported: No module named 'there_is_no_such_package'"),
    ],
)
def test_what_is_wrong_with_a_module_is_said(own, module, message):
    with pytest.raises(InputError, match=message):
        task(f"{module}:Mine")


@pytest.mark.slow
def test_the_file_may_be_named_with_its_ending_but_not_without_its_class(own):
    assert type(task("own_tasks.py:Mine")).__name__ == "Mine"
    with pytest.raises(InputError, match="a task that you wrote is given as my_module:MyTask"):
        task("own_tasks")
