"""Linear regression of many targets at once, for encoding models and decoders alike."""

from .banded import BandedRidgeFit as BandedRidgeFit
from .banded import banded_ridge as banded_ridge
from .pls import PLSFit as PLSFit
from .pls import pls as pls
from .ridge import RidgeFit as RidgeFit
from .ridge import ridge as ridge
