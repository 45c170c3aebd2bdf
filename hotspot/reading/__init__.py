"""The one opener of every source: files, layers, databases, headings, cells, dates and places."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
