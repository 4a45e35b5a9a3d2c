"""Decoding: what can be read from responses, by which decoder, when, and whether it carries over."""

from .across import Generalization as Generalization
from .across import cross_temporal as cross_temporal
from .across import decode_across as decode_across
from .decode import Decoding as Decoding
from .decode import decode as decode
from .decoders import DECODERS as DECODERS
from .decoders import Decoder as Decoder
from .geometry import Shattering as Shattering
from .geometry import ccgp as ccgp
from .geometry import shattering as shattering
from .permutations import Chance as Chance
from .permutations import permutation_test as permutation_test
