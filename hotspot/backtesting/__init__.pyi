from .backtest_result import Backtest
from .bandwidth_choice import BandwidthChoice, choose_bandwidth
from .protocol import backtest
from .quick import quick_backtest

__all__ = ["Backtest", "BandwidthChoice", "backtest", "choose_bandwidth", "quick_backtest"]
