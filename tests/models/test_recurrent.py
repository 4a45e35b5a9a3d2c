import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from isocortex import CTRNN, GRU, LSTM, InputError, load_model, population, save_model
from isocortex.models import ACTIVATIONS, SpikingRNN, member
from isocortex.models.leaky import leaky

KINDS = {
    "CTRNN": CTRNN,
    "Dale": lambda *n, **options: CTRNN(*n, excitatory=0.75, **options),
    "GRU": GRU,
    "LSTM": LSTM,
    "spiking": lambda *n, **options: SpikingRNN(*n, adaptive=0.5, beta=0.3, **options),
}
CONTINUOUS = [kind for kind in KINDS if kind != "spiking"]


def build(kind, key, **options):
    return KINDS[kind](3, 2, n_units=8, key=key, **options)


@pytest.fixture
def x(rng):
    return jnp.asarray(rng.standard_normal((20, 3)), jnp.float32)


def test_a_ctrnn_is_its_equation(key, x):
    """The loop of REFERENCE.md §3 in NumPy and float64, with the same noise."""
    tau = np.linspace(40, 200, 8)
    network = CTRNN(3, 2, n_units=8, dt=20.0, tau=tau, noise=0.3, activation="tanh", key=key)
    activity = network(x, key=jax.random.key(1))
    xi = np.asarray(jax.random.normal(jax.random.key(1), (20, 8)), float)
    alpha, h = 20 / tau, np.zeros(8)
    w_x, w_r, b, w_o, b_o = (
        np.asarray(getattr(network, name), float)
        for name in ("input_weight", "recurrent_weight", "bias", "output_weight", "output_bias")
    )
    for t in range(20):
        h = (1 - alpha) * h + alpha * np.tanh(w_x @ x[t] + w_r @ h + b) + 0.3 * np.sqrt(2 * alpha) * xi[t]
        np.testing.assert_allclose(activity["rate"][t], h, atol=2e-6)  # 20 steps of a contraction, 1e-7 each
        np.testing.assert_allclose(activity["output"][t], w_o @ h + b_o, atol=4e-6)


@pytest.mark.first_variant
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_gradient_is_that_of_autodiff(activation, rng):
    """All five gradients of the hand-written backward pass against differentiation through the scan, in float64."""
    with jax.enable_x64(True):
        f = ACTIVATIONS[activation].f
        w, drive, kick, start = (jnp.asarray(rng.standard_normal(s)) for s in ((6, 6), (15, 6), (15, 6), (6,)))
        alpha, wanted = jnp.linspace(0.1, 0.9, 6), jnp.asarray(rng.standard_normal((15, 6)))

        def plain(w, drive, kick, start, alpha):
            def step(h, added):
                h = (1 - alpha) * h + alpha * f(added[0] + w @ h) + added[1]
                return h, h

            return jax.lax.scan(step, start, (drive, kick))[1]

        arguments = (w / 3, drive, kick, start, alpha)
        mine = jax.grad(lambda *a: jnp.sum(wanted * leaky(f, *a) ** 2), argnums=range(5))(*arguments)
        theirs = jax.grad(lambda *a: jnp.sum(wanted * plain(*a) ** 2), argnums=range(5))(*arguments)
        for a, b in zip(mine, theirs, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-11, atol=1e-11)


def test_noise_inside_is_noise_outside_where_f_is_linear(key, x):
    """α·σ√(2/α) = σ√(2α): a rectifier far above its threshold does not tell the two apart."""
    outside, inside = (CTRNN(3, 2, n_units=8, noise=0.2, noise_inside=i, key=key) for i in (False, True))
    above = (outside.bias + 50, jnp.abs(outside.recurrent_weight) / 4)
    shifted = [eqx.tree_at(lambda n: (n.bias, n.recurrent_weight), n, above) for n in (outside, inside)]
    a, b = (n(x, key=key)["rate"] for n in shifted)
    np.testing.assert_allclose(a, b, rtol=1e-5)
    assert not np.allclose(outside(x, key=key)["rate"], inside(x, key=key)["rate"], atol=0.01)


def test_the_noise_of_an_idle_unit_has_its_closed_form(key):
    """h ← (1−α)h + σ√(2α)ξ is an autoregression of variance 2ασ²/(1 − (1−α)²) = σ²·2/(2−α), and correlation 1−α.

    2000 independent runs of 64 units, so 128,000 numbers: the variance is known to √(2/128000) = 0.4 %.
    """
    network = CTRNN(1, 1, noise=0.5, key=key)
    idle = eqx.tree_at(lambda n: (n.recurrent_weight, n.bias), network, (jnp.zeros((64, 64)), jnp.full(64, -100.0)))
    runs = jax.jit(jax.vmap(lambda k: idle(jnp.zeros((60, 1)), key=k)["rate"][-2:]))(jax.random.split(key, 2000))
    before, after = np.asarray(runs[:, 0]).ravel(), np.asarray(runs[:, 1]).ravel()
    assert after.var() == pytest.approx(0.25 * 2 / 1.8, rel=0.016)  # four standard errors
    assert np.corrcoef(before, after)[0, 1] == pytest.approx(0.8, abs=0.004)  # 4·(1−ρ²)/√n


@pytest.mark.first_variant
@pytest.mark.parametrize("kind", KINDS)
def test_steps_and_readout_retrace_the_model(kind, key, x):
    model = build(kind, key)
    activity = model(x)
    state = model.initial_state
    for t in range(len(x)):
        state = model.step(state, x[t])
        np.testing.assert_allclose(activity["rate"][t], state[:8], atol=1e-6)
        np.testing.assert_allclose(activity["output"][t], model.readout(state), atol=1e-6)


@pytest.mark.first_variant
@pytest.mark.parametrize("kind", CONTINUOUS)
def test_a_held_network_is_a_system(kind, key, x):
    """f against its definition, and the Jacobian against central differences: error h²·f‴/6 + ε/h ≈ 1e-10 at 1e-5."""
    model = build(kind, key)
    with jax.enable_x64(True):
        held = model.held(x[0])
        state = jnp.asarray(np.random.default_rng(1).uniform(0.1, 1, held.dimension))
        np.testing.assert_allclose(held.f(0.0, state), (model.step(state, x[0]) - state) / 20, rtol=1e-12)
        jacobian = jax.jacfwd(lambda h: held.f(0.0, h))(state)
        for i in range(held.dimension):
            e = jnp.zeros(held.dimension).at[i].set(1e-5)
            difference = (held.f(0.0, state + e) - held.f(0.0, state - e)) / 2e-5
            np.testing.assert_allclose(jacobian[:, i], difference, atol=1e-8)
    assert held.variables[:2] == ("unit 0", "unit 1")


def test_a_held_ctrnn_does_not_depend_on_dt(key, x):
    state = jnp.linspace(-1, 1, 8)
    coarse, fine = (CTRNN(3, 2, n_units=8, dt=dt, key=key).held(x[0]).f(0.0, state) for dt in (50.0, 1.0))
    np.testing.assert_allclose(coarse, fine, atol=1e-6)


def test_dales_law(key):
    """Signs by sender, no self-connections, excitatory units alone read out, and excitation in balance."""
    network = CTRNN(3, 2, n_units=200, excitatory=0.8, key=key)
    w = np.asarray(network.recurrent)
    assert (w[:, :160] >= 0).all()
    assert (w[:, 160:] <= 0).all()
    assert (np.diag(w) == 0).all()
    assert (np.asarray(network.read)[:, 160:] == 0).all()
    # Σ|U(±a)| over 160·200 and 40·200 draws: each has a relative error of 1/√3/√n, and so the difference 0.7 %
    assert w[:, :160].sum() == pytest.approx(-w[:, 160:].sum(), rel=0.03)


def test_masks(key):
    sparse = CTRNN(3, 2, n_units=40, mask=0.25, key=key)
    np.testing.assert_array_equal((np.asarray(sparse.recurrent) != 0).sum(axis=1), 10)
    assert np.abs(sparse.recurrent_weight).max() == pytest.approx(1 / np.sqrt(10), rel=0.01)
    structure = np.tri(8, dtype=bool)
    np.testing.assert_array_equal(np.asarray(CTRNN(3, 2, n_units=8, mask=structure, key=key).recurrent) != 0, structure)


def test_other_values_of_noise_tau_and_dt_do_not_compile_again(key, x):
    compiled = []

    @eqx.filter_jit
    def run(network):
        compiled.append(1)
        return network(x, key=key)["output"]

    for options in ({}, {"dt": 10.0}, {"tau": 50.0}, {"tau": np.linspace(20, 90, 8)}, {"noise": 0.0}):
        run(CTRNN(3, 2, n_units=8, key=key, **options))
    assert len(compiled) == 1


@pytest.mark.first_variant
@pytest.mark.parametrize("kind", KINDS)
def test_a_saved_model_comes_back(kind, key, tmp_path):
    options = {"tau": np.linspace(50, 90, 8), "mask": 0.5, "train_start": True} if kind == "CTRNN" else {}
    models = population(lambda k: build(kind, k, **options), 2, key=key)
    save_model(tmp_path / "model.eqx", models)
    loaded = load_model(tmp_path)
    assert jax.tree.structure(loaded) == jax.tree.structure(models)
    for a, b in zip(jax.tree.leaves(models), jax.tree.leaves(loaded), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.first_variant
@pytest.mark.parametrize("kind", KINDS)
def test_a_member_is_the_model_it_was_built_as(kind, key, x):
    models = population(lambda k: build(kind, k), 3, key=key)
    alone = build(kind, jax.random.fold_in(key, 1))
    np.testing.assert_allclose(member(models, 1)(x)["output"], alone(x)["output"], atol=1e-6)
    with pytest.raises(InputError, match="has the members 0 to 2; got 3"):
        member(models, 3)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"n_units": 0}, "n_units must be at least 1; got 0"),
        ({"activation": "rleu"}, "Did you mean 'relu'"),
        ({"dt": 200.0}, "dt must be above 0 and at most tau, 100 ms; got 200 ms"),
        ({"tau": np.ones(3)}, "one for each of the 8 units"),
        ({"noise": -1.0}, "noise must be at least 0"),
        ({"excitatory": 1.0}, "excitatory and inhibitory units among the 8; got 1"),
        ({"mask": 0.0}, "share of connections must be above 0"),
        ({"mask": np.ones((3, 3))}, r"have the shape \(8, 8\), to × from; got \(3, 3\)"),
    ],
)
def test_bad_options_are_refused(options, sentence, key):
    with pytest.raises(InputError, match=sentence):
        CTRNN(3, 2, **({"n_units": 8} | options), key=key)


def test_a_held_input_has_one_value_per_channel(key, x):
    with pytest.raises(InputError, match=r"one value per channel; got the shape \(20, 3\)"):
        build("GRU", key).held(x)
