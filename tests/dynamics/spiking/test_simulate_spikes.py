"""Neurons and networks: published numbers, closed forms, and what must not change a spike."""

import warnings
from typing import Any
from collections.abc import Callable

import jax
import numpy as np
import pytest

from isocortex.dynamics import (
    LIF,
    NMDA,
    QIF,
    STDP,
    AdEx,
    Afferents,
    Conductance,
    Connections,
    Current,
    Delta,
    GapJunctions,
    Izhikevich,
    Network,
    OUNoise,
    PoissonInput,
    PoissonSources,
    Projection,
    TripletSTDP,
    TsodyksMarkram,
    WhiteNoise,
    fixed_in_degree,
    simulate_spikes,
)
from isocortex.errors import InputError
from isocortex.spike_trains import SpikeTrains

KEY = jax.random.key(0)


def train(times: list[float] | np.ndarray, duration: float) -> SpikeTrains:
    return SpikeTrains(np.asarray(times, float), np.zeros(len(times), int), 1, duration)


def test_published_counts_of_the_lif() -> None:
    currents = np.array([200.0, 210, 250, 300, 390])
    found = simulate_spikes(LIF(), duration=1000, current=currents, method="euler")
    assert np.bincount(found.spikes.unit, minlength=5).tolist() == [0, 31, 55, 77, 108]


@pytest.mark.parametrize(("sigma", "spikes", "cv"), [(0.5, 55, 0.043), (3.0, 57, 0.222)])
def test_published_noisy_current(sigma: float, spikes: int, cv: float) -> None:
    drawn = np.random.RandomState(2020).randn(10_000)  # the published generator
    current = 250 + sigma * drawn[:, None] / np.sqrt(0.1 / 1000)
    intervals = np.diff(simulate_spikes(LIF(), duration=1000, current=current, method="euler").spikes.times)
    assert len(intervals) + 1 == spikes
    assert round(intervals.std() / intervals.mean(), 3) == cv


def test_published_patterns_of_adex() -> None:
    rows = {  # C, g_L, E_L, a, tau_w, b, V_reset, current: spikes, first, first and last interval, CV (REFERENCE.md §7)
        (200, 10, -70, 2, 30, 0, -58, 500): (60, 14.5, 9.3, 9.9, 0.01),
        (200, 12, -70, 2, 300, 60, -58, 500): (12, 15.2, 11.6, 76.1, 0.51),
        (130, 18, -58, 4, 150, 120, -50, 400): (12, 5.8, 3.8, 64.2, 0.42),
        (200, 10, -58, 2, 120, 100, -46, 210): (11, 16.5, 3.3, 5.8, 1.11),
        (200, 12, -70, -10, 300, 0, -58, 300): (45, 33.9, 20.9, 10.5, 0.20),
        (100, 10, -65, -10, 90, 30, -47, 110): (32, 57.6, 3.6, 7.9, 1.25),
    }
    C, g_L, E_L, a, tau_w, b, V_reset, current = np.array(list(rows), float).T
    neurons = AdEx(C=C, g_L=g_L, E_L=E_L, a=a, tau_w=tau_w, b=b, V_reset=V_reset)
    spikes = simulate_spikes(neurons, duration=600, current=current).spikes
    for i, (n, first, *gaps, cv) in enumerate(rows.values()):
        times = spikes.of(i)
        between = np.diff(times)
        assert len(times) == n
        np.testing.assert_allclose([times[0], between[0], between[-1]], [first, *gaps], atol=0.01)
        assert between.std() / between.mean() == pytest.approx(cv, abs=0.0052)  # printed with two digits


def test_the_interval_of_the_exact_lif_is_the_closed_form() -> None:
    current, step = 260.0, 0.01
    intervals = np.diff(simulate_spikes(LIF(), duration=500, dt=step, current=current).spikes.times)
    closed = 2 + 10 * np.log(26 / (26 - 20))  # t_ref + τ ln(RI/(RI − (V_th − E_L)))
    assert closed <= intervals[0] <= closed + step  # the first step at the threshold
    np.testing.assert_allclose(intervals, intervals[0], atol=1e-9)


@pytest.mark.parametrize(
    ("neurons", "current"), [(QIF(), 60.0), (AdEx(b=20.0), 200.0), (Izhikevich(), 2.0), (LIF(), 150.0)]
)
def test_euler_converges_with_order_1(neurons: object, current: float) -> None:
    def end(dt: float) -> np.ndarray:
        found = simulate_spikes(neurons, duration=20, dt=dt, current=current, method="euler", record=neurons.variables)
        assert len(found.spikes.times) == 0
        return np.array([found.traces[name].sel(time=16).item() for name in neurons.variables])

    coarse, fine, finer = end(0.04), end(0.02), end(0.01)
    order = np.log2(np.abs(coarse - fine) / np.abs(fine - finer))
    np.testing.assert_allclose(order, 1, atol=0.1)  # the error of the order itself is of the order of dt


def test_exponential_current_between_steps_is_exact() -> None:
    """The response to one spike is Σ of two exponentials, whatever the step."""
    tau_m, tau = 10.0, 5.0
    network = Network(
        LIF(tau_m=tau_m, E_L=0, g_L=1, V_th=20, V_reset=-1),
        1,
        receptors={"s": Current(tau)},
        afferents=[Afferents(train([0.0], 50), 3.0, "s")],
    )
    V = simulate_spikes(network, duration=40, dt=0.5, record=("V",)).traces["V"]
    t = V["time"].values
    closed = 3 * tau / (tau_m - tau) * (np.exp(-t / tau_m) - np.exp(-t / tau))
    np.testing.assert_allclose(V.values[0, :, 0], closed, atol=1e-12)


@pytest.mark.parametrize(
    ("rule", "ratios"),
    [
        (TsodyksMarkram(0.5, 100, 50), {5: 0.9354, 10: 0.8174, 20: 0.6302, 40: 0.4098}),
        (TsodyksMarkram(0.2, 100, 750), {2: 1.693, 8: 2.446, 40: 1.086}),
    ],
)
def test_published_short_term_plasticity(rule: TsodyksMarkram, ratios: dict[int, float]) -> None:
    for rate, expected in ratios.items():
        spikes = train(np.arange(10) * 1000.0 / rate, 9100 / rate)
        network = Network(
            LIF(), 1, receptors={"g": Conductance(5.0, 0.0)}, afferents=[Afferents(spikes, 1.2, "g", short_term=rule)]
        )
        g = simulate_spikes(network, duration=9100 / rate, record=("g",)).traces["g"].values[0, :, 0]
        at = np.rint(spikes.times / 0.1).astype(int)
        assert g[0] == pytest.approx(1.2 * float(rule.U0), abs=1e-12)
        assert round(g[at[9]] / g[0], 4 if rate != 2 and rate != 8 and rule.U0 == 0.5 else 3) == expected


def test_a_refractory_neuron_is_held_for_exactly_its_time() -> None:
    found = simulate_spikes(LIF(t_ref=3.0), duration=40, current=400.0, record=("V",))
    V, first = found.traces["V"].values[0, :, 0], round(found.spikes.times[0] / 0.1)
    assert (V[first : first + 31] == -75).all()
    assert V[first + 31] > -75
    bumped = Network(
        LIF(tau_m=10, E_L=0, V_th=10, V_reset=0, t_ref=3.0),
        1,
        receptors={"J": Delta()},
        afferents=[Afferents(train([1.0, 2.0, 3.9], 10), 11.0, "J")],
    )
    assert simulate_spikes(bumped, duration=10).spikes.times.round(6).tolist() == [1.0]


def ring(n: int, delay: float, weight: float = 11.0) -> Network:
    """A chain in a circle, whose first unit fires at the start."""
    connections = Connections(np.arange(n), (np.arange(n) + 1) % n, delay=delay)
    start = {"V": np.r_[12.0, np.zeros(n - 1)]}
    lif = LIF(tau_m=10, E_L=0, V_th=10, V_reset=0)
    return Network(lif, n, receptors={"J": Delta()}, projections=[Projection(connections, "J", weight)], start=start)


def test_spikes_arrive_after_their_delay() -> None:
    spikes = simulate_spikes(ring(5, 1.7), duration=20).spikes
    np.testing.assert_allclose(spikes.times, 1.7 * np.arange(12), atol=1e-5)
    assert spikes.unit.tolist() == (np.arange(12) % 5).tolist()


def test_all_units_at_once_lose_no_spike() -> None:
    n = 300
    connections = fixed_in_degree(range(n), range(n), 50, key=KEY, weight=1.0, delay=1.0)
    network = Network(
        LIF(tau_m=1e6, E_L=0, V_th=50, V_reset=0),
        n,
        receptors={"J": Delta()},
        projections=[Projection(connections, "J", 0.5)],
        start={"V": np.full(n, 60.0)},
    )
    found = simulate_spikes(network, duration=3, record=("V",), precision="float64")
    assert len(found.spikes.times) == n
    held = found.traces["V"].sel(time=2.5).values[0]
    np.testing.assert_allclose(held, 0)  # they arrive while all are refractory
    later = network.where(neurons=LIF(tau_m=1e6, E_L=0, V_th=50, V_reset=0, t_ref=0.5))
    V = simulate_spikes(later, duration=3, record=("V",), precision="float64").traces["V"].sel(time=2.5).values[0]
    np.testing.assert_allclose(V, 50 * 0.5, rtol=1e-5)


def noisy(rate: float = 8000.0, n: int = 100) -> Network:
    lif = LIF(tau_m=20, E_L=0, g_L=1, V_th=20, V_reset=10)
    connections = fixed_in_degree(range(n), range(n), 10, key=KEY, delay=1.5)
    return Network(
        lif,
        n,
        receptors={"J": Delta()},
        projections=[Projection(connections, "J", -0.5)],
        drives=[PoissonInput(rate, 0.2, "J")],
    )


def same(a: SpikeTrains, b: SpikeTrains) -> bool:
    return np.array_equal(a.times, b.times) and np.array_equal(a.unit, b.unit)


def test_neither_duration_nor_other_networks_change_a_spike(monkeypatch: pytest.MonkeyPatch) -> None:
    long = simulate_spikes(noisy(), duration=60, key=KEY).spikes
    assert len(long.times) > 50
    batch = simulate_spikes([noisy(), noisy(12_000.0), noisy()], duration=60, key=KEY).spikes
    first = batch.trial == 0
    np.testing.assert_array_equal(batch.times[first], long.times)
    np.testing.assert_array_equal(batch.unit[first], long.unit)
    counts = np.bincount(batch.trial)
    assert counts[1] > 1.5 * counts[0]
    assert not np.array_equal(batch.times[batch.trial == 2], long.times)  # noise of its own
    monkeypatch.setattr("isocortex.dynamics.spiking.chunks.LONGEST", 90)
    assert same(simulate_spikes(noisy(), duration=60, key=KEY).spikes, long)


def test_white_noise_has_the_variance_of_theory() -> None:
    """Var V = σ²/2 without a threshold; 400 units × 30 independent times: se of the variance 1.3 %."""
    network = Network(LIF(V_th=0.0), 400, drives=[WhiteNoise(0.0, 30.0, 10.0)])
    V = simulate_spikes(network, duration=1000, record=("V",), record_every=300, key=KEY).traces["V"].values[0, 3:]
    assert V.var() == pytest.approx(3.0**2 / 2, rel=0.05)
    assert V.mean() == pytest.approx(-75, abs=0.1)


def test_ou_noise_has_its_mean_sd_time_constant_and_shared_part() -> None:
    network = Network(LIF(V_th=0.0), 500, drives=[OUNoise(20.0, 5.0, 4.0, shared=0.3)])
    found = simulate_spikes(network, duration=400, record=("current",), record_every=40, key=KEY)
    current = found.traces["current"].values[0]
    assert current.mean() == pytest.approx(20, abs=1.5)  # the shared part: 5 √0.3 over ~ 50 correlation times
    own = current - current.mean(axis=1, keepdims=True)
    assert own.var() == pytest.approx(25 * 0.7, rel=0.05)
    assert (own[1:] * own[:-1]).mean() / own.var() == pytest.approx(np.exp(-1), abs=0.03)


def test_gap_junctions_equalise_and_keep_the_sum() -> None:
    g = np.array([[0, 4.0], [4.0, 0]])
    network = Network(LIF(E_L=-60, V_reset=-75), 2, drives=[GapJunctions(g)], start={"V": np.array([-58.0, -62.0])})
    V = simulate_spikes(network, duration=10, dt=0.01, method="euler", record=("V",)).traces["V"].values[0]
    np.testing.assert_allclose(V.sum(axis=1), -120, atol=1e-9)
    apart = np.diff(V[-1])[0]  # it decays with τ g_L/(g_L + 2 g)
    assert apart == pytest.approx(-4 * np.exp(-10 * (10 + 8) / 100), rel=0.01)


def pair(rule: STDP | TripletSTDP, lag: float, n: int = 1) -> float:
    """Return by how much a weight changes when the unit fires `lag` ms after its source, n times at 1 Hz."""
    at = np.arange(n) * 1000.0 + 100
    forced = np.concatenate([at + lag])
    spikes = SpikeTrains.from_spikes(
        np.r_[at, forced], np.r_[np.zeros(n, int), np.ones(n, int)], n_units=2, duration=1000.0 * n
    )
    weights = np.array([[0.5], [0.0]])
    force = Afferents(spikes, np.array([[0.0], [100.0]]), "J")
    learning = Afferents(spikes, weights, "none", plasticity=rule)
    network = Network(
        LIF(V_th=-50.0, t_ref=1.0), 1, receptors={"J": Delta(), "none": Conductance(1e-3)}, afferents=[force, learning]
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # the conductance that nobody feels is faster than a step
        found = simulate_spikes(network, duration=1000 * n, dt=0.5)
    assert len(found.spikes.times) == n
    return float(found.weights[0][-1, 0, 0, 0]) - 0.5


@pytest.mark.parametrize(
    "rules",
    [(STDP(3.0), STDP(2.0, A_plus=0.02, mu=1.0)), (TripletSTDP(3.0), TripletSTDP(2.0, A3_plus=0.01, tau_x=50.0))],
)
def test_networks_of_a_batch_keep_their_own_rule(rules: tuple[Any, Any]) -> None:
    """As many networks as sources as units: parameters of networks must not be taken for those of sources or units."""

    def network(rule: STDP | TripletSTDP) -> Network:
        afferents = Afferents(PoissonSources(2, 300.0), np.full((2, 2), 1.5), "E", plasticity=rule)
        return Network(LIF(), 2, receptors={"E": Conductance(5.0)}, afferents=[afferents])

    def weights(*of: Any) -> np.ndarray:
        found = simulate_spikes([network(rule) for rule in of], duration=200, dt=0.5, key=jax.random.key(0))
        return found.weights[0].values[-1]

    first, second = rules
    both = weights(first, second)
    np.testing.assert_allclose(both[0], weights(first)[0])
    np.testing.assert_allclose(both[1], weights(second, second)[1])


def test_stdp_of_pairs_is_its_window() -> None:
    rule = STDP(1.0)
    assert pair(rule, 10.0) == pytest.approx(0.008 * np.exp(-10 / 20), rel=1e-9)
    assert pair(rule, -10.0) == pytest.approx(-0.0088 * np.exp(-10 / 20), rel=1e-9)
    multiplicative = STDP(1.0, mu=1.0)
    assert pair(multiplicative, 10.0) == pytest.approx(0.008 * np.exp(-10 / 20) * 0.5, rel=1e-9)
    triplet = TripletSTDP(1.0)
    assert pair(triplet, -10.0) == pytest.approx(-7e-3 * np.exp(-10 / 33.7), rel=1e-9)
    assert pair(triplet, 10.0) == pytest.approx(5e-10 * np.exp(-10 / 16.8), abs=1e-15)


def test_nmda_saturates_and_is_blocked_at_rest() -> None:
    spikes = train(np.arange(0, 500, 2.0), 500)
    network = Network(
        LIF(V_th=50.0),
        2,
        receptors={"NMDA": NMDA()},
        afferents=[Afferents(spikes, 1.0, "NMDA")],
        start={"V": np.array([-75.0, 0.0])},
    )
    found = simulate_spikes(network, duration=500, record=("NMDA", "V"))
    s = found.traces["NMDA"].values[0, -1]
    assert s == pytest.approx(0.5 * 1 / (0.01 + 0.5 * 1), rel=0.02)  # s/(τ α (1 − s)) = mean x = τ_rise/2 ms = 1
    assert found.traces["V"].values[0, -1, 0] < -70


def test_correlated_sources_have_their_correlation() -> None:
    network = Network(
        LIF(tau_m=1e-3 * 20, E_L=0, g_L=1, V_th=0.5, V_reset=-1.0, t_ref=0.0),
        1,
        receptors={"J": Delta()},
        afferents=[Afferents(PoissonSources(2, 50.0, 0.4), np.ones((2, 1)), "J")],
    )
    fired = simulate_spikes(network, duration=100_000, dt=1.0, key=KEY).spikes
    expected = (2 * 50 - 0.4 * 50) * 100  # either source: r + r − c r (a mother spike at most once per step)
    assert len(fired.times) == pytest.approx(expected, abs=4 * np.sqrt(expected))


BAD: list[tuple[Callable[[], object], str]] = [
    (lambda: LIF(V_reset=-50.0), "V_reset must be below V_th"),
    (lambda: LIF(tau_m=0.0), "tau_m must be above 0"),
    (lambda: Current(-1.0), "tau must be above 0"),
    (lambda: Connections(np.arange(3), np.arange(2)), "a target for each of 3"),
    (lambda: Connections(np.arange(3), np.arange(3), np.ones(2)), "one for each of 3 synapses"),
    (lambda: ring(5, 0.05) and simulate_spikes(ring(5, 0.05), duration=1), "at least a step of 0.1 ms"),
    (lambda: Network(LIF(), 2, projections=[Projection(Connections(np.arange(1), np.arange(1)), "E")]), "receptor"),
    (
        lambda: Network(
            LIF(),
            2,
            receptors={"E": Conductance()},
            projections=[Projection(Connections(np.arange(1), np.arange(1), -1.0), "E")],
        ),
        "must not be negative",
    ),
    (
        lambda: Network(
            LIF(),
            2,
            receptors={"E": Current()},
            projections=[Projection(Connections(np.array([3]), np.array([0])), "E")],
        ),
        "between units 0…1",
    ),
    (lambda: Network(LIF(tau_m=np.ones(3)), 2), "one for each of 2 units"),
    (lambda: simulate_spikes(LIF(), duration=10, drives=[WhiteNoise(0.0, 1.0)]), "give a key"),
    (lambda: simulate_spikes(AdEx(), duration=10, method="exact"), "no closed form"),
    (lambda: simulate_spikes(LIF(), duration=10, method="eler"), "euler"),
    (lambda: simulate_spikes(LIF(), duration=10, record=("v",)), "Did you mean 'V'"),
    (lambda: simulate_spikes(LIF(), duration=10.05, dt=0.1), "whole number of steps"),
    (lambda: simulate_spikes([noisy(), noisy(n=50)], duration=10, key=KEY), "built differently"),
    (lambda: simulate_spikes(LIF(tau_m=np.ones(3)), duration=10, current=np.ones(2)), "one for each of 3 units"),
]


@pytest.mark.parametrize(("call", "text"), BAD)
def test_bad_input_is_told(call: Callable[[], object], text: str) -> None:
    with pytest.raises(InputError, match=text):
        call()


def test_a_network_that_explodes_is_told_with_its_rate() -> None:
    connections = fixed_in_degree(range(50), range(50), 25, key=KEY, delay=0.1)
    lif = LIF(tau_m=10, E_L=0, V_th=10, V_reset=0, t_ref=0.0)
    network = Network(
        lif,
        50,
        receptors={"J": Delta()},
        projections=[Projection(connections, "J", 5.0)],
        start={"V": np.full(50, 12.0)},
    )
    with pytest.raises(InputError, match=r"explodes: its neurons fire at \d+ Hz"):
        simulate_spikes(network, duration=100)


def test_a_step_above_a_time_constant_is_told_with_its_bound() -> None:
    with pytest.warns(RuntimeWarning, match="dt of at most 1 ms"):
        simulate_spikes(LIF(tau_m=1.0), duration=10, dt=2.0, method="euler")


def test_weights_are_copied_at_equal_times_and_at_the_end() -> None:
    learning = Afferents(PoissonSources(10, 20.0), 1.0, "J", plasticity=STDP(2.0))
    network = Network(LIF(E_L=-60), 1, receptors={"J": Delta()}, afferents=[learning])
    how = {"duration": 1100, "dt": 1.0, "key": KEY}
    (often,) = simulate_spikes(network, weights_every=250, **how).weights
    assert often["time"].values.tolist() == [250, 500, 750, 1000, 1100]
    np.testing.assert_array_equal(often[-1], simulate_spikes(network, **how).weights[0][-1])
    assert 0 < np.abs(often[-1] - often[0]).max() < 2
