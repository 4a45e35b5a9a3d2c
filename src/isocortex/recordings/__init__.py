"""Measured and synthetic neural responses."""

from .datasets import DATASETS as DATASETS
from .datasets import fetch as fetch
from .datasets import where as where
from .kriegeskorte import ObjectRecordings as ObjectRecordings
from .kriegeskorte import read_kriegeskorte as read_kriegeskorte
from .readers import read_npz as read_npz
from .roitman_shadlen import read_roitman_shadlen as read_roitman_shadlen
from .synthetic import synthetic_v1 as synthetic_v1
