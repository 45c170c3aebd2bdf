from .briefing_result import Briefing, IssuedLists
from .config import Config, load_config, read_config
from .issue import brief, issue_lists

__all__ = [
    "Briefing",
    "Config",
    "IssuedLists",
    "brief",
    "issue_lists",
    "load_config",
    "read_config",
]
