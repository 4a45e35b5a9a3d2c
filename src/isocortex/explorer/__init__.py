"""A page in the browser: models under one's fingers, runs and recordings under one's eyes (extra ``explore``)."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
