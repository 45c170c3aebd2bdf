from .base import Forecast as Forecast
from .blend import Blend as Blend
from .level import SeasonalLevel as SeasonalLevel
from .live_zones import LiveZones as LiveZones
from .near_repeat_risk import NearRepeatRisk as NearRepeatRisk
from .prospective import ProspectiveMap as ProspectiveMap
from .retrospective import RetrospectiveDensity as RetrospectiveDensity
from .self_exciting import SelfExcitingProcess as SelfExcitingProcess
