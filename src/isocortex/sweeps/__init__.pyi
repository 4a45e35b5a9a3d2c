from .points import points as points
from .result import SweepResult as SweepResult
from .sweep import Sweep as Sweep
from .sweep import sweep as sweep
