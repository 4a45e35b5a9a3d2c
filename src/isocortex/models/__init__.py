"""Models: one example in, a dictionary of named layer activities out."""

from .convnet import ARCHITECTURES as ARCHITECTURES
from .convnet import ConvNet as ConvNet
from .convnet import ConvolutionalLayer as ConvolutionalLayer
from .convnet import n_weights as n_weights
from .correlation import PADDINGS as PADDINGS
from .correlation import correlate as correlate
from .correlation import map_size as map_size
from .energy import FourierEnergy as FourierEnergy
from .energy import OrientationEnergy as OrientationEnergy
from .energy import Pixels as Pixels
from .mlp import ACTIVATIONS as ACTIVATIONS
from .mlp import MLP as MLP
from .population import map_members as map_members
from .population import member_keys as member_keys
from .population import n_members as n_members
from .population import population as population
from .record import record as record
