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
    from hotspot.briefing import brief
    from hotspot.cocooning import cocooning_messages, cocooning_targets
    from hotspot.density import hotspots, kernel_density
    from hotspot.exports import write_targets
    from hotspot.grid import Grid
    from hotspot.incidents import IncidentCheck, check_incidents, offence_table, read_incidents
    from hotspot.knox import KnoxTest, knox_test
    from hotspot.knox.calibrate import RuleCalibration, calibrate_rule
    from hotspot.knox.decay import NearRepeatDecay, near_repeat_decay
    from hotspot.knox.local import chain_significance, local_knox
    from hotspot.maps import briefing_map, save_map
    from hotspot.near_repeat import (
        label_repeats,
        near_repeat_chains,
        near_repeat_pairs,
        near_repeat_zones,
    )

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
    "KnoxTest": "knox",
    "knox_test": "knox",
    "RuleCalibration": "knox.calibrate",
    "calibrate_rule": "knox.calibrate",
    "NearRepeatDecay": "knox.decay",
    "near_repeat_decay": "knox.decay",
    "chain_significance": "knox.local",
    "local_knox": "knox.local",
    "label_repeats": "near_repeat",
    "near_repeat_chains": "near_repeat",
    "near_repeat_pairs": "near_repeat",
    "near_repeat_zones": "near_repeat",
    "kernel_density": "density",
    "hotspots": "density",
    "cocooning_messages": "cocooning",
    "cocooning_targets": "cocooning",
    "write_targets": "exports",
    "briefing_map": "maps",
    "save_map": "maps",
    "brief": "briefing",
}

__all__ = [
    "ConfigError",
    "DataError",
    "DataWarning",
    "Grid",
    "HotspotError",
    "IncidentCheck",
    "KnoxTest",
    "NearRepeatDecay",
    "OutputError",
    "RuleCalibration",
    "__version__",
    "brief",
    "briefing_map",
    "calibrate_rule",
    "chain_significance",
    "check_incidents",
    "cocooning_messages",
    "cocooning_targets",
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
    "read_addresses",
    "read_areas",
    "read_incidents",
    "read_streets",
    "save_map",
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
