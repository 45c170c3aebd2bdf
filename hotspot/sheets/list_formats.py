"""Which files a list can be written as, for set-ups that are read before anything is drawn."""

from typing import Literal

SheetLayout = Literal["boxes", "lines"]
LAYOUTS: tuple[SheetLayout, ...] = ("boxes", "lines")
USUAL_FORMATS = ("xlsx", "csv", "html")
FORMATS = (*USUAL_FORMATS, "pdf", "phone", "message", "supervisor")
