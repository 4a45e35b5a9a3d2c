"""Measurements that treat a layer, a population of neurons and a simulation alike."""

from . import rsa as rsa
from .ddm_fit import DecisionFit as DecisionFit
from .ddm_fit import fit_decisions as fit_decisions
from .ddm_fit import held_out as held_out
from .ddm_likelihood import PARAMETERS as PARAMETERS
from .ddm_likelihood import VARIANTS as VARIANTS
from .decision_trials import by_coherence as by_coherence
from .decision_trials import quantiles as quantiles
from .decision_trials import simulate_trials as simulate_trials
from .embedding import embed as embed
from .modulation import modulation as modulation
from .modulation import pooled_modulation as pooled_modulation
from .modulation import rectified_modulation as rectified_modulation
from .tuning import TuningCurves as TuningCurves
from .tuning import tuning_curves as tuning_curves
from .tuning import tuning_indices as tuning_indices
from .tuning_fits import fit_tuning as fit_tuning
from .tuning_fits import tuning_model as tuning_model
from .tuning_repeats import reliability as reliability
from .tuning_repeats import tuning_test as tuning_test
from .tuning_table import best_estimate as best_estimate
from .tuning_table import tuning_table as tuning_table
