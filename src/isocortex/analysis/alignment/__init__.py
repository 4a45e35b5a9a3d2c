"""Alignment of representations by several measures: CKA, Procrustes, canonical correlations, prediction, matching."""

from .cka import cka as cka
from .comparison import Alignment as Alignment
from .comparison import compare as compare
from .correlation import canonical_correlations as canonical_correlations
from .correlation import cca as cca
from .correlation import svcca as svcca
from .matching import soft_matching_distance as soft_matching_distance
from .matching import soft_matching_similarity as soft_matching_similarity
from .measures import MEASURES as MEASURES
from .measures import Measure as Measure
from .predictivity import pls_predictivity as pls_predictivity
from .predictivity import ridge_predictivity as ridge_predictivity
from .shape import bures_distance as bures_distance
from .shape import procrustes_distance as procrustes_distance
from .shape import procrustes_similarity as procrustes_similarity
