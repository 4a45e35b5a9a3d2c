"""What is shown: gratings, filters, and images fitted to a canvas."""

from .bars import bars as bars
from .filters import filter_bank as filter_bank
from .gratings import canvas_size as canvas_size
from .gratings import grating as grating
from .gratings import gratings as gratings
from .images import fit_to_canvas as fit_to_canvas
from .images import grey as grey
