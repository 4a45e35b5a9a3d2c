"""Encoding models: predict the responses of neurons, and judge how much of what can be predicted they predict."""

from ..linear import RidgeFit as RidgeFit
from ..linear import ridge as ridge
from .explainable import explainable_variance as explainable_variance
