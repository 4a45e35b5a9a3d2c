"""Spike trains: ragged, as sorted times and the unit and trial of each, with labels of units and trials."""

from .joining import concatenate as concatenate
from .trains import SpikeTrains as SpikeTrains
