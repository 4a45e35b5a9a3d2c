"""Generalised linear models of neurons: history, coupling and stimuli, with standard errors and tests of fit."""

from .bases import raised_cosines as raised_cosines
from .design import Design as Design
from .design import design as design
from .families import FAMILIES as FAMILIES
from .families import Family as Family
from .families import Link as Link
from .fit import fit as fit
from .folds import blocks_of_time as blocks_of_time
from .folds import choose_penalty as choose_penalty
from .folds import held_out as held_out
from .goodness import goodness as goodness
from .leaving_out import leave_one_out as leave_one_out
from .model import GLM as GLM
from .rescaling import BAND as BAND
from .rescaling import FEWEST as FEWEST
from .rescaling import Rescaled as Rescaled
from .rescaling import time_rescaling as time_rescaling
from .uncertainty import ERRORS as ERRORS
from .uncertainty import covariance as covariance
from .uncertainty import joint_tests as joint_tests
from .uncertainty import weight_table as weight_table
