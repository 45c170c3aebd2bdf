"""hotspot: from recorded burglaries to the doors to knock on.

Three answers from one export: where risk is raised now (the 400-metre, six-week near-repeat
rule), where it stays (kernel density), and which doors a neighbourhood team should knock on this
week (cocooning lists). Names at the top are those of every week; the rest is reached by its room,
such as ``hs.knox.calibrate_rule``. Each name is loaded on first use, so that ``import hotspot`` is
quick: the stub ``__init__.pyi`` beside each ``__init__.py`` lists them.
"""

import warnings
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import lazy_loader

try:
    __version__ = version("hotspot-cocoon")
except PackageNotFoundError:  # run from a source tree that was not installed
    __version__ = "0+unknown"

_load, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

# Names that stood at the top in 0.1, and the room that each is reached by now.
_MOVED = {
    "KnoxTest": "knox",
    "RuleCalibration": "knox",
    "NearRepeatDecay": "knox",
    "calibrate_rule": "knox",
    "near_repeat_decay": "knox",
    "local_knox": "knox",
    "chain_significance": "knox",
    "Bandwidth": "density",
    "aoristic_calendar": "density",
    "aoristic_weights": "density",
    "classify_hotspots": "density",
    "harm_weights": "density",
    "rate_surface": "density",
    "select_bandwidth": "density",
    "significant_hotspots": "density",
    "street_hotspots": "density",
    "plot_calendar": "density",
    "plot_surface": "density",
    "Concentration": "trends",
    "concentration": "trends",
    "hotspot_change": "trends",
    "Forecast": "forecast",
    "LiveZones": "forecast",
    "SeasonalLevel": "forecast",
    "Backtest": "backtesting",
    "choose_bandwidth": "backtesting",
    "quick_backtest": "backtesting",
    "cocooning_lists": "cocooning",
    "cocooning_messages": "cocooning",
    "PreventableShare": "worth",
    "TargetingAccuracy": "worth",
    "preventable_share": "worth",
    "targeting_accuracy": "worth",
    "Recorded": "visits",
    "VisitReport": "visits",
    "explain": "visits",
    "IncidentCheck": "incidents",
    "offence_table": "incidents",
    "read_streets": "addresses",
    "read_backdrop": "maps",
    "write_hotspots": "output",
    "write_surface": "output",
}


def __getattr__(name: str) -> Any:
    if name not in _MOVED:
        return _load(name)
    room = _MOVED[name]
    warnings.warn(
        f"hotspot.{name} is now hotspot.{room}.{name}; the old name goes with 0.3.",
        DeprecationWarning,
        stacklevel=2,
    )
    return getattr(_load(room), name)
