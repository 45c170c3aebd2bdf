from .change import hotspot_change as hotspot_change
from .concentrated_places import Concentration as Concentration
from .concentrated_places import concentration as concentration
