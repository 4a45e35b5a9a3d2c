"""Pictures: results in, matplotlib figures out."""

from .bars import model_bars as model_bars
from .bars import similarity_bars as similarity_bars
from .curves import rdm_rows as rdm_rows
from .curves import training_curves as training_curves
from .dendrogram import dendrogram as dendrogram
from .differences import difference_intervals as difference_intervals
from .embedding import embedding_maps as embedding_maps
from .embedding import mds_maps as mds_maps
from .images import filter_change as filter_change
from .images import image_row as image_row
from .rdm import rdm_panels as rdm_panels
from .second_level import second_level as second_level
from .tuning import tuning as tuning
from .tuning import tuning_distributions as tuning_distributions
