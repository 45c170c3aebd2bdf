from .backdrop import Backdrop as Backdrop
from .backdrop import read_backdrop as read_backdrop
from .map_for_teams import team_map as team_map
from .map_layers import MapLayers as MapLayers
from .officers_map import briefing_map as briefing_map
from .public import public_map as public_map
from .published import publish_map as publish_map
from .saving import save_map as save_map
