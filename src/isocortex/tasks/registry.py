"""The tasks in time, by name, and tasks of one's own from a file of the current folder."""

from .perceptual_decision import PerceptualDecisionMaking
from .timed import TimedTask

TASKS: dict[str, type[TimedTask]] = {
    "PerceptualDecisionMaking": PerceptualDecisionMaking,
}
"""Name, as NeuroGym's → class."""
