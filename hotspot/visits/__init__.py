"""The ledger of visits: who was asked, what was done, in time, and why each door."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
