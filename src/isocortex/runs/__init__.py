"""The run folder: the options of a run, its results, and its report."""

from .catalogue import latest_run as latest_run
from .catalogue import runs_in as runs_in
from .catalogue import runs_of as runs_of
from .folder import LARGEST_RESPONSES as LARGEST_RESPONSES
from .folder import PARTIAL as PARTIAL
from .folder import Run as Run
from .folder import configuration as configuration
from .read import RunRecord as RunRecord
from .read import read_run as read_run
from .table import Catalogue as Catalogue
