"""Dissimilarities of the responses to two stimuli, and the noise that some of them take into account."""

from .noise import NOISE_ESTIMATES as NOISE_ESTIMATES
from .noise import NoisePrecision as NoisePrecision
from .noise import noise_precision as noise_precision
from .rdm import DISSIMILARITIES as DISSIMILARITIES
from .rdm import rdm as rdm
