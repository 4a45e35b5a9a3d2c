"""From a run folder to one self-contained page."""

from .page import write_report as write_report
