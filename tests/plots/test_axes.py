"""Every plot function draws into axes that it is given, and into nothing else."""

import inspect

import jax
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from matplotlib.figure import Figure

from isocortex import InputError, RDMs, plots, tuning_curves, tuning_table
from isocortex.analysis import chronometric, quantiles, tally
from isocortex.analysis.decision_trials import QUANTILES
from isocortex.dynamics import Custom, Linear, continuation, speed_map
from isocortex.plots.spiking import Measured
from isocortex.stimuli import MonotonicCode

RNG = np.random.default_rng(0)
FUNCTIONS = {
    name: found for name, found in vars(plots).items() if inspect.isfunction(found) and not name.startswith("_")
}
ANGLES = np.arange(-90.0, 90.0, 22.5)
EYES = np.array([(x, y) for x in (-20.0, 0.0, 20.0) for y in (-20.0, 0.0, 20.0)])
BARS = pd.DataFrame({"layer": ["a", "b"], "variant": "trained", "mean": 0.5, "low": 0.4, "high": 0.6})
LEVELS = np.array([0.0, 3.2, 6.4, 12.8])
CUBIC = Custom(lambda t, x, p: x - x**3 + p, ("x",), {"p": 0.0})
LINEAR = Linear(np.array([[-1.0, 0], [0, -2]]) / 1000, variables=("x", "y"))


def rdms():
    return RDMs(RNG.random((2, 28)), ANGLES)


def matrix(*shape):
    return RNG.normal(size=shape)


def shares():
    return xr.DataArray(
        RNG.random((3, 3)), {"actual": ["a", "b", "c"], "decoded": ["a", "b", "c"]}, ("actual", "decoded")
    )


def series(n, **names):
    return xr.DataArray(RNG.random((3, n)), dims=("seed", *names), coords=names)


def responses(rng=RNG):
    values = np.exp(np.cos(np.deg2rad(2 * (ANGLES[:, None] - ANGLES)))) + 0.01 * rng.random((4, 8, 8))
    return xr.DataArray(values, dims=("repeat", "stimulus", "unit"), coords={"stimulus": ANGLES})


def counts():
    strength = np.tile(np.repeat(LEVELS, 20), (2, 1))
    return tally(strength, RNG.uniform(size=strength.shape) < 0.5 + strength / 26)


def by_coherence():
    return pd.DataFrame(
        {"accuracy": 0.8, "accuracy_error": 0.01, "rt": 500.0, "rt_error": 5.0},
        index=pd.Index(LEVELS, name="coherence"),
    )


def predicted():
    levels = {f"{kind}_{q:g}": 400 + 500 * q for kind in ("correct", "errors") for q in QUANTILES}
    return pd.DataFrame({"accuracy": 0.8, **levels}, index=LEVELS)


def decisions():
    return pd.DataFrame(
        {"coherence": np.repeat(LEVELS, 30), "correct": np.tile([1, 0], 60), "rt": RNG.uniform(300, 900, 120)}
    )


def paths():
    names = {"choice": [0.0, 1.0], "coherence": LEVELS[:3], "component": ["PC 1", "PC 2", "PC 3"]}
    return xr.DataArray(matrix(2, 3, 20, 3), dims=("choice", "coherence", "time", "component"), coords=names)


def in_time(*others):
    return xr.DataArray(RNG.random((5, *[4] * len(others))), dims=("time", *others), coords={"time": np.arange(5.0)})


X = np.arange(3.0)
SAMPLES = {
    "beside_theory": lambda: (
        [{"one": {"a": Measured(X, X, X - 1, X + 1, law=(X, X))}, "two": {"a": Measured(X, X)}}],
        {"x_label": "x", "y_label": "y"},
    ),
    "bifurcation": lambda: (
        [{"one": continuation(CUBIC, "p", (-1, 1), {"x": (-2, 2)}, n_sections=3, n_starts=16)}],
        {"variable": "x", "x_labels": ["p"], "y_label": "x"},
    ),
    "choice_probabilities": lambda: ([matrix(9), RNG.random(9)], {}),
    "chronometric_curves": lambda: ([{"trained": chronometric(np.repeat(LEVELS, 2), np.arange(8.0) + 500)}], {}),
    "decision_curves": lambda: ([{"monkey": by_coherence()}, {"monkey": {"model": by_coherence()}}], {}),
    "decoded_angles": lambda: ([{"one": (ANGLES, ANGLES), "two": (ANGLES, ANGLES)}], {}),
    "decoding_courses": lambda: (
        [{"one": [np.arange(5.0), *np.sort(RNG.random((3, 5)), axis=0)[[1, 0, 2]]]}],
        {"chance": 0.5},
    ),
    "decoding_panels": lambda: (
        [{name: {"trained": [np.arange(5.0), *RNG.random((3, 5))]} for name in ("a", "b")}],
        {"chance": {"a": 0.5, "b": 0.5}, "x_label": "time (ms)"},
    ),
    "estimates": lambda: (
        [{"a": (1.0, 0.5, 2.0), "b": (3.0, 2.0, 4.0)}],
        {"x_label": "error (°)", "logarithmic": True},
    ),
    "losses": lambda: ([{"one": np.arange(9.0, 0, -1)}], {"y_label": "loss"}),
    "share_matrices": lambda: ([{"one": shares(), "two": shares()}], {"label": "share"}),
    "size_curves": lambda: (
        [{name: {"a": [np.array([10, 20, 50]), *RNG.random((3, 3))]} for name in ("one", "two")}],
        {"x_label": ["neurons", "trials"], "y_label": "error (°)", "level": {"chance": 0.5}},
    ),
    "temporal_matrix": lambda: (
        [
            xr.DataArray(
                RNG.random((4, 4)),
                dims=("train_time", "time"),
                coords={"time": np.arange(4.0), "train_time": np.arange(4.0)},
            )
        ],
        {"chance": 0.5},
    ),
    "option_effects": lambda: (
        [
            pd.DataFrame({"a": X, "b": ["x", "y", "x"], "score": X}),
            "score",
            {
                name: pd.DataFrame({"value": values, "mean": 1.0, "low": 0.5, "high": 1.5})
                for name, values in {"a": X, "b": ["x", "y"]}.items()
            },
        ],
        {},
    ),
    "rdm_strip": lambda: ([[rdms(), rdms()], np.array([0.0, 10.0])], {}),
    "response_matrices": lambda: (
        [{"one": (["a", "b"], matrix(2, 5)), "two": (["c", "d"], matrix(2, 5))}],
        {"label": "z"},
    ),
    "signal_to_noise_ranks": lambda: ([{"one": RNG.random(5), "two": RNG.random(5)}], {}),
    "similarity_courses": lambda: (
        [pd.DataFrame({"time": X, "model": "a", "mean": 0.5, "low": 0.4, "high": 0.6, "significant": True})],
        {},
    ),
    "weight_pictures": lambda: ([{"one": matrix(3, 9), "two": matrix(3, 9)}], {"x_label": "x", "y_label": "y"}),
    "dendrogram": lambda: ([rdms()], {}),
    "difference_intervals": lambda: (
        [
            pd.DataFrame(
                {"layer": ["a", "b"], "a": "x", "b": "y", "difference": 0.1, "low": 0.0, "high": 0.2, "p": 0.01}
            )
        ],
        {"measure": "r"},
    ),
    "eigenvalue_picture": lambda: ([{"one": matrix(4) + 1j, "two": matrix(4) + 0j}], {}),
    "embedding_maps": lambda: ([{"one": matrix(8, 2), "two": matrix(8, 2)}, ANGLES], {}),
    "error_curves": lambda: ([{"trained": series(4, epoch=np.arange(4))}], {"baselines": {"b": 1.0}, "y_label": "y"}),
    "example_trial": lambda: (
        [np.arange(5.0), {"in": {"a": matrix(5)}, "out": {"b": matrix(5)}}],
        {"title": "t", "periods": {"fixation": (0.0, 2.0)}},
    ),
    "filter_change": lambda: ([matrix(2, 5, 5), [matrix(2, 5, 5)], ["after"]], {}),
    "gain_distributions": lambda: (
        [
            {
                "trained": pd.DataFrame(
                    {"seed": 0, "depth": RNG.random(5), "interaction": 0.1, "planar_r2": 0.9, "shift": 0.1}
                )
            }
        ],
        {},
    ),
    "gain_field_circles": lambda: ([{"row": (RNG.random((2, 9)), RNG.random((2, 9)))}, EYES], {}),
    "harmonics": lambda: (
        [
            pd.DataFrame({"cell": ["simple"], "f1_f0": 1.0, "f2_f0": 0.5, "theory_f1_f0": 1.1, "theory_f2_f0": 0.5}),
            {"simple": pd.DataFrame({"f1_f0": RNG.random(3), "f2_f0": RNG.random(3)})},
        ],
        {},
    ),
    "image_row": lambda: ([RNG.random((2, 4, 4)), ["a", "b"]], {}),
    "input_weights": lambda: ([matrix(3, 4, 4), matrix(3, 2)], {}),
    "interval_dots": lambda: (
        [pd.DataFrame({"value": [0.5, 0.4], "low": [0.4, np.nan], "high": [0.6, np.nan]}, index=["a", "b"])],
        {"label": "similarity", "band": (0.3, 0.7)},
    ),
    "learning_curves": lambda: (
        [xr.Dataset({"loss": series(5, update=np.arange(5)), "score": series(5, update=np.arange(5))})],
        {"ideal": 0.9},
    ),
    "map_sizes": lambda: ([{("1", "0"): RNG.random((3, 3)), ("2", "0"): RNG.random((2, 2))}], {}),
    "measure_panels": lambda: (
        [
            pd.DataFrame({"measure": ["x", "y"], "model": "a", "mean": 0.5, "low": 0.4, "high": 0.6}),
            pd.DataFrame({"measure": ["x", "y"], "lower": [0.6, np.nan], "upper": [0.7, np.nan]}),
        ],
        {"labels": {"x": "x (of y)", "y": "y"}},
    ),
    "rank_agreement": lambda: ([pd.DataFrame({"x": [1.0, -0.5], "y": [-0.5, 1.0]}, index=["x", "y"])], {}),
    "mds_maps": lambda: ([{"one": (matrix(8, 2), 0.1)}, ANGLES], {}),
    "model_bars": lambda: (
        [pd.DataFrame({"model": ["a", "b"], "mean": [0.5, 0.2], "low": 0.1, "high": 0.6, "p": 0.01})],
        {"measure": "r", "subjects": {"a": RNG.random(3), "b": RNG.random(3)}, "better_than": {"a": ["b"]}},
    ),
    "monotonic_code": lambda: ([MonotonicCode(), 10.0], {}),
    "paired_scores": lambda: ([{"one": RNG.random(4), "two": RNG.random(4)}], {"y_label": "bits"}),
    "paths": lambda: ([{"one": {"a": in_time()}, "two": {"a": in_time()}}], {"y_label": "E"}),
    "patterns": lambda: ([{"row": RNG.random((2, 9))}, ["a", "b"]], {"extent": 10.0, "spacing": 10.0}),
    "phase_line": lambda: ([Linear(np.array([[-0.001]]), variables=("x",)), [(-1, 1)]], {}),
    "phase_plane": lambda: ([{"one": LINEAR, "two": LINEAR}, [(-1, 1), (-1, 1)]], {"duration": 5}),
    "position_errors": lambda: ([{"trained": RNG.random((2, 9))}], {"chance": RNG.random(9)}),
    "power_curves": lambda: (
        [pd.DataFrame({"stimuli": [10, 20], "subjects": 5, "power": 0.5, "low": 0.4, "high": 0.6})],
        {},
    ),
    "profiles": lambda: (
        [{"one": {"a": (np.arange(4.0), matrix(4))}, "two": {"a": (np.arange(4.0), matrix(4))}}],
        {"x_label": "x", "y_label": "y"},
    ),
    "proportions": lambda: (
        [{"a": (LEVELS, 50 + LEVELS, 49 + LEVELS, 51 + LEVELS)}],
        {"x_label": "x", "y_label": "y"},
    ),
    "predicted_tuning": lambda: (
        [ANGLES, matrix(len(ANGLES), 3), {"model": matrix(len(ANGLES), 3)}],
        {"titles": ["a", "b", "c"]},
    ),
    "psychometric_curves": lambda: ([{"trained": counts()}], {}),
    "quantile_probability": lambda: (
        [{"monkey": quantiles(decisions())}, {"monkey": {"model": predicted()}}],
        {"fewest": 1},
    ),
    "rdm_panels": lambda: ([{"one": rdms(), "two": rdms()}], {}),
    "rdm_rows": lambda: ([{"brain": rdms()}, ANGLES[:2].tolist()], {"measure": "r"}),
    "reaction_time_densities": lambda: (
        [{"monkey": decisions()}, {"monkey": {"model": {c: RNG.random(1600) for c in LEVELS.tolist()}}}],
        {},
    ),
    "rescaled_time": lambda: ([{"one": [np.sort(RNG.random(30))], "two": [np.sort(RNG.random(40))]}], {"band": 1.36}),
    "retinal_maps": lambda: (
        [{"unit 1": RNG.random((9, 3, 3)), "unit 2": RNG.random((9, 3, 3))}, EYES],
        {"extent": 40.0},
    ),
    "second_level": lambda: (
        [np.eye(3), matrix(3, 2), ["a", "b", "c"]],
        {"brains": np.array([True, False, False]), "measure": "r"},
    ),
    "correlograms": lambda: (
        [
            {
                name: xr.Dataset(
                    dict.fromkeys(("observed", "expected", "low_all", "high_all"), ("lag", LEVELS)),
                    {"lag": LEVELS},
                )
                for name in ("one", "two")
            }
        ],
        {},
    ),
    "selected_inputs": lambda: (
        [pd.DataFrame({"situation": ["s", "s"], "input": ["i", "j"], "selected": [0.5, 0.2]})],
        {},
    ),
    "signed_pictures": lambda: ([{"row": matrix(2, 4, 4)}, ["a", "b"]], {"label": "w"}),
    "similarity_bars": lambda: ([BARS], {"measure": "r"}),
    "sorted_activity": lambda: ([{"one": in_time("unit"), "two": in_time("unit")}], {}),
    "speed_picture": lambda: ([speed_map(LINEAR, np.zeros(2), np.eye(2), [(-1, 1)] * 2, n=8)], {}),
    "parameter_map": lambda: (
        [{"one": np.eye(3)}, X, X],
        {"x_label": "x", "y_label": "y", "labels": {"one": "value"}, "lines": {"law": (X, X)}},
    ),
    "potentials": lambda: ([{"one": (X, X, X[1:2]), "two": (X, X, X[1:2])}], {"peak": 5.0}),
    "rasters": lambda: ([{"one": (X, np.array([0, 1, 2]))}], {"groups": {"E": 2, "I": 1}, "rates": {"one": (X, X)}}),
    "weight_courses": lambda: ([{"one": (X + 1, np.full((3, 5), 0.5))}], {"theory": {"one": (X / 2, X)}}),
    "spike_filters": lambda: (
        [{"a → b": pd.DataFrame({"lag_ms": [5.0, 10.0], "value": [0.5, 0.1], "se": 0.1, "planted": [0.4, 0.2]})}],
        {},
    ),
    "state_space": lambda: ([paths()], {}),
    "training_curves": lambda: (
        [{"tilt": series(6, update=np.arange(6)).assign_coords(epoch=("update", [1, 1, 1, 2, 2, 2]))}],
        {"units": {"tilt": "nats"}},
    ),
    "tuning": lambda: ([{"one": tuning_curves(responses()), "two": tuning_curves(responses())}], {}),
    "tuning_distributions": lambda: ([{"V1": tuning_table(responses(), key=jax.random.key(0))}], {}),
    "unit_scatter": lambda: (
        [{"one": {"a": matrix(9), "b": matrix(9)}, "two": {"a": matrix(9), "b": matrix(9)}}],
        {"measure": "r"},
    ),
    "variant_scores": lambda: (
        [
            {
                "monkey": pd.DataFrame(
                    {"variant": ["a", "b"], "behind": [0.0, 0.1], "behind_error": 0.01, "impossible": 0}
                )
            }
        ],
        {},
    ),
    "weight_changes": lambda: ([{"one": matrix(4, 4), "two": matrix(4, 4)}], {"classes": ["a", "a", "b", "b"]}),
    "weight_matrices": lambda: ([{"one": matrix(3, 4), "two": matrix(3, 4)}], {}),
}


def panels(figure):
    return [axis for axis in figure.axes if axis.get_label() != "<colorbar>"]


def test_every_plot_function_is_tried():
    """A movie has a figure of its own, which changes from frame to frame."""
    assert set(SAMPLES) == set(FUNCTIONS) - {"rdm_movie"}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_plot_draws_into_the_axes_that_it_is_given(name):
    draw, (given, options) = FUNCTIONS[name], SAMPLES[name]()
    n = len(panels(draw(*given, **options)))
    mine = Figure(figsize=(3 * n + 3, 4), layout="constrained")
    other, *axes = mine.subplots(1, n + 1)
    assert draw(*given, axes=axes if n > 1 else axes[0], **options) is mine
    assert set(panels(mine)) == {other, *axes}
    assert not other.has_data()
    assert all(axis.has_data() or axis.patches or axis.child_axes for axis in axes)
    assert mine.legends == []
    assert mine.get_suptitle() == mine.get_supxlabel() == ""
    mine.draw_without_rendering()


def test_three_dimensions_need_such_axes():
    mine = Figure()
    assert plots.state_space(paths(), three=True, ax=mine.add_subplot(projection="3d")) is mine
    with pytest.raises(InputError, match=r"1 × 1 axes with the projection '3d'; got rectilinear"):
        plots.state_space(paths(), three=True, ax=Figure().subplots())


def test_a_wrong_number_of_axes_is_told():
    with pytest.raises(InputError, match=r"needs 1 × 2 axes"):
        plots.rdm_panels({"one": rdms(), "two": rdms()}, axes=Figure().subplots(3))
    with pytest.raises(InputError, match="not both"):
        plots.dendrogram(rdms(), ax=Figure().subplots(), axes=Figure().subplots())


def test_a_picture_of_its_own_follows():
    plots.dendrogram(rdms(), ax=Figure().subplots())
    assert plots.dendrogram(rdms()) is not plots.dendrogram(rdms())
