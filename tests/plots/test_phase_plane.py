"""The phase plane in one picture: what it names, and the basins it tints."""

import numpy as np
import pytest

from isocortex.dynamics import WilsonCowan
from isocortex.plots import phase_plane

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
