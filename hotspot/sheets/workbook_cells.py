"""What stands in the workbooks of a list: their columns, and the cells of all areas at once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import pandas as pd

from hotspot.output.workbook_files import MOST_CELL_CHARACTERS


class Column(NamedTuple):
    """A column of the list, and, where some lists have nothing for it, whether to show it."""

    heading: str
    field: str
    width: float
    kind: str
    shown: Callable[["Cells"], bool] | None = None


def _told(field: str) -> Callable[["Cells"], bool]:
    return lambda cells: any(value is not None for value in cells[field])


def _other_than(field: str, usual: Any) -> Callable[["Cells"], bool]:
    return lambda cells: any(value != usual for value in cells[field])


# Which door it is: these stay in sight, and stand on every page of print.
DOOR = (
    Column("No.", "stop", 5, "number"),
    Column("Visit", "visit_id", 15, "reference"),
    Column("Address", "address", 23, "text"),
)
PACK = Column("Pack", "tier", 8, "text", _told("tier"))
# Nothing here tells of another home, nor when it was burgled: not even how long the door is
# listed, which ends a known number of days after that.
TEAM = (
    *DOOR,
    Column("At the door", "at_the_door", 26, "text"),
    Column("Task", "to_do", 11, "text", _other_than("to_do", "")),
    PACK,
    Column("Act by", "visit_by", 16, "time"),
)
SUPERVISOR = (
    *DOOR,
    Column("Area", "area", 15, "text", lambda cells: len(set(cells["area"])) != 1),
    Column("Ring", "ring", 6, "number"),
    Column("Door", "door", 15, "text"),
    Column("UPRN", "uprn", 17, "reference"),
    Column(
        "UPRNs of the building", "uprns", 17, "reference",
        lambda cells: any(
            whole not in (None, own)
            for whole, own in zip(cells["uprns"], cells["uprn"], strict=True)
        ),
    ),
    Column("Why this door", "reason", 54, "text"),
    Column("At the door", "at_the_door", 26, "text", _told("at_the_door")),
    Column("Recorded", "recorded", 17, "time", _told("recorded")),
    Column(
        "Leading burglary found", "newest", 13, "day",
        lambda cells: any(band >= 0 for band in cells["age_band"]),
    ),
    Column("Task", "task", 12, "text", _other_than("task", "visit")),
    Column("Attempt", "attempt", 9, "number", _other_than("attempt", 1)),
    PACK,
    Column("Act by", "act_by", 17, "time"),
    Column("Overdue", "overdue", 11, "text", lambda cells: any(cells["overdue"])),
    Column("Late for the force", "force_late", 10, "yes", _told("force_late")),
    Column("Listed until", "expires", 13, "day"),
    Column("References", "crime_refs", 16, "reference"),
    Column("Burglaries here in 12 months", "burglaries_12m", 12, "number"),
    Column("Metres from the nearest burglary", "distance_m", 12, "number"),
)  # fmt: skip
EXPIRED = (
    Column("Address", "address", 40, "text"),
    Column("Area", "area", 20, "text"),
    Column("Visit", "visit_id", 15, "reference"),
    Column("Ring", "ring", 6, "number"),
    Column("Task", "task", 14, "text"),
    Column("Act by", "act_by", 17, "time"),
    Column("Listed until", "expires", 13, "day"),
)
EXPIRED_FIELDS = tuple(column.field for column in EXPIRED)
_KINDS = {column.field: column.kind for column in (*TEAM, *SUPERVISOR, *EXPIRED)}
# By it rows are coloured; it is in no column.
_KINDS["age_band"] = "number"


def _text(value: Any) -> str:
    return str(value)[:MOST_CELL_CHARACTERS]


# What stands in a cell of each kind.
_CELL_OF: dict[str, Callable[[Any], Any]] = {
    "text": _text,
    "reference": _text,
    "yes": lambda value: "yes" if value else "",
    "time": lambda value: value.to_pydatetime(),
    "day": lambda value: value.to_pydatetime(),
    "number": lambda value: round(float(value)),
}


@dataclass(frozen=True)
class Cells:
    """The columns of a list, each as what is written of it; None where a value is missing.

    Attributes
    ----------
    columns : mapping of str to list
        By field.
    doors : int
        How many there are.
    """

    columns: Mapping[str, list[Any]]
    doors: int

    @classmethod
    def of(cls, rows: pd.DataFrame) -> "Cells":
        """Return the cells of rows as `with_ages` returns them, or of `EXPIRED_FIELDS`."""
        columns = {
            field: _cells(rows[field], kind)
            for field, kind in _KINDS.items()
            if field in rows.columns
        }
        if "overdue" in columns:
            work = zip(columns["task"], columns["overdue"], strict=True)
            columns["to_do"] = [_to_do(task, overdue) for task, overdue in work]
        return cls(columns, len(rows))

    def __getitem__(self, field: str) -> list[Any]:
        """Return a column; nothing where the list has it not."""
        return self.columns.get(field, [])

    def part(self, doors: Sequence[int]) -> "Cells":
        """Return the cells of some doors, by their positions."""
        columns = {field: [column[nth] for nth in doors] for field, column in self.columns.items()}
        return Cells(columns, len(doors))

    def shown(self, columns: Iterable[Column], always: Sequence[str] = ()) -> list[Column]:
        """Return the columns for which the list has something."""
        return [
            column
            for column in columns
            if column.shown is None or column.field in always or column.shown(self)
        ]


def _to_do(task: str | None, overdue: str | None) -> str:
    """Return what is to be done where it is not the usual, and that it is past its time."""
    unusual = "" if task in (None, "visit") else task
    return "; ".join(filter(None, (unusual, overdue if overdue == "overdue" else "")))


def _cells(column: "pd.Series[Any]", kind: str) -> list[Any]:
    if kind in ("time", "day"):
        column = pd.to_datetime(column).dt.floor("s")
    # Fetched in one go, and not each from Arrow by itself.
    values = zip(column.astype(object).tolist(), column.isna().tolist(), strict=True)
    return [None if missing else _CELL_OF[kind](value) for value, missing in values]
