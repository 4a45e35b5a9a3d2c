"""What a model is asked to do: pure samplers of trials, with a loss and a score."""

from .head_centred import HeadCentred as HeadCentred
from .orientation import OrientationDiscrimination as OrientationDiscrimination
from .orientation import OrientationRegression as OrientationRegression
from .protocol import Task as Task
from .protocol import Trials as Trials
from .rotation import ImageRotation as ImageRotation
from .visual import VISUAL_TASKS as VISUAL_TASKS
from .visual import visual_task as visual_task
