"""What an experiment found, and the one function that writes a run folder from it."""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, ClassVar

import pandas as pd
import xarray as xr
from matplotlib.figure import Figure

from ..formats import significant
from ..runs import Run
from ..summaries import html_table


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture that is drawn when it is asked for.

    Attributes
    ----------
    name : str
        Its file's name, without an ending.
    draw : callable
        Takes nothing, and returns the matplotlib figure.
    title, caption, alt : str
        What the page shows with it; ``alt`` is read to those who cannot see it.
    shows_data : bool
        Whether it shows the data that the run's mark speaks of, such as synthetic neurons. Default True.
    movie : callable, optional
        Takes nothing, and returns the frames of an animation of the same data, which a reader can open below the
        picture. The picture alone must say all that matters. Default: there is none.

    Examples
    --------
    >>> from isocortex import plots
    >>> weights = {"recurrent": pd.DataFrame([[0.0, 1.0], [-1.0, 0.5]]).to_numpy()}
    >>> picture = Picture(
    ...     "weights",
    ...     lambda: plots.weight_matrices(weights),
    ...     title="Recurrent weights",
    ...     caption="Weight from each unit (column) to each unit (row).",
    ...     alt="A matrix of the weights between two units.",
    ... )
    >>> len(picture.draw().axes)  # the matrix and its colour bar
    2
    """

    name: str
    draw: Callable[[], Figure]
    title: str
    caption: str
    alt: str
    shows_data: bool = True
    movie: Callable[[], Iterable[Figure]] | None = None


@dataclass(frozen=True, eq=False)
class Table:
    """A table of the run folder.

    Attributes
    ----------
    name : str
        Its file's name, without an ending.
    cells : DataFrame
    caption : str
    title : str
        Its heading on the page; its name by default.
    shown : bool
        Whether it stands on the page and in the terminal. Others are there to download.

    Examples
    --------
    >>> rates = pd.DataFrame({"unit": [0, 1], "rate": [4.5, 12.0]})
    >>> Table("rates", rates, "Mean rate of every unit in spikes/s.", shown=True).cells.shape
    (2, 2)
    """

    name: str
    cells: pd.DataFrame
    caption: str
    title: str = ""
    shown: bool = False


@dataclass(frozen=True)
class Quantity:
    """What a number of ``summary.json`` is.

    Attributes
    ----------
    meaning : str
        One phrase.
    unit : str
        Its unit; empty for a number without one.

    Examples
    --------
    >>> Quantity("Share of trials that are correct", "share of trials").unit
    'share of trials'
    """

    meaning: str
    unit: str = ""


Finding = Picture | Table


class Result(ABC):
    """What an experiment found: numbers, pictures, tables, and the words about them.

    Python, the run folder, the page and the terminal all read the same result.

    Attributes
    ----------
    question : str
        What the experiment asks, in one sentence.
    quantities : dict of str to Quantity
        What every number is, by its key; ``<…>`` in a key stands for any text.
    references : tuple of str
        Names that :func:`isocortex.citation` knows.

    Examples
    --------
    >>> @dataclass(frozen=True, eq=False)
    ... class Coin(Result):
    ...     question = "How often does the coin show heads?"
    ...     quantities = {"heads": Quantity("Share of throws that show heads")}
    ...     heads: float
    ...
    ...     def numbers(self):
    ...         return {"heads": self.heads}
    ...
    ...     def findings(self):
    ...         return [Table("throws", pd.DataFrame({"heads": [self.heads]}), "The share of heads.", shown=True)]
    ...
    ...     def answer(self):
    ...         return f"The coin shows heads in {100 * self.heads:g} % of the throws."
    ...
    ...     def methods(self):
    ...         return ["The coin was thrown 100 times."]
    >>> Coin(0.52)
    <Coin: The coin shows heads in 52 % of the throws.>
    """

    question: ClassVar[str]
    quantities: ClassVar[dict[str, Quantity]]
    references: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls, **options: Any) -> None:
        """Keep the short form: a dataclass would write out every array that it holds."""
        super().__init_subclass__(**options)
        cls.__repr__ = Result.__repr__

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.answer()}>"

    def _repr_html_(self) -> str:
        numbers = {key: significant(value, 6) for key, value in self.numbers().items() if value is not None}
        return f"<p>{escape(self.answer())}</p>{html_table(self.question, numbers)}"

    @abstractmethod
    def numbers(self) -> dict[str, float]:
        """Return the numbers of ``summary.json`` under flat keys."""

    @abstractmethod
    def findings(self) -> Iterable[Finding]:
        """Return the tables and figures in the order of the page."""

    @abstractmethod
    def answer(self) -> str:
        """Return the answer to the question, in whole sentences."""

    @abstractmethod
    def methods(self) -> Sequence[str]:
        """Return what was done, in paragraphs that are made from the values that were used."""

    def notes(self) -> Sequence[str]:
        """Return what a reader has to know before believing the answer."""
        return ()

    def responses(self) -> Mapping[str, xr.DataArray]:
        """Return the labelled arrays that the run folder keeps, by group."""
        return {}


def meaning_of(key: str, quantities: Mapping[str, Quantity]) -> Quantity | None:
    """Return what the number of a key is: the entry of the key itself, or else of the first pattern that fits.

    Examples
    --------
    >>> known = {"bias.<length>": Quantity("Mean of the estimates")}
    >>> meaning_of("bias.100", known).meaning
    'Mean of the estimates'
    >>> meaning_of("basis", known)
    """
    if key in quantities:
        return quantities[key]
    for pattern, quantity in quantities.items():
        parts = re.split(r"<[^>]*>", pattern)
        if len(parts) > 1 and re.fullmatch(".+".join(map(re.escape, parts)), key):
            return quantity
    return None


def write_result(run: Run, result: Result, meanings: Mapping[str, str]) -> None:
    """Write everything that a result knows into a run folder.

    Parameters
    ----------
    run : Run
    result : Result
    meanings : mapping of str to str
        What every option of the run means.

    Raises
    ------
    ValueError
        If a number has no entry in the result's ``quantities``.

    Examples
    --------
    >>> import tempfile
    >>> from isocortex.runs import read_run
    >>> class Coin(Result):
    ...     question = "How often does the coin show heads?"
    ...     quantities = {"heads": Quantity("Share of throws that show heads")}
    ...     numbers = lambda self: {"heads": 0.52}
    ...     answer = lambda self: "In 52 % of the throws."
    ...     findings = methods = lambda self: []
    >>> run = Run.create("coin", {"n": 100}, out=tempfile.mkdtemp())
    >>> write_result(run, Coin(), {"n": "Number of throws"})
    >>> run.close()
    >>> read_run(run.finish()).summary
    {'heads': 0.52}
    """
    numbers = result.numbers()
    nameless = [key for key in numbers if meaning_of(key, result.quantities) is None]
    if nameless:
        raise ValueError(f"{type(result).__name__}.quantities does not say what {nameless[0]!r} is")
    run.summary(numbers)
    with run.stage("figures"):
        for finding in result.findings():
            words = {"title": finding.title, "caption": finding.caption}
            if isinstance(finding, Picture):
                run.figure(
                    finding.name,
                    finding.draw(),
                    alt=finding.alt,
                    shows_data=finding.shows_data,
                    movie=None if finding.movie is None else finding.movie(),
                    **words,
                )
            else:
                run.table(finding.name, finding.cells, shown=finding.shown, **words)
    run.responses(result.responses())
    run.describe(
        question=result.question,
        answer=result.answer(),
        notes=result.notes(),
        methods=result.methods(),
        references=result.references,
        meanings=meanings,
        quantities={
            key: {"meaning": quantity.meaning, "unit": quantity.unit}
            for key in numbers
            if (quantity := meaning_of(key, result.quantities))
        },
    )
