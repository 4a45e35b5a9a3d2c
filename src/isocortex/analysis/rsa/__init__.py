"""Representational similarity analysis: RDMs, their similarity, ceilings and intervals."""

from .ceiling import NoiseCeiling as NoiseCeiling
from .ceiling import bootstrap_ceiling as bootstrap_ceiling
from .ceiling import noise_ceiling as noise_ceiling
from .ceiling import split_half_ceiling as split_half_ceiling
from .dissimilarity import DISSIMILARITIES as DISSIMILARITIES
from .dissimilarity import rdm as rdm
from .inference import compare as compare
from .inference import differences as differences
from .noise import NOISE_ESTIMATES as NOISE_ESTIMATES
from .noise import NoisePrecision as NoisePrecision
from .noise import noise_precision as noise_precision
from .similarity import SIMILARITIES as SIMILARITIES
from .similarity import bootstrap_similarity as bootstrap_similarity
from .similarity import similarity as similarity
