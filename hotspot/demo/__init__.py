"""Doggerby, a town that does not exist: its addresses, its burglaries and the truth behind them."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
