from .briefing_result import Briefing as Briefing
from .briefing_result import IssuedLists as IssuedLists
from .config import Config as Config
from .config import load_config as load_config
from .config import read_config as read_config
from .issue import brief as brief
from .issue import issue_lists as issue_lists
