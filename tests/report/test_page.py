"""The page of a run: the answer first, findings in their order, typeset equations, and numbers for readers."""

import re
from html.parser import HTMLParser

import pandas as pd
import pytest
from matplotlib.figure import Figure

from isocortex import report
from isocortex.report.equations import typeset
from isocortex.report.page import LONGEST_TABLE
from isocortex.runs import Run

QUANTITY = {"gain": {"meaning": "Gain of the units", "unit": "spikes/s"}}


@pytest.fixture
def page(tmp_path):
    run = Run.create("demo", {"seed": 1, "data": "some/folder/a.npz", "rate": -0.5, "plain": True}, out=tmp_path)
    run.table("long", pd.DataFrame({"n": range(LONGEST_TABLE + 1)}), title="Long", caption="c", shown=True)
    figure = Figure()
    figure.subplots()
    run.figure("line", figure, title="Line", caption="With $x^2$.", alt="a")
    ours = pd.DataFrame({"method": ["a", "b"], "ours": ["0.8749", "−0.5000"], "at": ["1 %", "–"]})
    run.table("digits", ours, title="Digits", caption="Hill (1910, 10.1000/182(3)4).", shown=True)
    cells = pd.DataFrame({"hertz": [12.8, 50.0], "change": [-0.00001, -0.5], "good": [True, False], "name": ["a", "b"]})
    run.table("short", cells, title="Short", caption="c", shown=True)
    run.summary({"gain": -1 / 3})
    words = {"question": "Why?", "answer": "Because.", "references": [], "meanings": {"rate": "The rate"}}
    run.describe(methods=[r"Of $\dot{x} = A x$, x < 1."], notes=["A note."], quantities=QUANTITY, **words)
    run.close()
    return report.write_report(run.path).read_text("utf-8")


def test_the_answer_comes_first_and_the_findings_in_their_order(page):
    main = page[page.index("<main>") :]
    said = [
        "Because.",
        "A note.",
        "Table 1. Long",
        "Figure 1. Line",
        "Table 2. Digits",
        "Table 3. Short",
        "<h2>Methods",
    ]
    places = [main.index(part) for part in said]
    assert places == sorted(places)


def test_the_table_of_contents_leads_to_every_part(page):
    targets = set(re.findall(r'href="#([^"]+)"', page))
    assert targets == {
        "answer", "notes", "table-long", "figure-line", "table-digits", "table-short", "methods", "details",
        "references"
    }  # fmt: skip
    assert targets <= set(re.findall(r' id="([^"]+)"', page))


def test_long_tables_are_folded_and_short_ones_are_not(page):
    assert f"Show its {LONGEST_TABLE + 1} rows" in page
    assert "Show its 2 rows" not in page


def test_numbers_have_true_minus_signs_and_the_digits_they_need(page):
    cells = re.findall(r"<td[^>]*>([^<]*)</td>", page[page.index("Table 3. Short") : page.index("<h2>Methods")])
    assert cells == ["12.8", "−1e−5", "yes", "a", "50.0", "−0.5", "no", "b"]


def test_numbers_that_are_text_keep_their_digits_and_stand_on_the_right(page):
    part = page[page.index("Table 2. Digits") : page.index("Table 3. Short")]
    cells = re.findall(r"<td( class=\"right\")?>([^<]*)</td>", part)
    assert [text for _, text in cells] == ["a", "0.8749", "1 %", "b", "−0.5000", "–"]
    assert [bool(right) for right, _ in cells] == [False, True, True] * 2


def test_a_figure_has_its_own_width(page):
    """A figure of matplotlib is 6.4 inches wide by default, an inch 96 pixels; a wide one can be swiped."""
    assert "--width: 614px" in page
    assert "Swipe the figure" in page


def test_dois_and_addresses_are_links(page):
    assert '(1910, <a href="https://doi.org/10.1000/182(3)4">10.1000/182(3)4</a>).' in page
    assert '<a href="https://doi.org/10.1016/x(72)1-5">doi:10.1016/x(72)1-5</a>.' in typeset("doi:10.1016/x(72)1-5.")


def test_every_number_and_option_says_what_it_is(page):
    found = [re.sub("<[^>]*>", "", row) for row in re.findall(r"<tr>.*?</tr>", page)]
    assert "gain−0.333333spikes/sGain of the units" in found
    assert "--rate−0.5The rate" in found
    assert "--datasome/folder/a.npz" in found
    assert "some/<wbr>folder/<wbr>a.npz" in page


def test_every_tag_is_closed(page):
    opened: list[str] = []

    class Balance(HTMLParser):
        empty = ("meta", "img", "wbr", "mspace")

        def handle_starttag(self, tag, attrs):
            if tag not in self.empty:
                opened.append(tag)

        def handle_endtag(self, tag):
            assert tag in self.empty or opened.pop() == tag

    parser = Balance()
    parser.feed(page)
    assert opened == []


def test_equations_are_typeset():
    assert typeset(r"$\frac{a}{b}$").count("<mfrac>") == 1
    assert typeset("costs $ 3 & more") == "costs $ 3 &amp; more"


@pytest.mark.parametrize(
    "label",
    [
        r"$\text{<script>alert(1)</script>}$",
        r"$\href{javascript:alert(1)}{x}$",
        r"$\frac{a$",
        "$<img src=x onerror=alert(1)>$",
        r"$\class{x}{y}$",
        r"$\style{background:url(//x)}{y}$",
    ],
)
def test_a_label_with_dollar_signs_is_harmless(label):
    shown = typeset(label)
    assert not re.search(r"<(?!/?m[a-z]+[ >/])|href=|style=|src=|on\w+=[\"']", shown)
