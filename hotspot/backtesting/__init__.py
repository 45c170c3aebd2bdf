"""Backtests of forecasts: rolling windows, baselines and honest intervals."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
