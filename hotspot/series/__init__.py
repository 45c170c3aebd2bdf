"""Linked crimes: the series that a force has found, and which other crimes may belong to them."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
