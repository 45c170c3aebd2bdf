"""Is it worth a visit? What visits could at most prevent, how well lists were aimed, and scores."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
