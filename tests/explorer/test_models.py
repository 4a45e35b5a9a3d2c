"""What the views of models show is what the package computes, and the lines that they give make it."""

import shlex
from typing import Annotated

import equinox as eqx
import jax.numpy as jnp
import numpy as np
import pytest

pytest.importorskip("panel")
from bokeh.events import Tap
from scipy.linalg import expm

from isocortex.cli.run import parse
from isocortex.dynamics import System, WilsonCowan, fixed_points
from isocortex.dynamics.spiking.theory import firing_rate
from isocortex.errors import InputError
from isocortex.experiments.shared.options import option
from isocortex.explorer import Context
from isocortex.explorer.models.catalogue import of_system
from isocortex.explorer.models.knob import knobs_of
from isocortex.explorer.models.line import LineView
from isocortex.explorer.models.neuron import NeuronView
from isocortex.explorer.models.plane import PlaneView
from isocortex.explorer.models.synapse import SynapseView
from isocortex.explorer.views import VIEWS, all_views
from isocortex.runs.environment import compile_clock

MODELS = [name for name, entry in VIEWS.items() if entry.group == "Models"]


class Spring(System):
    damping: Annotated[float, option("Damping", unit="1/ms", at_least=0, below=1)] = 0.4
    stiffness: float = 1.0
    gains: tuple[float, ...] = (1.0, 2.0)
    stable: bool = True
    variables: tuple[str, ...] = eqx.field(static=True, default=("<i>x</i>", "v"))

    def f(self, t, x):
        return jnp.stack([x[1], -self.stiffness * x[0] - self.damping * x[1]])


def test_what_a_class_declares_bounds_its_slider():
    damping, stiffness = knobs_of(Spring())
    assert (damping.low, damping.high, damping.label) == (0.0, 0.8, "damping (1/ms)")
    assert (stiffness.low, stiffness.high) == (0.0, 2.0)
    assert damping.checked("0.5") == 0.5
    for given, said in [("1", "below 1"), ("-0.1", "at least 0"), ("nan", "below 1"), ("a", "takes a number")]:
        with pytest.raises(InputError, match=said):
            damping.checked(given)


def test_options_of_the_experiment_bound_its_sliders():
    view = VIEWS["wilson-cowan"].make(Context())
    slider = view.sliders["w_ee"]
    assert (slider.start, slider.end, slider.fixed_start, slider.fixed_end, slider.step) == (0, 20, -50, 50, 0.2)
    assert view.sliders["tau_e"].fixed_start > 0.1


@pytest.mark.parametrize(("words", "said"), [({"w_ee": "51"}, "w_ee must be"), ({"I_e": "<b>"}, "takes a number")])
def test_a_value_in_the_address_is_checked(words, said):
    with pytest.raises(InputError, match=said):
        VIEWS["wilson-cowan"].make(Context(query=words))


@pytest.fixture(scope="module")
def spring():
    view = PlaneView(Context(), "spring", of_system(Spring(), "mine:Spring"))
    view.body()
    return view


@pytest.mark.slow
def test_a_system_from_outside_has_a_portrait_with_its_labels_escaped(spring):
    here = spring.sources["here"].data
    np.testing.assert_allclose([here["x"], here["y"]], 0, atol=1e-9)
    assert list(here["marker"]) == ["square"]  # it spirals in: 0.4² < 4
    assert "&lt;i&gt;x&lt;/i&gt;" in spring.table.text
    assert "<i>" not in spring.table.text
    assert "■ stable spiral" in spring.table.text


@pytest.mark.slow
def test_a_click_starts_a_trajectory_that_follows_the_exact_solution(spring):
    spring.tapped(Tap(model=None, x=1.0, y=0.5))
    assert spring.starts[-1] == [1.0, 0.5]
    course = spring.sources["course v"].data
    exact = [(expm(t * np.array([[0, 1], [-1, -0.4]])) @ [1.0, 0.5])[1] for t in course["t"][::40]]
    # steps of about 0.5 ms err by 1e-6 each, which decays by e^(−0.2 · 0.5) a step: 1e-5 in all
    np.testing.assert_allclose(course["x"][::40], exact, atol=2e-5)


@pytest.mark.slow
def test_a_slider_that_moves_shows_the_new_system_and_compiles_nothing(spring):
    clock = compile_clock()
    before = clock.seconds
    for damping in (0.5, 0.6, 0.0):
        spring.sliders["damping"].value = damping
    assert clock.seconds == before
    assert "◇ centre" in spring.table.text
    assert spring.changes == {"damping": 0.0}
    spring.sliders["damping"].value = 0.4


def test_an_error_of_a_callback_is_a_sentence_and_goes_when_it_is_mended():
    view = NeuronView(Context())
    view._ready = True
    view.sliders["V_reset"].value = -50.0
    view.sliders["V_th"].value = -60.0
    assert "V_reset must be below V_th" in view.said.object
    view.sliders["V_th"].value = -40.0
    assert not view.said.visible


def test_the_view_of_a_class_has_an_address_of_its_own():
    entries = all_views({"a:Spring": Spring(), "b:Spring": Spring()})
    assert [name for name in entries if name.startswith("spring")] == ["spring", "spring-2"]
    assert list(entries)[:2] == MODELS[:2]


def test_the_theory_of_the_neuron_is_that_of_siegert():
    view = NeuronView(Context(query={"sigma": "0", "current": "250"}))
    shown = view.frame(view.values)
    assert shown["here"]["y"] == pytest.approx(firing_rate(-50.0))
    assert len(shown["spikes"]["x"]) == pytest.approx(0.4 * firing_rate(-50.0), abs=1)
    found = view.settled(view.values)["measured"]
    theory = np.interp(found["x"], shown["clock"]["x"], shown["clock"]["y"])
    # a regular train of rate r has r·1 s spikes to within one, and a spike at the end of a step is late by 0.05 ms
    assert np.abs(found["y"] - theory).max() < 1 + theory.max() ** 2 * 0.05e-3 + 2.5


def test_a_simulated_synapse_follows_the_closed_form():
    view = SynapseView(Context(query={"rate": "37", "tau_f": "300"}))
    shown = view.frame(view.values)
    g, closed = shown["conductance"], shown["closed form"]
    seen = np.asarray(g["y"])[np.searchsorted(g["x"], np.asarray(closed["x"]) - 1e-6)]
    np.testing.assert_allclose(seen, closed["y"], rtol=1e-9)


@pytest.mark.slow
def test_a_frame_shows_the_fixed_points_of_the_package():
    view = VIEWS["wilson-cowan"].make(Context(query={"I_e": "0.1"}))
    here = view.frame(view.values)["here"]
    found = fixed_points(WilsonCowan(I_e=0.1), {"E": (-0.05, 1.05), "I": (-0.05, 1.05)})
    np.testing.assert_allclose(np.stack([here["x"], here["y"]], axis=1), found["x"].values, atol=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
def test_the_lines_and_commands_of_a_view_run(name, executed):
    view = VIEWS[name].make(Context())
    view.body()
    knob = view.knobs[0]
    view.sliders[knob.name].value = knob.value + knob.step
    lines = view.lines()
    executed(lines.python)
    for command in lines.shell.splitlines():
        words = shlex.split(command)
        assert words[:2] == ["isocortex", "run"] or words[1:3] == ["explore", "--export"]
        if words[1] == "run":
            assert parse(words[2], words[3:], "isocortex run") is not None
    assert view.figure().axes


@pytest.mark.slow
def test_the_lines_of_a_system_from_outside_name_its_place(spring):
    lines = spring.lines()
    assert "from mine import Spring" in lines.python
    assert "--system mine:Spring" in lines.shell


@pytest.mark.slow
def test_a_line_of_one_variable_points_to_where_it_goes():
    view = LineView(Context(), "rate-model", VIEWS["rate-model"].make(Context()).portrait)
    shown = view.frame(view.values)
    rising = np.interp(shown["field"]["x"], shown["slope"]["x"], shown["slope"]["y"]) > 0
    np.testing.assert_array_equal(shown["field"]["angle"] < 0, rising)  # a triangle turned to the right
