"""hotspot: from recorded burglaries to the doors to knock on.

Three answers from one export: where risk is raised now (the 400-metre, six-week near-repeat
rule), where it stays (kernel density), and which doors a neighbourhood team should knock on this
week (cocooning lists), with maps that open anywhere. Each name is loaded on first use, so that
``import hotspot`` is quick.
"""

from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

try:
    __version__ = version("hotspot-cocoon")
except PackageNotFoundError:  # run from a source tree that was not installed
    __version__ = "0+unknown"

if TYPE_CHECKING:
    from hotspot._errors import ConfigError, DataError, DataWarning, HotspotError, OutputError
    from hotspot.addresses import read_addresses, read_streets
    from hotspot.areas import read_areas
    from hotspot.backtest import Backtest, backtest, choose_bandwidth
    from hotspot.backtest.quick import quick_backtest
    from hotspot.briefing import brief
    from hotspot.cocooning import cocooning_lists, cocooning_messages, cocooning_targets
    from hotspot.cocooning.worth import (
        PreventableShare,
        TargetingAccuracy,
        preventable_share,
        targeting_accuracy,
    )
    from hotspot.density import (
        Bandwidth,
        Concentration,
        aoristic_calendar,
        aoristic_weights,
        classify_hotspots,
        concentration,
        harm_weights,
        hotspot_change,
        hotspots,
        kernel_density,
        rate_surface,
        select_bandwidth,
        significant_hotspots,
        street_hotspots,
    )
    from hotspot.density.pictures import plot_calendar, plot_surface
    from hotspot.exports import write_hotspots, write_surface, write_targets
    from hotspot.exports.backtest import write_backtest
    from hotspot.forecast import (
        Blend,
        Forecast,
        LiveZones,
        NearRepeatRisk,
        ProspectiveMap,
        RetrospectiveDensity,
        SeasonalLevel,
        SelfExcitingProcess,
    )
    from hotspot.grid import Grid
    from hotspot.incidents import IncidentCheck, check_incidents, offence_table, read_incidents
    from hotspot.knox import KnoxTest, knox_test
    from hotspot.knox.calibrate import RuleCalibration, calibrate_rule
    from hotspot.knox.decay import NearRepeatDecay, near_repeat_decay
    from hotspot.knox.local import chain_significance, local_knox
    from hotspot.maps import briefing_map, save_map
    from hotspot.maps.backdrop import read_backdrop
    from hotspot.maps.public import public_map
    from hotspot.near_repeat import (
        label_repeats,
        near_repeat_chains,
        near_repeat_pairs,
        near_repeat_zones,
    )
    from hotspot.visits import Recorded, VisitLedger, VisitReport, explain

_HOME = {
    "ConfigError": "_errors",
    "DataError": "_errors",
    "DataWarning": "_errors",
    "HotspotError": "_errors",
    "OutputError": "_errors",
    "IncidentCheck": "incidents",
    "check_incidents": "incidents",
    "offence_table": "incidents",
    "read_incidents": "incidents",
    "read_addresses": "addresses",
    "read_streets": "addresses",
    "read_areas": "areas",
    "Grid": "grid",
    "label_repeats": "near_repeat",
    "near_repeat_chains": "near_repeat",
    "near_repeat_pairs": "near_repeat",
    "near_repeat_zones": "near_repeat",
    "KnoxTest": "knox",
    "knox_test": "knox",
    "RuleCalibration": "knox.calibrate",
    "calibrate_rule": "knox.calibrate",
    "NearRepeatDecay": "knox.decay",
    "near_repeat_decay": "knox.decay",
    "chain_significance": "knox.local",
    "local_knox": "knox.local",
    "Bandwidth": "density",
    "Concentration": "density",
    "aoristic_calendar": "density",
    "aoristic_weights": "density",
    "classify_hotspots": "density",
    "concentration": "density",
    "harm_weights": "density",
    "hotspot_change": "density",
    "hotspots": "density",
    "kernel_density": "density",
    "rate_surface": "density",
    "select_bandwidth": "density",
    "significant_hotspots": "density",
    "street_hotspots": "density",
    "plot_calendar": "density.pictures",
    "plot_surface": "density.pictures",
    "Blend": "forecast",
    "Forecast": "forecast",
    "LiveZones": "forecast",
    "NearRepeatRisk": "forecast",
    "ProspectiveMap": "forecast",
    "RetrospectiveDensity": "forecast",
    "SeasonalLevel": "forecast",
    "SelfExcitingProcess": "forecast",
    "Backtest": "backtest",
    "backtest": "backtest",
    "choose_bandwidth": "backtest",
    "quick_backtest": "backtest.quick",
    "cocooning_lists": "cocooning",
    "cocooning_messages": "cocooning",
    "cocooning_targets": "cocooning",
    "PreventableShare": "cocooning.worth",
    "TargetingAccuracy": "cocooning.worth",
    "preventable_share": "cocooning.worth",
    "targeting_accuracy": "cocooning.worth",
    "Recorded": "visits",
    "VisitLedger": "visits",
    "VisitReport": "visits",
    "explain": "visits",
    "write_hotspots": "exports",
    "write_surface": "exports",
    "write_targets": "exports",
    "write_backtest": "exports.backtest",
    "briefing_map": "maps",
    "save_map": "maps",
    "read_backdrop": "maps.backdrop",
    "public_map": "maps.public",
    "brief": "briefing",
}

__all__ = [
    "Backtest",
    "Bandwidth",
    "Blend",
    "Concentration",
    "ConfigError",
    "DataError",
    "DataWarning",
    "Forecast",
    "Grid",
    "HotspotError",
    "IncidentCheck",
    "KnoxTest",
    "LiveZones",
    "NearRepeatDecay",
    "NearRepeatRisk",
    "OutputError",
    "PreventableShare",
    "ProspectiveMap",
    "Recorded",
    "RetrospectiveDensity",
    "RuleCalibration",
    "SeasonalLevel",
    "SelfExcitingProcess",
    "TargetingAccuracy",
    "VisitLedger",
    "VisitReport",
    "__version__",
    "aoristic_calendar",
    "aoristic_weights",
    "backtest",
    "brief",
    "briefing_map",
    "calibrate_rule",
    "chain_significance",
    "check_incidents",
    "choose_bandwidth",
    "classify_hotspots",
    "cocooning_lists",
    "cocooning_messages",
    "cocooning_targets",
    "concentration",
    "explain",
    "harm_weights",
    "hotspot_change",
    "hotspots",
    "kernel_density",
    "knox_test",
    "label_repeats",
    "local_knox",
    "near_repeat_chains",
    "near_repeat_decay",
    "near_repeat_pairs",
    "near_repeat_zones",
    "offence_table",
    "plot_calendar",
    "plot_surface",
    "preventable_share",
    "public_map",
    "quick_backtest",
    "rate_surface",
    "read_addresses",
    "read_areas",
    "read_backdrop",
    "read_incidents",
    "read_streets",
    "save_map",
    "select_bandwidth",
    "significant_hotspots",
    "street_hotspots",
    "targeting_accuracy",
    "write_backtest",
    "write_hotspots",
    "write_surface",
    "write_targets",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'hotspot' has no attribute {name!r}")
    value = getattr(import_module(f"hotspot.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
