from .bandwidth_selection import DEFAULT_BANDWIDTH_M, Bandwidth, select_bandwidth
from .density_result import DensityResult, map_density
from .hotspot_outlines import hotspots
from .hotspot_periods import classify_hotspots
from .plots import plot_calendar, plot_surface
from .rates import rate_surface
from .significance import significant_hotspots
from .streets import street_hotspots
from .surface import UNITS, kernel_density
from .weights import aoristic_calendar, aoristic_weights, harm_weights

__all__ = [
    "DEFAULT_BANDWIDTH_M",
    "UNITS",
    "Bandwidth",
    "DensityResult",
    "aoristic_calendar",
    "aoristic_weights",
    "classify_hotspots",
    "harm_weights",
    "hotspots",
    "kernel_density",
    "map_density",
    "plot_calendar",
    "plot_surface",
    "rate_surface",
    "select_bandwidth",
    "significant_hotspots",
    "street_hotspots",
]
