"""The Python in docs/spiking_theory.md runs as printed, and finds the numbers that the page states."""

import numpy as np
import pytest


def test_the_page_on_theory(documented, run_page):
    found = run_page("spiking_theory.md")
    network, theory = found["network"], found["theory"]
    for g, eta in ((6, 4), (5, 2), (4.5, 0.9)):
        rate, _, oscillation, _ = documented("spiking_theory.md", f"({g}, {eta})")
        state = theory.states(network, float(g), float(eta)).iloc[0]
        assert f"{state['rate']:.2f} Hz" == rate
        assert oscillation == (f"{state['frequency']:.0f} Hz" if state["growth"] > 0 else "none")
    assert theory.firing_rate(-65.0, 10.0) == pytest.approx(18.6, abs=0.05)
    assert theory.firing_rate(-65.0, **found["stepped"]) == pytest.approx(14.7, abs=0.05)
    assert len(found["fast"]) == 1
    assert len(found["folds"]) == 2
    assert found["inhibitory"] > found["excitatory"]
    assert (np.diff(found["by_window"]) > 0).all()
    assert found["additive"].peaks.tolist() == [0, 1]
    assert len(found["multiplicative"].peaks) == 1
