"""Models: one example in, a dictionary of named layer activities out."""

from .convnet import ARCHITECTURES as ARCHITECTURES
from .convnet import ConvNet as ConvNet
from .convnet import ConvolutionalLayer as ConvolutionalLayer
from .convnet import n_weights as n_weights
from .correlation import PADDINGS as PADDINGS
from .correlation import correlate as correlate
from .correlation import map_size as map_size
from .ctrnn import ACTIVATIONS as ACTIVATIONS
from .ctrnn import CTRNN as CTRNN
from .energy import FourierEnergy as FourierEnergy
from .energy import OrientationEnergy as OrientationEnergy
from .energy import Pixels as Pixels
from .gated import GRU as GRU
from .gated import LSTM as LSTM
from .perturb import disconnect as disconnect
from .perturb import lesion as lesion
from .perturb import with_noise as with_noise
from .perturb import with_pulse as with_pulse
from .population import map_members as map_members
from .population import member as member
from .population import member_keys as member_keys
from .population import n_members as n_members
from .population import population as population
from .record import record as record
from .recurrent import Held as Held
from .recurrent import Recurrent as Recurrent
