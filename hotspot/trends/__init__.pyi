from .change import hotspot_change
from .concentrated_places import Concentration, concentration

__all__ = ["Concentration", "concentration", "hotspot_change"]
