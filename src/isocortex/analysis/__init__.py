"""Measurements that treat a layer, a population of neurons and a simulation alike."""

from . import rsa as rsa
from .embedding import embed as embed
from .tuning import TuningCurves as TuningCurves
from .tuning import tuning_curves as tuning_curves
