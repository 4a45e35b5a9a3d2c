"""Experiments on spiking neurons, synapses and networks, with theory beside every simulation."""
