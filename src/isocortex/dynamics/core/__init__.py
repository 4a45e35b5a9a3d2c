"""Systems dx/dt = f(t, x), their simulation and their analysis: fixed points, nullclines, bifurcations.

The public names are imported on first use, because some need slow imports and most users need few.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
