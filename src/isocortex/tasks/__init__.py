"""What a model is asked to do: pure samplers of trials, with a loss and a score."""

from .clock import Clock as Clock
from .clock import Duration as Duration
from .clock import TruncatedExponential as TruncatedExponential
from .clock import Uniform as Uniform
from .losses import LOSSES as LOSSES
from .orientation import OrientationDiscrimination as OrientationDiscrimination
from .orientation import OrientationRegression as OrientationRegression
from .perceptual_decision import PerceptualDecisionMaking as PerceptualDecisionMaking
from .protocol import Task as Task
from .protocol import Trials as Trials
from .registry import TASKS as TASKS
from .rotation import ImageRotation as ImageRotation
from .timed import TimedTask as TimedTask
from .timed import number as number
from .timed import option as option
from .visual import VISUAL_TASKS as VISUAL_TASKS
from .visual import visual_task as visual_task
