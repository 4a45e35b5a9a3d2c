"""Theory of spiking neurons, synapses and networks: rates, irregularity, response, correlation, stability, weights."""

from .adaptation import adapted_rate as adapted_rate
from .brunel import BrunelMeanField as BrunelMeanField
from .correlation import correlation_transfer as correlation_transfer
from .hopf import hopf_line as hopf_line
from .intervals import interval_cv as interval_cv
from .loop import loop_gain as loop_gain
from .pairings import weight_change as weight_change
from .populations import population_inputs as population_inputs
from .populations import population_rates as population_rates
from .rate import firing_rate as firing_rate
from .response import power_spectrum as power_spectrum
from .response import rate_slopes as rate_slopes
from .response import transfer_function as transfer_function
from .short_term import SynapticTrain as SynapticTrain
from .short_term import poisson_steady_state as poisson_steady_state
from .short_term import regular_steady_state as regular_steady_state
from .short_term import synaptic_train as synaptic_train
from .stability import oscillations as oscillations
from .stability import states as states
from .steps import stepped_neuron as stepped_neuron
from .weights import WeightEquilibrium as WeightEquilibrium
from .weights import stdp_equilibrium as stdp_equilibrium
