"""A view as one file: a grid of frames, and nothing that is fetched."""

import re

import numpy as np
import pytest

pytest.importorskip("panel")
from isocortex.errors import InputError
from isocortex.explorer import export
from isocortex.explorer.static import _stored


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"path": "page.txt"}, "ends in .html"),
        ({"view": "wilson-cowen"}, "There is no view 'wilson-cowen'. Did you mean 'wilson-cowan'"),
        ({"view": "runs"}, "There is no view of a model 'runs'"),
        ({"over": ["I_x"]}, "There is no parameter that a slider moves 'I_x'. Did you mean 'I_"),
        ({"over": ["I_e", "I_e"]}, "one or two different parameters"),
        ({"over": ["I_e", "I_i", "w_ee"]}, "one or two different parameters"),
        ({"grid": 1}, "2 to 2000 frames"),
        ({"over": ["I_e", "I_i"], "grid": 45}, "2 to 2000 frames"),
        ({"values": {"w_ee": 99}}, "w_ee must be at least −50 and at most 50; got 99"),
        ({"values": {"w_xx": 1}}, "There is no parameter that a slider moves 'w_xx'"),
    ],
)
def test_one_sentence_for_every_mistake(tmp_path, options, said):
    path = tmp_path / options.pop("path", "page.html")
    with pytest.raises(InputError, match=re.escape(said)):
        export(path, **options)
    assert list(tmp_path.iterdir()) == []


def test_a_page_fetches_nothing_and_holds_the_grid(tmp_path):
    found = export(tmp_path / "new" / "page.html", "short-term-plasticity", over=["rate", "U0"], grid=2)
    text = found.path.read_text()
    assert found.grid == {"rate": 2, "U0": 2}
    assert found.megabytes == pytest.approx(len(text.encode()) / 1e6)
    assert "2 values of rate and 2 values of U0" in text
    around = re.sub(r"(?s)<script>.*?</script>", "", text)
    assert re.findall(r"<(?:script|link|img)[^>]+(?:src|href)=[\"'](?!data:)", around) == []


def test_columns_that_do_not_change_are_stored_once():
    same, other = {"x": np.arange(3.0)}, {"x": np.arange(3.0) + 1}
    shown, at = _stored([same, dict(same), other, same])
    assert at == [0, 0, 1, 0]
    assert [columns[0].tolist() for columns in shown] == [[0, 1, 2], [1, 2, 3]]
