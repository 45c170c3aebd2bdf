"""Maps that open anywhere: layers for officers, saved as one file that fetches nothing."""

from hotspot.maps.briefing import briefing_map
from hotspot.maps.saving import save_map

__all__ = ["briefing_map", "save_map"]
