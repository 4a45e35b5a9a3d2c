"""From what was found to a run folder, and from a run folder to one self-contained page."""

from .page import write_report as write_report
from .result import Finding as Finding
from .result import Picture as Picture
from .result import Quantity as Quantity
from .result import Result as Result
from .result import Table as Table
from .result import write_result as write_result
from .schema import numbers_page as numbers_page
