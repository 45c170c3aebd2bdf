from .chains import label_repeats as label_repeats
from .chains import near_repeat_chains as near_repeat_chains
from .events import distinct_events as distinct_events
from .pairs import near_repeat_pairs as near_repeat_pairs
from .zones import near_repeat_zones as near_repeat_zones
