"""The experiment on correlations: published numbers, the laws beside the simulations, bad options."""

import json

import numpy as np
import pytest

from isocortex import InputError
from isocortex.experiments.spiking.correlation_transfer import CorrelationTransfer


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    small = {"shares": (0.0, 0.3, 1.0), "units": 20, "duration": 20_000.0, "delays": (2.0, 5.0), "pairs": 20}
    folder = CorrelationTransfer(**small, differences=(0.0, 1.0), out=tmp_path_factory.mktemp("runs")).execute()
    return json.loads((folder / "summary.json").read_text())


def test_neurons_pass_on_part_of_the_correlation_of_their_input(found):
    """The standard error is 1/√2000 = 0.022 for two neurons in 2000 bins, and less for 190 pairs."""
    assert found["correlation.transfer.0"] == pytest.approx(0, abs=0.005)
    assert found["correlation.transfer.0.3"] == pytest.approx(0.1145, abs=0.022)
    assert found["correlation.transfer.1"] == pytest.approx(1, abs=1e-6)
    assert found["correlation.transfer.0.3.low"] < found["correlation.transfer.0.3"]
    # 20 neurons for 20 s with a CV of 0.8: the standard error of the rate is 0.8·√(14.7/400) = 0.15 Hz; common noise
    # adds as much
    assert found["correlation.rate"] == pytest.approx(found["correlation.rate.theory"], abs=0.6)
    for name in ("window.10ms", "mean.6mV", "mean.12mV"):
        assert found[f"correlation.{name}"] == pytest.approx(found[f"correlation.{name}.theory"], abs=0.015)


def test_a_connection_has_a_peak_at_its_delay(found):
    for delay in (2, 5):
        assert found[f"correlation.connection.{delay}ms.lag"] == delay
        assert found[f"correlation.connection.{delay}ms.p"] == 1 / 200
    low, high = (found[f"correlation.connection.efficacy.{end}"] for end in ("low", "high"))
    assert low < found["correlation.connection.efficacy.theory"] < high


def test_neurons_that_start_alike_forget_it_as_theory_says(found):
    """A correlation over 100 pairs of regular neurons has a standard error of about 0.045: half its intervals' 0.09."""
    assert found["correlation.start.error"] < 0.09
    for difference in ("0pct", "1pct"):
        assert found[f"correlation.start.{difference}.first"] == pytest.approx(
            found[f"correlation.start.{difference}.first.theory"], abs=0.09
        )
        assert found[f"correlation.parameters.{difference}.mean"] == pytest.approx(0, abs=0.05)
    spread = found["correlation.parameters.0pct.spread"]
    assert spread > 3 * found["correlation.parameters.chance"]
    assert found["correlation.parameters.1pct.spread"] < spread


@pytest.mark.slow
def test_published_numbers(tmp_path):
    """Published: 0.1145 and 0.43, of one pair in 8000 bins: standard errors of (1 − r²)/√8000, 0.011 and 0.009."""
    folder = CorrelationTransfer(out=tmp_path).execute()
    found = json.loads((folder / "summary.json").read_text())
    assert found["correlation.transfer.0.3"] == pytest.approx(0.1145, abs=0.02)
    assert found["correlation.transfer.0.8"] == pytest.approx(0.43, abs=0.02)
    assert found["correlation.transfer.1"] == pytest.approx(1, abs=1e-6)
    r = np.array([found[f"correlation.transfer.{c / 10:g}"] for c in range(11)])
    assert (np.diff(r, 2) > -0.005).all()  # convex, but for errors of 0.002
    assert (r[1:10] < np.arange(1, 10) / 10).all()
    assert found["correlation.transfer.0.1"] == pytest.approx(found["correlation.transfer.0.1.theory"], rel=0.15)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"duration": 20_000.5}, "whole numbers of ms"),
        ({"delays": (1.5,)}, "whole numbers of ms"),
        ({"shares": (0.1, 1.5)}, "shares"),
        ({"units": 500, "duration": 1e6, "pairs": 500}, "at most 10 billion"),
    ],
)
def test_bad_options_are_refused(options, sentence):
    with pytest.raises(InputError, match=sentence):
        CorrelationTransfer(**options)
