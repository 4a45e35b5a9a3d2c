"""Models of other packages: PyTorch, Equinox and Flax modules, and any function of images."""

from .anything import record_anything as record_anything
