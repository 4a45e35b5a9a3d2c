"""What a model is asked to do: pure samplers of trials, with a loss and a score."""

from .orientation import OrientationDiscrimination as OrientationDiscrimination
from .orientation import OrientationRegression as OrientationRegression
from .orientation import orientation_task as orientation_task
from .protocol import Task as Task
from .protocol import Trials as Trials
