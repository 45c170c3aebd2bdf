"""What is handed to others: files of a hand-over, and layouts that others ask for."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
