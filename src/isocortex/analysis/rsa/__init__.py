"""Representational similarity analysis: RDMs, their similarity, ceilings and intervals."""

from .ceiling import NoiseCeiling as NoiseCeiling
from .ceiling import bootstrap_ceiling as bootstrap_ceiling
from .ceiling import noise_ceiling as noise_ceiling
from .ceiling import split_half_ceiling as split_half_ceiling
from .comparison import compare as compare
from .comparison import differences as differences
from .dissimilarities.noise import NOISE_ESTIMATES as NOISE_ESTIMATES
from .dissimilarities.noise import NoisePrecision as NoisePrecision
from .dissimilarities.noise import noise_precision as noise_precision
from .dissimilarities.rdm import DISSIMILARITIES as DISSIMILARITIES
from .dissimilarities.rdm import NOISELESS as NOISELESS
from .dissimilarities.rdm import rdm as rdm
from .held_out import crossvalidate as crossvalidate
from .models import MODELS as MODELS
from .models import Fixed as Fixed
from .models import Interpolated as Interpolated
from .models import Select as Select
from .models import Weighted as Weighted
from .over_time import OverTime as OverTime
from .over_time import over_time as over_time
from .power import power as power
from .similarities.similarity import SIMILARITIES as SIMILARITIES
from .similarities.similarity import bootstrap_similarity as bootstrap_similarity
from .similarities.similarity import similarity as similarity
