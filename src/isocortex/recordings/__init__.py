"""Measured and synthetic neural responses."""

from .contents import Contents as Contents
from .conversions import from_assembly as from_assembly
from .conversions import from_rsatoolbox as from_rsatoolbox
from .conversions import to_assembly as to_assembly
from .conversions import to_rsatoolbox as to_rsatoolbox
from .datasets import DATASETS as DATASETS
from .datasets import fetch as fetch
from .datasets import where as where
from .interchange import names_in as names_in
from .interchange import read as read
from .interchange_write import write as write
from .kriegeskorte import ObjectRecordings as ObjectRecordings
from .kriegeskorte import read_kriegeskorte as read_kriegeskorte
from .orientations import read_orientations as read_orientations
from .readers import read_npz as read_npz
from .roitman_shadlen import read_roitman_shadlen as read_roitman_shadlen
from .spike_objects import from_neo as from_neo
from .spike_objects import from_pynapple as from_pynapple
from .spike_objects import from_spikeinterface as from_spikeinterface
from .spikes import read_spike_trains as read_spike_trains
from .spikes import read_spikes as read_spikes
from .synthetic import synthetic_v1 as synthetic_v1
from .zhang_desimone import read_zhang_desimone as read_zhang_desimone
