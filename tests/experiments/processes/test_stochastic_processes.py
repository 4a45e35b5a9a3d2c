"""The experiments on stochastic processes, small: numbers beside closed forms, pages, and bad options."""

import json

import numpy as np
import pytest

from isocortex import InputError
from isocortex.experiments.processes.autoregression import AutoRegression
from isocortex.experiments.processes.drift_diffusion import DriftDiffusion
from isocortex.experiments.processes.ion_channel import IonChannel
from isocortex.experiments.processes.ion_channel_result import PUBLISHED
from isocortex.experiments.processes.poisson import Poisson


def summary(experiment):
    folder = experiment.execute()
    assert (folder / "report.html").stat().st_size > 10_000
    return json.loads((folder / "summary.json").read_text())


@pytest.mark.slow
def test_drift_diffusion_meets_its_moments(tmp_path):
    """Variances over 2000 paths: four standard errors √(2/n)."""
    found = summary(DriftDiffusion(paths=2000, steps=40, out=tmp_path))
    allowed = 4 * np.sqrt(2 / 2000)
    for name in ("walk.variance", "drift_diffusion.variance"):
        assert found[name] == pytest.approx(found[f"{name}.theory"], rel=allowed)
    for share in (5, 50, 150):
        place = f"ou.dt_{share}_percent_of_tau"
        assert found[f"{place}.euler"] == pytest.approx(1 / (1 - share / 200), rel=allowed)
        assert found[f"{place}.exact"] == pytest.approx(1, rel=allowed)


def test_ion_channel_meets_its_generator(tmp_path):
    """Occupancy within four of its errors and the start's 8.3/2000; dwell times as in the tests of the process."""
    found = summary(IonChannel(trials=100, duration=2000.0, out=tmp_path))
    for n in (0, 1):
        assert found[f"telegraph.eigenvalue.{n}"] == pytest.approx(list(PUBLISHED.values())[n], abs=1e-12)
    assert found["telegraph.equilibrium.open"] == pytest.approx(PUBLISHED["open, share of time"], abs=5e-5)
    assert not any("published" in name for name in found)  # a constant of the literature is no result
    allowed = 4 * found["telegraph.open_fraction.error"] + 8.3 / 2000
    assert found["telegraph.open_fraction"] == pytest.approx(1 / 6, abs=allowed)
    assert found["telegraph.open_fraction.steps"] == pytest.approx(1 / 6, abs=allowed)
    assert found["telegraph.dwell.open"] == pytest.approx(10, rel=4 / np.sqrt(3000) + 10 / 2000)
    assert found["telegraph.dwell.closed"] == pytest.approx(50, rel=4 / np.sqrt(3000) + 50 / 2000)


def test_poisson_meets_renewal_theory(tmp_path):
    """16,000 spikes: CVs within 4/√n; Fano factors in 100 and 1000 ms within four √(2/windows)."""
    found = summary(Poisson(units=100, duration=4000.0, out=tmp_path))
    assert found["poisson.cv"] == pytest.approx(1, abs=4 / np.sqrt(16000))
    assert found["poisson.fano"] == pytest.approx(1, abs=4 * np.sqrt(2 / 4000))
    assert found["refractory.cv"] == pytest.approx(found["refractory.cv.theory"], abs=4 / np.sqrt(13000))
    assert found["refractory.fano"] == pytest.approx(found["refractory.fano.theory"], rel=4 * np.sqrt(2 / 400) + 0.02)
    assert found["refractory.rate"] == pytest.approx(found["refractory.rate.theory"], rel=0.05)


def test_autoregression_gives_the_published_numbers(tmp_path):
    found = summary(AutoRegression(series=200, out=tmp_path))
    assert found["published_series.published_recipe"] == pytest.approx(0.8749, abs=5e-5)
    assert found["published_series.all_pairs_no_constant"] == pytest.approx(0.8778, abs=5e-5)
    assert found["published_series.all_pairs"] == pytest.approx(0.8753, abs=5e-5)
    assert found["order.bic"] == 3
    for n in (200, 400, 800):  # the closed form is of first order in 1/T: the next is of order (1/T)², about 20/T²
        assert found[f"bias.{n}"] == pytest.approx(
            found[f"bias.{n}.theory"], abs=4 * found[f"bias.{n}.error"] + 20 / n**2
        )


@pytest.mark.parametrize(
    ("experiment", "options", "said"),
    [
        (DriftDiffusion, {"paths": 10}, "--paths"),
        (DriftDiffusion, {"steps": 1}, "--steps"),
        (DriftDiffusion, {"retention": 1.0}, "--retention"),
        (DriftDiffusion, {"step_sd": 0.0}, "--step-sd"),
        (IonChannel, {"opening": 0.0}, "--opening"),
        (IonChannel, {"dt": 20.0}, "too long"),
        (IonChannel, {"duration": 100.0}, "--duration"),
        (IonChannel, {"trials": 5}, "--trials"),
        (IonChannel, {"trials": 10**5}, "raise --dt"),
        (Poisson, {"rate": 0.0}, "--rate"),
        (Poisson, {"refractory": -1.0}, "--refractory"),
        (Poisson, {"units": 1}, "--units"),
        (Poisson, {"duration": 10.0}, "--duration"),
        (Poisson, {"rate": 0.1}, "spikes"),
        (AutoRegression, {"retention": 1.2}, "--retention"),
        (AutoRegression, {"series": 2}, "--series"),
        (AutoRegression, {"length": 10}, "--length"),
    ],
)
def test_bad_options_are_told(experiment, options, said):
    with pytest.raises(InputError, match=said):
        experiment(**options)
