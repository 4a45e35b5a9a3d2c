"""Encoding: models that predict the activity of neurons."""

from . import glm as glm
