"""The views of the explorer by the name in their address."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..registries import Registry
from .files.recording import MyRecording
from .models.catalogue import of_system, rate_model, wilson_cowan, wong_wang
from .models.line import LineView
from .models.neuron import NeuronView
from .models.plane import PlaneView
from .models.synapse import SynapseView
from .runs.one import OneRun
from .runs.table import RunsTable
from .view import Context, View


@dataclass(frozen=True)
class Entry:
    """A view in the navigation.

    Attributes
    ----------
    title : str
        In the navigation and above the view.
    group : str
        The heading it stands under: ``"Models"``, ``"Runs"`` or ``"My data"``.
    question : str
        One sentence that says what one can find out here.
    make : callable
        Context → view; a class derived from View, as a rule.

    Examples
    --------
    >>> VIEWS["lif"].title, VIEWS["lif"].group
    ('A spiking neuron', 'Models')
    """

    title: str
    group: str
    question: str
    make: Callable[[Context], View]


GROUPS = ("Models", "Runs", "My data")
VIEWS = Registry(
    "view",
    "views",
    {
        "wilson-cowan": Entry(
            "Wilson–Cowan",
            "Models",
            "When are populations of excitatory and inhibitory neurons bistable, and when do they oscillate?",
            lambda context: PlaneView(context, "wilson-cowan", wilson_cowan()),
        ),
        "rate-model": Entry(
            "One population",
            "Models",
            "When does a population that excites itself have two stable rates?",
            lambda context: LineView(context, "rate-model", rate_model()),
        ),
        "wong-wang": Entry(
            "A decision",
            "Models",
            "How do two populations that inhibit each other decide between two options (Wong & Wang 2006)?",
            lambda context: PlaneView(context, "wong-wang", wong_wang()),
        ),
        "lif": Entry(
            "A spiking neuron",
            "Models",
            "How often, and how regularly, does a leaky integrate-and-fire neuron fire under a current with noise?",
            NeuronView,
        ),
        "short-term-plasticity": Entry(
            "A plastic synapse",
            "Models",
            "What does a synapse that depresses and facilitates make of a train of spikes?",
            SynapseView,
        ),
        "runs": Entry("All runs", "Runs", "Which runs are there, and in what do they differ?", RunsTable),
        "run": Entry("One run", "Runs", "What did this run find, and what do its responses show?", OneRun),
        "recording": Entry(
            "My recording", "My data", "What does my own file hold, and which model is like it?", MyRecording
        ),
    },
)


def all_views(systems: Mapping[str, Any]) -> dict[str, Entry]:
    """Return the views, and one for every system from outside, by the name in their address.

    Raises
    ------
    InputError
        If a system cannot be shown.
    """
    views = dict(VIEWS)
    for place, system in systems.items():
        portrait = of_system(system, place)
        title = type(system).__name__
        name = address = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|_", "-", title).lower()
        number = 2
        while address in views:
            address, number = f"{name}-{number}", number + 1
        kind = PlaneView if system.dimension == 2 else LineView
        views[address] = Entry(
            title,
            "Models",
            f"What does {place} do?",
            lambda context, kind=kind, address=address, portrait=portrait: kind(context, address, portrait),
        )
    return dict(sorted(views.items(), key=lambda item: GROUPS.index(item[1].group)))
