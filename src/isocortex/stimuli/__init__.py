"""Stimuli: gratings, filters, bars, pictures, and positions in population codes."""

from .bars import bars as bars
from .filters import filter_bank as filter_bank
from .gratings import canvas_size as canvas_size
from .gratings import grating as grating
from .gratings import gratings as gratings
from .images import fit_to_canvas as fit_to_canvas
from .images import grey as grey
from .picture_sets import PICTURE_SETS as PICTURE_SETS
from .picture_sets import PictureSet as PictureSet
from .pictures import picture_files as picture_files
from .pictures import read_pictures as read_pictures
from .pictures import textures as textures
from .pictures import turned as turned
from .population_codes import GaussianCode as GaussianCode
from .population_codes import LinearCode as LinearCode
from .population_codes import MonotonicCode as MonotonicCode
from .population_codes import PopulationCode as PopulationCode
