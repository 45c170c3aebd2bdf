"""Change: whether places got better or worse, and how much happens in how few of them."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
