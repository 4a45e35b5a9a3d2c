"""Experiments: options, a walk from the task to the brain, and a run folder at the end."""

from .registry import EXPERIMENTS as EXPERIMENTS
from .registry import experiment as experiment
