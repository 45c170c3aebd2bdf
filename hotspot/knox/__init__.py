"""The Knox test, the rule that fits best, how risk decays, and where burglaries cluster."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
