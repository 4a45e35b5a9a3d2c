"""The phase plane in one picture: what it names, and the basins it tints."""

import numpy as np
import pytest

from isocortex import InputError
from isocortex.dynamics import RatePopulation, WilsonCowan, fixed_points
from isocortex.plots import phase_line, phase_plane

UNIT = {"E": (0, 1), "I": (0, 1)}


@pytest.mark.slow
def test_basins_cover_the_plane_and_meet_nowhere():
    """Both stable states of Wilson–Cowan, and every start ends at one of them."""
    figure = phase_plane(WilsonCowan(), UNIT, basins=True)
    named = [text.get_text() for text in figure.legends[0].get_texts()]
    assert {"basin of (0.00, 0.00)", "basin of (0.94, 0.67)", "separatrix", "saddle"} <= set(named)
    tints = [np.ma.filled(mesh.get_array(), np.nan) == 0 for mesh in figure.axes[0].collections if "Mesh" in str(mesh)]
    assert len(tints) == 2
    assert not (tints[0] & tints[1]).any()
    assert (tints[0] | tints[1]).mean() > 0.99  # but for starts beside the separatrix, which need longer


def test_a_phase_line_has_the_fixed_points_and_arrows_between_them():
    """Two stable rates, on either side of a third; arrows point to the stable ones."""
    axis = phase_line(RatePopulation(w=5.0, I=0.5), {"r": (0, 1)}).axes[0]
    found = fixed_points(RatePopulation(w=5.0, I=0.5), {"r": (0, 1)})["x"].values[:, 0]
    marks = [line for line in axis.lines if line.get_linestyle() == "None"]
    np.testing.assert_allclose([line.get_xdata()[0] for line in marks], found)
    assert [line.get_markerfacecolor() for line in marks] == ["black", "white", "black"]
    np.testing.assert_array_equal(axis.collections[0].U, [1, -1, 1, -1])
    with pytest.raises(InputError, match="of one variable; WilsonCowan has E, I"):
        phase_line(WilsonCowan(), UNIT)
