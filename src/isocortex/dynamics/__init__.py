"""Continuous systems: dx/dt = f(t, x), with or without noise."""

from .simulate import integrate as integrate
from .simulate import simulate as simulate
from .solvers import SOLVERS as SOLVERS
from .system import Custom as Custom
from .system import System as System
