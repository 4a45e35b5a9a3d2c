"""Systems in time: deterministic, and stochastic processes."""

from .drift_diffusion import Decisions as Decisions
from .drift_diffusion import choice_probability as choice_probability
from .drift_diffusion import decision_densities as decision_densities
from .drift_diffusion import mean_decision_time as mean_decision_time
from .drift_diffusion import simulate_decisions as simulate_decisions
