"""Models to move: phase planes and lines, spiking neurons, synapses; each with the theory beside what is simulated."""
