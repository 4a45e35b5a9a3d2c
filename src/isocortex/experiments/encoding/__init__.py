"""Experiments that fit models to neurons: what predicts their responses?"""
