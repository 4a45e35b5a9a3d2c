"""Similarities of two RDMs."""

from .similarity import SIMILARITIES as SIMILARITIES
from .similarity import bootstrap_similarity as bootstrap_similarity
from .similarity import similarity as similarity
