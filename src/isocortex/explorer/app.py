"""The page around a view: name, navigation, the buttons that show the code and save the picture, and errors."""

import io
from collections.abc import Iterator
from html import escape
from itertools import groupby

import panel as pn
from matplotlib import rc_context

from .design import PAGE, Sober
from .view import Context, View, sentence
from .views import VIEWS, Entry

HOME = ""


def page(name: str, context: Context) -> pn.template.VanillaTemplate:
    """Return the page of a view, or the first page for the name ``""``.

    A view that cannot be made is a sentence on its page.
    """
    title = VIEWS[name].title if name else "What would you like to see?"
    template = pn.template.VanillaTemplate(
        title="isocortex explorer",
        site_url="/",
        design=Sober,
        raw_css=[PAGE],
        favicon="data:,",
        meta_viewport="width=device-width, initial-scale=1",
    )
    template.sidebar.append(pn.pane.HTML(_navigation(name), sizing_mode="stretch_width"))
    head = pn.pane.HTML(f"<h1>{escape(title)}</h1>{_question(name)}", sizing_mode="stretch_width")
    column = pn.Column(head, sizing_mode="stretch_width", css_classes=["page"])
    try:
        column.extend(_with_buttons(name, VIEWS[name].make(context)) if name else [_contents()])
    except Exception as error:
        column.append(_alert(sentence(error)))
    template.main.append(column)
    return template


def _with_buttons(name: str, view: View) -> Iterator[pn.viewable.Viewable]:
    """Yield what stands on the page of a view, from its errors down to its buttons and code."""
    show = pn.widgets.Toggle(name="Show the code", button_style="outline", width=150)
    code = pn.pane.HTML("", visible=False, sizing_mode="stretch_width")

    def write() -> None:
        if show.value:
            lines = view.lines()
            blocks = [lines.python, lines.shell]
            code.object = "".join(f'<pre tabindex="0">{escape(block.strip())}</pre>' for block in blocks if block)
        code.visible = show.value

    def picture() -> io.BytesIO:
        drawn = io.BytesIO()
        with view.errors_shown(), rc_context({"svg.hashsalt": "isocortex", "svg.fonttype": "path"}):
            view.figure().savefig(drawn, format="svg", metadata={"Date": None})
        return drawn

    save = pn.widgets.FileDownload(
        callback=picture, filename=f"{name}.svg", label="Save the picture", button_style="outline", width=150
    )
    view.on(show, write)
    view.after.append(write)
    yield view.said
    yield view.body()
    yield pn.FlowBox(show, save, sizing_mode="stretch_width")
    yield code


def _alert(words: str) -> pn.pane.HTML:
    return pn.pane.HTML(f'<p role="alert">{escape(words)}</p>', sizing_mode="stretch_width")


def _question(name: str) -> str:
    return f"<p>{escape(VIEWS[name].question)}</p>" if name else ""


def _groups() -> Iterator[tuple[str, list[tuple[str, Entry]]]]:
    """Yield every group of views, in the order in which they were registered."""
    yield from ((group, list(views)) for group, views in groupby(VIEWS.items(), key=lambda item: item[1].group))


def _navigation(here: str) -> str:
    """Return the links to all views."""
    parts = []
    for group, views in _groups():
        links = (
            f'<li><a href="/{escape(name)}"{" aria-current=page" if name == here else ""}>{escape(entry.title)}</a></li>'
            for name, entry in views
        )
        parts.append(f"<h2>{escape(group)}</h2><ul>{''.join(links)}</ul>")
    return f'<nav aria-label="Views">{"".join(parts)}</nav>'


def _contents() -> pn.pane.HTML:
    """Return the first page: every view with what one can find out there."""
    parts = []
    for group, views in _groups():
        rows = (
            f'<li><a href="/{escape(name)}">{escape(entry.title)}</a><p>{escape(entry.question)}</p></li>'
            for name, entry in views
        )
        parts.append(f"<h2>{escape(group)}</h2><ul class=contents>{''.join(rows)}</ul>")
    return pn.pane.HTML("".join(parts), sizing_mode="stretch_width")
