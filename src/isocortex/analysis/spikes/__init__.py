"""Analysis of spike trains: rates, intervals, counts, correlograms, spike-triggered averages, distances, synchrony."""

from .correlations import count_correlations as count_correlations
from .correlations import synchrony as synchrony
from .correlograms import correlograms as correlograms
from .counts import fano_factor as fano_factor
from .counts import fano_factors as fano_factors
from .counts import firing_rates as firing_rates
from .counts import psth as psth
from .distances import van_rossum as van_rossum
from .distances import victor_purpura as victor_purpura
from .intervals import interval_cv as interval_cv
from .intervals import interval_histogram as interval_histogram
from .intervals import interval_statistics as interval_statistics
from .intervals import intervals as intervals
from .surrogates import jitter_test as jitter_test
from .triggered import shift_test as shift_test
from .triggered import spike_triggered_average as spike_triggered_average
