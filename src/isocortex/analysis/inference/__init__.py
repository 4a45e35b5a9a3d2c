"""How sure a statistic is: samples of crossed factors, intervals and tests, corrections, and splits without leaks."""

from .corrections import CORRECTIONS as CORRECTIONS
from .corrections import corrected as corrected
from .crossed import crossed_covariance as crossed_covariance
from .crossed import draw_multiplicities as draw_multiplicities
from .uncertainty import Uncertainty as Uncertainty
