from .backtest_result import Backtest as Backtest
from .bandwidth_choice import BandwidthChoice as BandwidthChoice
from .bandwidth_choice import choose_bandwidth as choose_bandwidth
from .protocol import backtest as backtest
from .quick import quick_backtest as quick_backtest
