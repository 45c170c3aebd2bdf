"""Cocooning: which doors to knock on after a burglary, in what order, and why."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
