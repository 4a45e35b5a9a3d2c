"""How the explorer looks: Panel's widgets in the colours and letters of the report."""

from pathlib import Path
from typing import Any, ClassVar

from panel.theme.base import Inherit
from panel.theme.native import Native
from panel.viewable import Viewable

HERE = Path(__file__).parent
FRAME = (HERE / "page.html.jinja").read_text()
PAGE = (HERE / "page.css").read_text()
WIDGETS = (HERE / "widgets.css").read_text()


class Sober(Native):
    """Panel's plain design, with our stylesheet in every widget; dark where the reader's browser is."""

    modifiers: ClassVar[dict[type[Viewable], dict[str, Any]]] = {Viewable: {"stylesheets": [Inherit, WIDGETS]}}
