"""Forecasts of where incidents will be, in scikit-learn manners.

Every model has its parameters in ``__init__``, ``fit(incidents, as_of)`` learns from what was known
at the cut-off, ``update(incidents, as_of)`` takes in what came since without learning anew,
``predict(grid, days)`` gives expected counts in cells and ``predict_points(points, days)`` the risk
at addresses. All are deterministic: nothing is drawn at random, and neither the order of the rows
nor the number of threads changes an answer.
"""

from hotspot.forecast.base import Forecast
from hotspot.forecast.blend import Blend
from hotspot.forecast.level import SeasonalLevel
from hotspot.forecast.prospective import ProspectiveMap
from hotspot.forecast.retrospective import RetrospectiveDensity
from hotspot.forecast.rule import NearRepeatRisk
from hotspot.forecast.self_exciting import SelfExcitingProcess
from hotspot.forecast.zones import LiveZones

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
