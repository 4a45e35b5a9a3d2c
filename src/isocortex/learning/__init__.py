"""Training models on tasks, evaluating them, and saving them."""

from .backpropagation import backpropagate as backpropagate
from .behaviour import behaviour as behaviour
from .behaviour import fraction_of_ideal as fraction_of_ideal
from .behaviour import perturbation_table as perturbation_table
from .checkpoint import load_model as load_model
from .checkpoint import save_model as save_model
from .descend import descend as descend
from .evaluate import evaluate as evaluate
from .fit import fit as fit
from .fit_stream import fit_stream as fit_stream
from .history import updates_to as updates_to
from .optimisers import OPTIMISERS as OPTIMISERS
