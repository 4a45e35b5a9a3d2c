"""Pictures: results in, matplotlib figures out."""

from .bars import similarity_bars as similarity_bars
from .curves import rdm_rows as rdm_rows
from .curves import training_curves as training_curves
from .differences import difference_intervals as difference_intervals
from .embedding import embedding_maps as embedding_maps
from .images import filter_change as filter_change
from .images import image_row as image_row
from .rdm import rdm_panels as rdm_panels
from .tuning import tuning as tuning
from .tuning import tuning_distributions as tuning_distributions
