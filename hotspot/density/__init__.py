"""Where risk stays: density surfaces, bandwidths, hotspots and how they change."""

from hotspot.density.bandwidth import DEFAULT_BANDWIDTH_M, Bandwidth, select_bandwidth
from hotspot.density.change import hotspot_change
from hotspot.density.classes import classify_hotspots
from hotspot.density.concentration import Concentration, concentration
from hotspot.density.hotspots import hotspots
from hotspot.density.rates import rate_surface
from hotspot.density.significance import significant_hotspots
from hotspot.density.streets import street_hotspots
from hotspot.density.surface import UNITS, kernel_density
from hotspot.density.weights import aoristic_calendar, aoristic_weights, harm_weights

__all__ = [
    "DEFAULT_BANDWIDTH_M",
    "UNITS",
    "Bandwidth",
    "Concentration",
    "aoristic_calendar",
    "aoristic_weights",
    "classify_hotspots",
    "concentration",
    "harm_weights",
    "hotspot_change",
    "hotspots",
    "kernel_density",
    "rate_surface",
    "select_bandwidth",
    "significant_hotspots",
    "street_hotspots",
]
