from .base import Forecast
from .blend import Blend
from .level import SeasonalLevel
from .live_zones import LiveZones
from .near_repeat_risk import NearRepeatRisk
from .prospective import ProspectiveMap
from .retrospective import RetrospectiveDensity
from .self_exciting import SelfExcitingProcess

__all__ = [
    "Blend",
    "Forecast",
    "LiveZones",
    "NearRepeatRisk",
    "ProspectiveMap",
    "RetrospectiveDensity",
    "SeasonalLevel",
    "SelfExcitingProcess",
]
