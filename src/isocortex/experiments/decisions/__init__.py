"""Choices and reaction times: drift–diffusion models fitted to trials."""
