"""The runs of a folder: all as a table, some side by side, and one with everything that it holds."""

from .one import OneRun as OneRun
from .table import RunsTable as RunsTable
