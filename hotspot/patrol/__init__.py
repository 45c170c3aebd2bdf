"""Where officers were, by whole units alone, and where and when they are to be."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
