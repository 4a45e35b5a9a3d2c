"""How similar two RDMs are."""

from .similarity import SIMILARITIES as SIMILARITIES
from .similarity import bootstrap_similarity as bootstrap_similarity
from .similarity import similarity as similarity
