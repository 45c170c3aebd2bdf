"""How the doors of a sheet fill its pages: heights in millimetres that no font exceeds.

A page has a map of just the doors that stand on it, so that its doors are chosen here and not by
the browser; what the template gives a height has the one that stands here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from hotspot.addresses.address_words import text_key
from hotspot.sheets.beat_map import beat_height, draw_beat
from hotspot.sheets.list_formats import SheetLayout
from hotspot.sheets.paper_map import Streets
from hotspot.sheets.strip_map import Doors, draw_map
from hotspot.sheets.text_widths import Part, lines_of, width_mm

Door = dict[str, Any]

# A page between its margins, without what stands above and below on each: marking and title.
_PAGE_MM = 257.0
_WIDTH_MM, _PADDING_MM = 190.0, 3.0
_STREET_MM, _RULE_MM = 5.2, 0.4
# Of a door on one line: what is left for its address and note.
_LINE_TEXT_MM = 80.0
_TEXT_POINTS, _TEXT_MM = 9.0, 4.2
# The least that shows a beat, and what its list of streets may take from it.
_LEAST_BEAT_MM = 90.0
_INDEX_COLUMNS, _INDEX_STREET_MM, _INDEX_HEAD_MM = 2, 36.0, 6.0


class Text(NamedTuple):
    """A sentence about the list, and how it is printed."""

    text: str
    kind: Literal["warning", "key", "limit", "parameters"]

    @property
    def height_mm(self) -> float:
        part = Part(self.text, _TEXT_POINTS, bold=self.kind == "warning")
        return _TEXT_MM * lines_of([part], _WIDTH_MM - _PADDING_MM - 5)


class Street(NamedTuple):
    """A street of the beat: the numbers of its doors, the pages they stand on, the first due."""

    name: str
    numbers: str
    pages: str
    first_due: str


@dataclass(frozen=True)
class SheetPage:
    """What stands on one page of a sheet."""

    doors: Sequence[Door] = ()
    map: Any = None
    texts: Sequence[Text] = ()
    streets: Sequence[Street] = ()

    def of_kind(self, *kinds: str) -> list[str]:
        """Return the sentences of some kinds."""
        return [text.text for text in self.texts if text.kind in kinds]


@dataclass(frozen=True)
class _Heights:
    """What one layout needs: map with its margins, headings of the columns, lines below."""

    map_mm: float
    heads_mm: float
    below_mm: float

    @property
    def room_mm(self) -> float:
        return _PAGE_MM - self.map_mm - 2 - self.heads_mm - self.below_mm


_HEIGHTS = {"boxes": _Heights(44, 17.3, 0), "lines": _Heights(40, 17.3, 8)}


def sheet_pages(
    rows: pd.DataFrame,
    shown: Sequence[Door],
    texts: Sequence[Text],
    streets: Streets | None,
    layout: SheetLayout,
) -> list[SheetPage]:
    """Return the pages: all on one where it holds them, else the whole beat first.

    Parameters
    ----------
    rows : DataFrame
        As `printable_rows` returns them.
    shown : sequence of dict
        What is printed of each. Where a street is named anew, above its first door and at the top
        of a page, the door gets it as its ``heading``.
    texts : sequence of Text
    streets : Streets, optional
    layout : {"boxes", "lines"}
    """
    heights = _HEIGHTS[layout]
    doors = Doors.of(rows)
    spans = list(pairwise(_breaks(shown, heights.room_mm, layout)))
    pages = [
        SheetPage(
            doors=shown[start:end],
            map=draw_map(
                doors.part(slice(start, end)),
                np.delete(doors.places, slice(start, end), axis=0),
                streets,
                heights.map_mm,
            ),
        )
        for start, end in spans
    ]
    said = 1 + sum(text.height_mm for text in texts)
    if len(pages) == 1 and _doors_mm(shown, layout) + said <= heights.room_mm:
        return [SheetPage(pages[0].doors, pages[0].map, texts)]
    return [*_beat_pages(doors, _index(rows, shown, spans), texts, streets), *pages]


def supervisor_pages(
    rows: pd.DataFrame,
    shown: Sequence[Door],
    texts: Sequence[Text],
    streets: Streets | None,
    layout: SheetLayout,
) -> list[SheetPage]:
    """Return the page of the whole beat with its burgled homes marked, as `sheet_pages`."""
    spans = list(pairwise(_breaks(shown, _HEIGHTS[layout].room_mm, layout)))
    index = _index(rows, shown, spans)
    return _beat_pages(Doors.of(rows), index, texts, streets, mark_burgled=True)


def _beat_pages(
    doors: Doors,
    index: list[Street],
    texts: Sequence[Text],
    streets: Streets | None,
    *,
    mark_burgled: bool = False,
) -> list[SheetPage]:
    """Return the page with all doors and what is said of the list, and more where that is long."""
    needed = _index_mm(index)
    left = _PAGE_MM - _LEAST_BEAT_MM
    if needed > left / 2:
        index, needed = [], 0.0
    left -= needed
    here: list[Text] = []
    for text in texts:
        if text.height_mm > left:
            break
        here.append(text)
        left -= text.height_mm
    height = beat_height(doors, _LEAST_BEAT_MM + left - 4)
    first = SheetPage(
        map=draw_beat(doors, streets, height, mark_burgled=mark_burgled) if height else None,
        texts=here,
        streets=index,
    )
    return [first, *_text_pages(texts[len(here) :])]


def _text_pages(texts: Sequence[Text]) -> list[SheetPage]:
    """Return pages of nothing but sentences, for the many that no page of doors holds."""
    pages: list[list[Text]] = []
    left = 0.0
    for text in texts:
        if not pages or text.height_mm > left:
            pages.append([])
            left = _PAGE_MM
        pages[-1].append(text)
        left -= text.height_mm
    return [SheetPage(texts=page) for page in pages]


def _breaks(shown: Sequence[Door], room_mm: float, layout: SheetLayout) -> list[int]:
    """Return where each page begins, and the end."""
    breaks, left, street = [0], room_mm, None
    for position, door in enumerate(shown):
        needed = _door_mm(door, layout)
        named = _needs_heading(door, street, layout)
        if position > breaks[-1] and left < needed + (_STREET_MM if named else 0):
            breaks.append(position)
            left, named = room_mm, _needs_heading(door, None, layout)
        door["heading"] = door["street"] if named else None
        left -= needed + (_STREET_MM if named else 0)
        street = door["street"]
    return [*breaks, len(shown)]


def _needs_heading(door: Door, street: str | None, layout: SheetLayout) -> bool:
    """Test whether the street is named above a door: on a line its address says it already."""
    if door["street"] == street:
        return False
    return layout == "boxes" or text_key(door["street"]) not in text_key(door["address"] or "")


def _doors_mm(shown: Sequence[Door], layout: SheetLayout) -> float:
    headings = sum(door["heading"] is not None for door in shown)
    return headings * _STREET_MM + sum(_door_mm(door, layout) for door in shown)


def _door_mm(door: Door, layout: SheetLayout) -> float:
    """Return how high a door is: as high as the widest font makes it."""
    small = [Part(f"{door['note']}.", 8.5), Part(door["task"], 8.5, bold=True)]
    if layout == "lines":
        late = " LATE" if door["overdue"] else ""
        due = width_mm(f"{door['act_by_date']}{late} ", 8.5, bold=bool(late))
        address = lines_of([Part(door["address"] or "", 8.5, bold=True)], _LINE_TEXT_MM - due)
        return max(7.0, 3.4 * (address + lines_of(small, _LINE_TEXT_MM)) + 0.2) + _RULE_MM
    right = [
        Part(door["due"], 8.5),
        Part(f"{door['act_by']} {'OVERDUE' if door['overdue'] else ''}", 8.5, bold=True),
    ]
    taken = sum(width_mm(f"{part.text} ", part.points, bold=part.bold) for part in right)
    badge = max(6.6, 2.4 + width_mm(str(door["number"]), 9.5, bold=True))
    # Between the parts of a line and at its ends there are 4.6 mm, and a little to spare.
    room = max(40.0, _WIDTH_MM - 5.2 - badge - taken)
    lines = lines_of([Part(door["address"] or "", 9.5, bold=True), *small], room)
    return 5.2 + 4.4 * (max(lines, 1) - 1) + 2 * 6.6 + _RULE_MM


def _index(
    rows: pd.DataFrame, shown: Sequence[Door], spans: Sequence[tuple[int, int]]
) -> list[Street]:
    """Return each street of the beat, in the order in which they are walked."""
    # The doors stand on the pages after the first.
    page_of = [page for page, (start, end) in enumerate(spans, 2) for _ in range(start, end)]
    of_street: dict[str, list[int]] = {}
    for position, door in enumerate(shown):
        of_street.setdefault(door["street"], []).append(position)
    first_due = rows["visit_by"].tolist()
    return [
        Street(
            name,
            _spans_in_words([int(shown[position]["number"]) for position in positions]),
            _spans_in_words(sorted({page_of[position] for position in positions})),
            _due_of(shown, positions, first_due),
        )
        for name, positions in of_street.items()
    ]


def _due_of(shown: Sequence[Door], positions: Sequence[int], act_by: Sequence[Any]) -> str:
    known = [position for position in positions if not pd.isna(act_by[position])]
    first = min(known, key=act_by.__getitem__, default=None)
    return "" if first is None else str(shown[first]["act_by"])


def _spans_in_words(numbers: Sequence[int]) -> str:
    """Write whole numbers in order, those that follow each other as one: "1-4, 7"."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return ", ".join(f"{a}" if a == b else f"{a}-{b}" for a, b in spans)


def _index_mm(index: Sequence[Street]) -> float:
    """Return how high the list of streets is, in columns beside each other."""
    lines = [
        max(
            1,
            lines_of([Part(street.name, _TEXT_POINTS)], _INDEX_STREET_MM),
            ceil(len(street.numbers) / 8),
        )
        for street in index
    ]
    rows_mm = sum(_TEXT_MM * count + 0.4 for count in lines)
    return _INDEX_HEAD_MM + rows_mm / _INDEX_COLUMNS + _TEXT_MM * max(lines, default=0)
