from .chains import label_repeats, near_repeat_chains
from .events import distinct_events
from .pairs import near_repeat_pairs
from .zones import near_repeat_zones

__all__ = [
    "distinct_events",
    "label_repeats",
    "near_repeat_chains",
    "near_repeat_pairs",
    "near_repeat_zones",
]
