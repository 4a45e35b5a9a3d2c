"""Encoding models: predict the responses of neurons, and judge how much of what can be predicted they predict."""

from ..linear import BandedRidgeFit as BandedRidgeFit
from ..linear import PLSFit as PLSFit
from ..linear import RidgeFit as RidgeFit
from ..linear import banded_ridge as banded_ridge
from ..linear import pls as pls
from ..linear import ridge as ridge
from . import glm as glm
from .convolution import ConvolutionalFit as ConvolutionalFit
from .convolution import fit_convolution as fit_convolution
from .explainable import explainable_variance as explainable_variance
from .explainable import noise_of as noise_of
from .separable import SeparableFit as SeparableFit
from .separable import separable as separable
