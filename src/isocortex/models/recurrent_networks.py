"""The recurrent networks, by name."""

from dataclasses import dataclass

from ..registries import Registry
from .ctrnn import CTRNN
from .gated import GRU, LSTM
from .recurrent import Recurrent


@dataclass(frozen=True)
class RecurrentNetwork:
    """A recurrent network that is known by name.

    Attributes
    ----------
    model : type of Recurrent
    """

    model: type[Recurrent]


RECURRENT_NETWORKS = Registry(
    "architecture",
    "recurrent_networks",
    {"CTRNN": RecurrentNetwork(CTRNN), "GRU": RecurrentNetwork(GRU), "LSTM": RecurrentNetwork(LSTM)},
)
