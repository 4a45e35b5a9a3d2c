"""Models of firing rates: populations, rhythms, memories."""
