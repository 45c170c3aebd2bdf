"""Cocooning: which doors to knock on after a burglary, in what order, and why."""

from hotspot.cocooning.lists import (
    CocooningLists,
    cocooning_lists,
    cocooning_messages,
    cocooning_targets,
)
from hotspot.cocooning.presets import PRESETS

__all__ = [
    "PRESETS",
    "CocooningLists",
    "cocooning_lists",
    "cocooning_messages",
    "cocooning_targets",
]
