"""Spiking neurons, synapses and networks, with the theory beside every simulation."""

from .theory import BrunelMeanField as BrunelMeanField
from .theory import SynapticTrain as SynapticTrain
from .theory import WeightEquilibrium as WeightEquilibrium
from .theory import correlation_transfer as correlation_transfer
from .theory import firing_rate as firing_rate
from .theory import hopf_line as hopf_line
from .theory import interval_cv as interval_cv
from .theory import loop_gain as loop_gain
from .theory import oscillations as oscillations
from .theory import poisson_steady_state as poisson_steady_state
from .theory import population_inputs as population_inputs
from .theory import population_rates as population_rates
from .theory import power_spectrum as power_spectrum
from .theory import rate_slopes as rate_slopes
from .theory import regular_steady_state as regular_steady_state
from .theory import states as states
from .theory import stdp_equilibrium as stdp_equilibrium
from .theory import stepped_neuron as stepped_neuron
from .theory import synaptic_train as synaptic_train
from .theory import transfer_function as transfer_function
