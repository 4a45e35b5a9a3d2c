"""Optimising models for a task, judging them, and keeping them."""

from .backpropagation import backpropagate as backpropagate
from .checkpoint import load_model as load_model
from .checkpoint import save_model as save_model
from .descend import descend as descend
from .evaluate import evaluate as evaluate
from .fit import fit as fit
