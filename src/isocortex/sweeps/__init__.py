"""Any experiment over many options: on all cores, on many machines, and never the same run twice."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
