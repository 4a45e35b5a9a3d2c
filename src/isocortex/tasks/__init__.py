"""What a model is asked to do: pure samplers of trials, with a loss and a score."""

from .clock import Clock as Clock
from .clock import Duration as Duration
from .clock import TruncatedExponential as TruncatedExponential
from .clock import Uniform as Uniform
from .context_decision import ContextDecisionMaking as ContextDecisionMaking
from .context_decision import MultiSensoryIntegration as MultiSensoryIntegration
from .delayed import DelayComparison as DelayComparison
from .delayed import DelayMatchSample as DelayMatchSample
from .delayed import GoNogo as GoNogo
from .intervals import IntervalDiscrimination as IntervalDiscrimination
from .intervals import ReadySetGo as ReadySetGo
from .losses import LOSSES as LOSSES
from .orientation import OrientationDiscrimination as OrientationDiscrimination
from .orientation import OrientationRegression as OrientationRegression
from .perceptual_decision import PerceptualDecisionMaking as PerceptualDecisionMaking
from .protocol import Task as Task
from .protocol import Trials as Trials
from .registry import TASKS as TASKS
from .registry import check_task as check_task
from .registry import task as task
from .rotation import ImageRotation as ImageRotation
from .timed import TimedTask as TimedTask
from .timed import number as number
from .timed import option as option
from .visual import VISUAL_TASKS as VISUAL_TASKS
from .visual import visual_task as visual_task
