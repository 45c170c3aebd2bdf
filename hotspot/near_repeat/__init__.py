"""The near-repeat rule: which burglaries follow one another, and where risk is raised now."""

from hotspot.near_repeat.chains import label_repeats, near_repeat_chains
from hotspot.near_repeat.events import distinct_events
from hotspot.near_repeat.pairs import near_repeat_pairs
from hotspot.near_repeat.zones import near_repeat_zones

__all__ = [
    "distinct_events",
    "label_repeats",
    "near_repeat_chains",
    "near_repeat_pairs",
    "near_repeat_zones",
]
