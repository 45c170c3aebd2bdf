"""Which cameras may have seen a crime, and until when their footage can be asked for."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
