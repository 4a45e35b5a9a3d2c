"""Drift–diffusion between two bounds: simulated trials, and the densities of first passage."""

from .trials import Decisions as Decisions
from .trials import choice_probability as choice_probability
from .trials import decision_densities as decision_densities
from .trials import mean_decision_time as mean_decision_time
from .trials import simulate_decisions as simulate_decisions
