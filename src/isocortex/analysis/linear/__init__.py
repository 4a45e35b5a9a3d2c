"""Linear regression of many targets at once, for encoding models and decoders alike."""

from .ridge import RidgeFit as RidgeFit
from .ridge import ridge as ridge
