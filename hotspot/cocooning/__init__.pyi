from .lists import CocooningLists, cocooning_lists, cocooning_messages, cocooning_targets
from .presets import PRESETS

__all__ = [
    "PRESETS",
    "CocooningLists",
    "cocooning_lists",
    "cocooning_messages",
    "cocooning_targets",
]
