"""Experiments that fit models to neurons."""
