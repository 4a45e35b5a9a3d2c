"""The run folder: the options of a run, its results, and its report."""

from .folder import LARGEST_RESPONSES as LARGEST_RESPONSES
from .folder import PARTIAL as PARTIAL
from .folder import Run as Run
from .read import RunRecord as RunRecord
from .read import read_run as read_run
