"""Models of firing rates: one population, Wilson–Cowan, a two-choice decision, a ring attractor."""

from .populations import CURVES as CURVES
from .populations import Decision as Decision
from .populations import RatePopulation as RatePopulation
from .populations import WilsonCowan as WilsonCowan
from .populations import sigmoid as sigmoid
from .populations import sigmoid_inverse as sigmoid_inverse
from .populations import threshold_linear as threshold_linear
from .ring import Bump as Bump
from .ring import RingAttractor as RingAttractor
from .ring import bump as bump
from .ring import population_vector as population_vector
