"""Encoding models: predict the responses of neurons, and judge how much of what can be predicted they predict."""

from ..linear import RidgeFit as RidgeFit
from ..linear import ridge as ridge
from .convolution import ConvolutionalFit as ConvolutionalFit
from .convolution import fit_convolution as fit_convolution
from .explainable import explainable_variance as explainable_variance
from .explainable import noise_of as noise_of
