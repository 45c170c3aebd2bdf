"""Files for people: whole or not at all, named safely, with nothing in them that runs.

Each name is loaded on first use: who writes one text file needs no spreadsheet and no map.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hotspot.exports.files import replacing_file, safe_file_name
    from hotspot.exports.knox import knox_record, write_knox
    from hotspot.exports.printing import find_browser, print_page
    from hotspot.exports.surfaces import write_hotspots, write_surface
    from hotspot.exports.tables import write_rejected, write_table
    from hotspot.exports.targets import write_targets
    from hotspot.exports.text import clean_text, day_name, safe_cell

_HOME = {
    "clean_text": "text",
    "day_name": "text",
    "find_browser": "printing",
    "knox_record": "knox",
    "print_page": "printing",
    "replacing_file": "files",
    "safe_cell": "text",
    "safe_file_name": "files",
    "write_hotspots": "surfaces",
    "write_knox": "knox",
    "write_rejected": "tables",
    "write_surface": "surfaces",
    "write_table": "tables",
    "write_targets": "targets",
}

__all__ = [
    "clean_text",
    "day_name",
    "find_browser",
    "knox_record",
    "print_page",
    "replacing_file",
    "safe_cell",
    "safe_file_name",
    "write_hotspots",
    "write_knox",
    "write_rejected",
    "write_surface",
    "write_table",
    "write_targets",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'hotspot.exports' has no attribute {name!r}")
    return getattr(import_module(f"hotspot.exports.{_HOME[name]}"), name)
