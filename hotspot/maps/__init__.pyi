from .backdrop import Backdrop, read_backdrop
from .map_layers import MapLayers
from .officers_map import briefing_map
from .public import public_map
from .saving import save_map

__all__ = [
    "Backdrop",
    "MapLayers",
    "briefing_map",
    "public_map",
    "read_backdrop",
    "save_map",
]
