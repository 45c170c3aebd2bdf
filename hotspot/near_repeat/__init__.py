"""The near-repeat rule: which burglaries follow one another, and where risk is raised now."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
