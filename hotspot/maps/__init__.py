"""Maps that open anywhere: layers for officers, saved as one file that fetches nothing."""

from hotspot.maps.backdrop import Backdrop, read_backdrop
from hotspot.maps.briefing import briefing_map
from hotspot.maps.public import public_map
from hotspot.maps.saving import save_map

__all__ = ["Backdrop", "briefing_map", "public_map", "read_backdrop", "save_map"]
