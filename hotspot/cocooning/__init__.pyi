from .home_history import LookUp as LookUp
from .home_history import look_up as look_up
from .lists import CocooningLists as CocooningLists
from .lists import cocooning_lists as cocooning_lists
from .lists import cocooning_messages as cocooning_messages
from .lists import cocooning_targets as cocooning_targets
from .presets import PRESETS as PRESETS
