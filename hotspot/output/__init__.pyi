from .files import replacing_file, safe_file_name
from .gis_files import write_hotspots, write_surface
from .page_parts import Cell, PageSection, PageTable, ResultPage
from .printing import find_browser, print_page
from .results import Result
from .tables import write_rejected, write_table
from .text import clean_text, safe_cell

__all__ = [
    "Cell",
    "PageSection",
    "PageTable",
    "Result",
    "ResultPage",
    "clean_text",
    "find_browser",
    "print_page",
    "replacing_file",
    "safe_cell",
    "safe_file_name",
    "write_hotspots",
    "write_rejected",
    "write_surface",
    "write_table",
]
