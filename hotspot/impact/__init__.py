"""What an operation did: what could be seen of it at all, and what is left of a fall."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
