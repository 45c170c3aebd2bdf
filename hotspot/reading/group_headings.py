"""Headings of several rows: what stands over a group of columns is carried to each of them."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from hotspot.reading.cells import normalise_name

#: First row, first column, last row, last column of cells that were merged, from 0.
Merge: TypeAlias = tuple[int, int, int, int]
Row: TypeAlias = list[Any]

_MOST_ROWS_BESIDE = 2
# A group that says no more than what every row is about; a name may leave it out.
_NEUTRAL = frozenset(
    {
        "case", "coord", "coordinate", "coordinates", "coords", "crime", "crimes", "details",
        "event", "general", "grid", "incident", "info", "information", "investigation", "location",
        "map", "occurrence", "offence", "place", "position", "record", "ref", "reference", "scene",
        "site", "summary", "venue", "what", "when", "where",
    }
)  # fmt: skip
# The date of an arrest is none of the crime: such a heading means nothing without its group.
_GENERIC = frozenset(
    {
        "at", "by", "code", "date", "dates", "datetime", "day", "days", "description", "earliest",
        "end", "ended", "finish", "first", "from", "hour", "hours", "hrs", "id", "kind", "last",
        "latest", "month", "name", "no", "number", "on", "ref", "reference", "start", "started",
        "status", "time", "times", "to", "type", "until", "year",
    }
)  # fmt: skip
_OF_OTHERS = re.compile(
    r"\b(victims?|aggrieved|complainants?|suspects?|offenders?|witness(es)?|informants?|persons?|"
    r"nominals?|arrests?|custody|officers?|owners?|home|ip)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Headings:
    """The rows that the headings stand in, from 0, and a name for each column, perhaps none."""

    top: int
    bottom: int
    names: tuple[str, ...]


def filled(cell: Any) -> bool:
    """Test whether anything stands in a cell."""
    return not (cell is None or (isinstance(cell, str) and not cell.strip()))


def join_headings(
    rows: Sequence[Row],
    header: int,
    known: Collection[str],
    merges: Sequence[Merge],
    like_heading: Callable[[Any], bool],
) -> Headings:
    """Join the header with rows of headings right above and below it, where they belong to it.

    A row above holds groups and is no banner where one of its cells makes a known name together
    with what stands under it ("Between" over "Date"), where cells were merged over some of the
    columns, or where it tells headings apart that are the same without it.

    Parameters
    ----------
    rows : sequence of list
        The first rows of a table.
    header : int
        The place of the row that has most of the names.
    known : collection of str
        Names as `normalise_name` returns them.
    merges : sequence of Merge
        Cells that were merged, where the format says so.
    like_heading : callable
        Tests whether a cell could be a heading by what it holds.

    Returns
    -------
    Headings
    """
    top = bottom = header
    # Down first: what names the columns must be whole before groups over it are judged.
    for up, down in [(0, 1)] * _MOST_ROWS_BESIDE + [(1, 0)] * _MOST_ROWS_BESIDE:
        above, below = top - up, bottom + down
        if above < 0 or below >= len(rows):
            continue
        added = [cell for cell in rows[above if up else below] if filled(cell)]
        if added and all(map(like_heading, added)):
            blocks = (
                (rows[above + up : below - down + 1], above + up),
                (rows[above : below + 1], above),
            )
            before, after = (_columns(block, first, merges) for block, first in blocks)
            groups = above if up else below - 1
            spans = [span for span in _spans(merges, groups) if _is_partial(span, before)]
            if _belongs(rows[groups], before, after, spans, known, adds_groups=bool(up)):
                top, bottom = above, below
    columns = _columns(rows[top : bottom + 1], top, merges)
    lowest = Counter(normalise_name(parts[-1]) for parts in columns if parts)
    return Headings(top, bottom, tuple(_name(parts, lowest, known) for parts in columns))


def _spans(merges: Sequence[Merge], row: int) -> list[tuple[int, int]]:
    """Return the first and the last column of the cells of a row that were merged side by side."""
    return [(left, right) for top, left, _, right in merges if top == row and right > left]


def _is_partial(span: tuple[int, int], columns: Sequence[tuple[str, ...]]) -> bool:
    """Test whether a merge leaves out any column that has a name: over all of them is a banner."""
    named = [at for at, parts in enumerate(columns) if parts]
    return bool(named) and not (span[0] <= named[0] and span[1] >= named[-1])


def _belongs(
    groups: Row,
    before: Sequence[tuple[str, ...]],
    after: Sequence[tuple[str, ...]],
    spans: Sequence[tuple[int, int]],
    known: Collection[str],
    *,
    adds_groups: bool,
) -> bool:
    """Test whether a row makes names with the headings found so far, before and after joining."""
    pairs = [(old, new) for old, new in zip(before, after, strict=False) if old and new != old]
    makes_known = any(normalise_name(" ".join(new)) in known for _, new in pairs)
    at = [place for place, cell in enumerate(groups) if filled(cell)]
    first = next((place for place, parts in enumerate(before) if parts), 0)
    # One text above the first column is a title, whatever word it is.
    if adds_groups and len(at) == 1 and at[0] <= first:
        return makes_known and bool(spans)
    if not adds_groups and not spans:
        # A record under the header makes a known name by chance, and nonsense of the others.
        hits = [{normalise_name(" ".join(parts)) for parts in side} for side in (before, after)]
        return makes_known and len(hits[1] & set(known)) >= len(hits[0] & set(known))
    if makes_known or (spans and len(at) > 1):
        return True
    turns = Counter(before)
    twice = [new for old, new in pairs if turns[old] > 1]
    return adds_groups and len(at) > 1 and len(set(twice)) == len(twice) > 1


def _columns(block: Sequence[Row], top: int, merges: Sequence[Merge]) -> list[tuple[str, ...]]:
    """Return what stands over each column, from above, groups carried over their columns."""
    width = max(map(len, block))
    own = [
        [str(cell).strip() if filled(cell) else "" for cell in [*row, *[""] * (width - len(row))]]
        for row in block
    ]
    levels = [_carried(own, level, _spans(merges, top + level)) for level in range(len(own) - 1)]
    columns = []
    for at in range(width):
        parts: tuple[str, ...] = ()
        # A cell with nothing under it, as one merged downwards, is the heading of its own column.
        for mine, carried in zip(reversed(own), [own[-1], *reversed(levels)], strict=True):
            cell = (carried if parts else mine)[at]
            parts = parts if not cell or parts[:1] == (cell,) else (cell, *parts)
        columns.append(parts)
    return columns


def _carried(
    own: Sequence[Sequence[str]], level: int, spans: Sequence[tuple[int, int]]
) -> list[str]:
    """Carry groups to the right, as far as they were merged, else up to the next group."""
    carried = list(own[level])
    if spans:
        for left, right in spans:
            carried[left : right + 1] = [carried[left]] * (right + 1 - left)
        return carried
    for at in range(1, len(carried)):
        begins_above = any(row[at] for row in own[:level])
        nothing_below = not any(row[at] for row in own[level + 1 :])
        if not carried[at] and not begins_above and not nothing_below:
            carried[at] = carried[at - 1]
    return carried


def _name(parts: tuple[str, ...], lowest: Mapping[str, int], known: Collection[str]) -> str:
    """Choose the known name among the joined headings and those without their groups."""
    for dropped in range(len(parts)):
        name = " ".join(parts[dropped:])
        alone = lowest[normalise_name(parts[-1])] == 1 or dropped < len(parts) - 1
        if normalise_name(name) in known and _may_drop(" ".join(parts[:dropped]), name, alone):
            return name
    while len(parts) > 1 and _is_neutral(parts[0]) and lowest[normalise_name(parts[-1])] == 1:
        parts = parts[1:]
    return " ".join(parts)


def _may_drop(groups: str, name: str, alone: bool) -> bool:
    """Test whether a name means the same without the groups over it."""
    return (
        not groups
        or _is_neutral(groups)
        or (alone and not _OF_OTHERS.search(groups) and not _words(name) <= _GENERIC)
    )


def _is_neutral(groups: str) -> bool:
    words = _words(groups) - {"and", "of", "the"}
    return bool(words) and words <= _NEUTRAL


def _words(text: str) -> set[str]:
    return set(re.findall("[a-z]+", text.casefold()))
