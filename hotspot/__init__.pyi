from . import (
    addresses,
    backtesting,
    briefing,
    cocooning,
    density,
    forecast,
    incidents,
    knox,
    maps,
    near_repeat,
    output,
    sheets,
    trends,
    visits,
    worth,
)
from ._errors import ConfigError, DataError, DataWarning, HotspotError, OutputError
from .addresses import read_addresses
from .areas import read_areas
from .backtesting import backtest
from .briefing import brief
from .cocooning import cocooning_targets
from .density import hotspots, kernel_density
from .forecast import (
    Blend,
    NearRepeatRisk,
    ProspectiveMap,
    RetrospectiveDensity,
    SelfExcitingProcess,
)
from .grid import Grid
from .incidents import check_incidents, read_incidents
from .knox import knox_test
from .maps import briefing_map, public_map, save_map
from .near_repeat import label_repeats, near_repeat_chains, near_repeat_pairs, near_repeat_zones
from .sheets import write_targets
from .visits import VisitLedger

__version__: str

__all__ = [
    "Blend",
    "ConfigError",
    "DataError",
    "DataWarning",
    "Grid",
    "HotspotError",
    "NearRepeatRisk",
    "OutputError",
    "ProspectiveMap",
    "RetrospectiveDensity",
    "SelfExcitingProcess",
    "VisitLedger",
    "__version__",
    "addresses",
    "backtest",
    "backtesting",
    "brief",
    "briefing",
    "briefing_map",
    "check_incidents",
    "cocooning",
    "cocooning_targets",
    "density",
    "forecast",
    "hotspots",
    "incidents",
    "kernel_density",
    "knox",
    "knox_test",
    "label_repeats",
    "maps",
    "near_repeat",
    "near_repeat_chains",
    "near_repeat_pairs",
    "near_repeat_zones",
    "output",
    "public_map",
    "read_addresses",
    "read_areas",
    "read_incidents",
    "save_map",
    "sheets",
    "trends",
    "visits",
    "worth",
    "write_targets",
]
