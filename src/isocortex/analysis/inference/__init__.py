"""Statistical inference: resampling of crossed factors, intervals, tests, corrections, cross-validation splits."""

from .any_statistic import bootstrap as bootstrap
from .any_statistic import jackknife as jackknife
from .corrections import CORRECTIONS as CORRECTIONS
from .corrections import corrected as corrected
from .crossed import crossed_covariance as crossed_covariance
from .crossed import draw_multiplicities as draw_multiplicities
from .of_sums import jackknife_of_sums as jackknife_of_sums
from .splits import Split as Split
from .splits import require_no_leak as require_no_leak
from .splits import splits as splits
from .uncertainty import Uncertainty as Uncertainty
