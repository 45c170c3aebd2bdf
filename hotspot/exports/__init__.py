"""Files for people: whole or not at all, named safely, with nothing in them that runs."""

from hotspot.exports.files import replacing_file, safe_file_name
from hotspot.exports.knox import knox_record, write_knox
from hotspot.exports.surfaces import write_hotspots, write_surface
from hotspot.exports.targets import write_rejected, write_table, write_targets
from hotspot.exports.text import clean_text, day_name, safe_cell

__all__ = [
    "clean_text",
    "day_name",
    "knox_record",
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
