"""Representational similarity analysis: RDMs, their similarity, ceilings and intervals."""

from .ceiling import NoiseCeiling as NoiseCeiling
from .ceiling import bootstrap_ceiling as bootstrap_ceiling
from .ceiling import noise_ceiling as noise_ceiling
from .ceiling import split_half_ceiling as split_half_ceiling
from .crossvalidation import crossvalidate as crossvalidate
from .dissimilarity import DISSIMILARITIES as DISSIMILARITIES
from .dissimilarity import rdm as rdm
from .inference import compare as compare
from .inference import differences as differences
from .models import MODELS as MODELS
from .models import Fixed as Fixed
from .models import Interpolated as Interpolated
from .models import Select as Select
from .models import Weighted as Weighted
from .noise import NOISE_ESTIMATES as NOISE_ESTIMATES
from .noise import NoisePrecision as NoisePrecision
from .noise import noise_precision as noise_precision
from .power import power as power
from .similarity import SIMILARITIES as SIMILARITIES
from .similarity import bootstrap_similarity as bootstrap_similarity
from .similarity import similarity as similarity
