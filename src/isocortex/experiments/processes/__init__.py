"""Linear and stochastic processes beside their closed forms."""
