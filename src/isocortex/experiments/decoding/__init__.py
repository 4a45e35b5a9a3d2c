"""Read stimuli from neurons."""
