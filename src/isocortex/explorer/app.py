"""The page around a view: navigation, errors, and the buttons that show the code and save the picture."""

import io
from collections.abc import Iterator
from html import escape
from itertools import groupby

import panel as pn
from matplotlib import rc_context

from ..errors import require
from ..plots.style import RC
from .design import FRAME, PAGE, Sober
from .view import Context, View, sentence
from .views import all_views

HOME = ""


def page(name: str, context: Context) -> pn.Template:
    """Return the page of a view, or the first page for the name ``""``.

    A view that cannot be made is a sentence on its page.
    """
    views = all_views(context.systems)
    template = pn.Template(FRAME, design=Sober, raw_css=[PAGE])
    heading = views[name].title if name else "What would you like to see?"
    template.add_variable("title", f"{heading} · isocortex explorer")
    template.add_variable("heading", heading)
    template.add_variable("question", views[name].question if name else "")
    template.add_variable("here", name)
    groups = groupby(views.items(), key=lambda item: item[1].group)
    template.add_variable("groups", [(group, list(views)) for group, views in groups])
    if name:
        column = pn.Column(sizing_mode="stretch_width")
        try:
            column.extend(_with_buttons(name, views[name].make(context)))
        except Exception as error:
            column.append(pn.pane.HTML(f'<p role="alert">{escape(sentence(error))}</p>', sizing_mode="stretch_width"))
        template.add_panel("view", column)
    return template


def _with_buttons(name: str, view: View) -> Iterator[pn.viewable.Viewable]:
    """Yield what stands on the page of a view, from its errors down to its buttons and code."""
    show = pn.widgets.Toggle(label="Show the code", variant="outline", width=150)
    code = pn.pane.HTML("", visible=False, sizing_mode="stretch_width")

    def write() -> None:
        if show.value:
            lines = view.lines()
            blocks = [lines.python, lines.shell]
            code.object = "".join(f'<pre tabindex="0">{escape(block.strip())}</pre>' for block in blocks if block)
        code.visible = show.value

    def picture() -> io.BytesIO:
        drawn = io.BytesIO()
        with view.errors_shown(), rc_context({**RC, "svg.hashsalt": "isocortex", "svg.fonttype": "path"}):
            view.figure().savefig(drawn, format="svg", metadata={"Date": None})
        require(drawn.tell() > 0, "There is no picture to save.")
        return drawn

    save = pn.widgets.FileDownload(
        callback=picture, filename=f"{name}.svg", label="Save the picture", variant="outline", width=150
    )
    view.on(show, write)
    view.after.append(write)
    yield view.said
    yield view.body()
    yield pn.FlexBox(show, save, sizing_mode="stretch_width", margin=(12, 0), gap="0.6rem")
    yield code
