"""Stochastic processes: random walks, autoregression, Ornstein–Uhlenbeck, Markov chains, Poisson, coupled spikes."""

from .autoregression import autoregression as autoregression
from .autoregression import drift_diffusion as drift_diffusion
from .autoregression import random_walk as random_walk
from .autoregression import stationary_sd as stationary_sd
from .coupling import coupled_spikes as coupled_spikes
from .markov import MarkovChain as MarkovChain
from .markov import telegraph as telegraph
from .ornstein_uhlenbeck import OrnsteinUhlenbeck as OrnsteinUhlenbeck
from .poisson import correlated_poisson as correlated_poisson
from .poisson import inhomogeneous_poisson as inhomogeneous_poisson
from .poisson import poisson as poisson
