"""Models of the brain, and honest measurements of how brain-like each one is.

The public names below are imported on first use, so that the command line starts without JAX.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
