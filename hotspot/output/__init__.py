"""Files whole or not at all, safe text, tables, pages, pictures, and one way to write a result."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
