"""hotspot: from recorded burglaries to the doors to knock on.

Three answers from one export: where risk is raised now (the 400-metre, six-week near-repeat
rule), where it stays (kernel density), and which doors a neighbourhood team should knock on this
week (cocooning lists). Names at the top are those of every week; the rest is reached by its room,
such as ``hs.knox.calibrate_rule``. Each name is loaded on first use, so that ``import hotspot`` is
quick: the stub ``__init__.pyi`` beside each ``__init__.py`` lists them.
"""

import warnings
from functools import cache
from typing import Any

import lazy_loader

_load, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

# Names that stood at the top in 0.1, and the room that each is reached by now.
_MOVED = {
    name: room
    for room, names in {
        "knox": (
            "KnoxTest NearRepeatDecay RuleCalibration calibrate_rule chain_significance "
            "local_knox near_repeat_decay"
        ),
        "density": (
            "Bandwidth aoristic_calendar aoristic_weights classify_hotspots harm_weights "
            "plot_calendar plot_surface rate_surface select_bandwidth significant_hotspots "
            "street_hotspots"
        ),
        "trends": "Concentration concentration hotspot_change",
        "forecast": "Forecast LiveZones SeasonalLevel",
        "backtesting": "Backtest choose_bandwidth quick_backtest",
        "cocooning": "cocooning_lists cocooning_messages",
        "worth": "PreventableShare TargetingAccuracy preventable_share targeting_accuracy",
        "visits": "Recorded VisitReport explain",
        "incidents": "IncidentCheck offence_table",
        "addresses": "read_streets",
        "maps": "read_backdrop",
        "output": "write_hotspots write_surface",
    }.items()
    for name in names.split()
}


@cache
def _version() -> str:
    # Loaded here: it takes a third of the time of ``hotspot --help``, and few ask.
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("hotspot-cocoon")
    except PackageNotFoundError:  # run from a source tree that was not installed
        return "0+unknown"


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return _version()
    if name not in _MOVED:
        return _load(name)
    room = _MOVED[name]
    warnings.warn(
        f"hotspot.{name} is now hotspot.{room}.{name}; the old name goes with 0.3.",
        DeprecationWarning,
        stacklevel=2,
    )
    return getattr(_load(room), name)
