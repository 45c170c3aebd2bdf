"""Refusals of layouts that are not known, with an example of how to say what is what."""

import json
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise, product

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hotspot._errors import LayoutError
from hotspot.english import and_list
from hotspot.reading.cells import normalise_name, to_numbers
from hotspot.reading.columns import PLACE_FIELDS, PLACE_PAIRS
from hotspot.reading.contents import Contents
from hotspot.reading.crs import Floats, on_british_grid
from hotspot.reading.datetimes import read_datetimes

# What a column that could be meant may have in its name, for an example.
_CLUES = {
    "occurred_from": ("date", "occur", "dt", "from", "when"),
    "easting": ("east",),
    "northing": ("north",),
}
# Dates that are none of the crime: of the record, of the export, of a person.
_OTHER_DATES = re.compile(
    r"report|record|updat|creat|modif|enter|edit|print|export|extract|run|birth|dob|born|arrest"
    r"|charge|detect|clos|review|outcome|court|allocat|assign|due|upload|load|publish|rpt|rept|log"
)
# Names that say that it is when the crime happened: whatever else is there, that is it.
_OF_THE_CRIME = re.compile(r"occur|commit|offen[cs]e|crime")
_WHERE = "where (easting and northing, longitude and latitude, or x and y with crs)"
_NUMBER = r"[-+]?(?!0\d)\d+(?:\.\d+)?"
# "238524,477997", "(51.5, -0.12)", "POINT (51.5 -0.12)"; but no thousands and no telephones.
_TWO_NUMBERS = (
    rf"(?!\d{{1,3}}(?:,\d{{3}})+$)(?:POINT)? ?[(\[]?\s*(?:{_NUMBER}\s*[,; ]\s*{_NUMBER})\s*[)\]]?"
)
_MOSTLY, _FULL, _OFTEN = 0.9, 0.5, 0.2
_YEAR_DAYS = 366


def refuse_unknown_layout(
    headings: Sequence[str],
    mapped: Mapping[str, tuple[str, ...]],
    has_geometry: bool,
    source: str,
    contents: Contents | None,
    *,
    addresses: bool = False,
) -> None:
    """Refuse in one message that lists what was found, what is missing, and how to map it.

    Parameters
    ----------
    headings : sequence of str
    mapped : mapping
        Field to its columns, as far as they were found.
    has_geometry : bool
    source : str
        What to call the source.
    contents : Contents or None
        What stands in the columns, so that an example is never a harmful one.
    addresses : bool, default False
        Whether addresses are given that place rows by their UPRN or address.

    Raises
    ------
    LayoutError
    """
    taken = {name for names in mapped.values() for name in names}
    free = [name for name in headings if name not in taken]
    missing, lacking = [], []
    places: dict[str, list[str]] = {}
    by_address = ""
    if "occurred_from" not in mapped and "occurred_to" not in mapped:
        missing.append("occurred_from")
        lacking.append("the date it happened (occurred_from, and occurred_to where there is one)")
    if not has_geometry and not any({*pair} <= set(mapped) for pair in PLACE_PAIRS):
        places = _likely_places(free, contents)
        told = {"uprn", "address"} & set(mapped)
        # Coordinates of an unknown name, or half of a pair, may be where it is: they are asked for.
        if not (addresses and told) or any(places.values()) or {*PLACE_FIELDS} & set(mapped):
            missing += ["easting", "northing"]
            lacking.append(_WHERE)
            by_address = _by_address(mapped, addresses) + _both_in_one(contents)
    if not missing:
        return
    gaps: dict[str, list[str]] = {}
    if "occurred_from" in missing:
        gaps["occurred_from"] = _likely_dates(free, contents)
    if "easting" in missing:
        gaps |= places
    example = {name: next(iter(columns), "...") for name, columns in gaps.items()}
    recorded = mapped.get("recorded_at")
    hint = f" {recorded[0]!r} looks like the date it was recorded." if recorded else ""
    raise LayoutError(
        f"The columns of {source} are not known. Found: {', '.join(map(repr, headings))}. "
        f"Missing: {'; '.join(lacking)}.{hint} Say which they are, e.g. {how_to_map(example)}."
        f"{by_address}",
        mapped,
        gaps,
    )


def _by_address(mapped: Mapping[str, tuple[str, ...]], addresses: bool) -> str:
    """Return that addresses place rows that have one, and how that is said."""
    if addresses:
        return (
            ' Or say which is the address or the UPRN, e.g. columns={"address": ...}, and the '
            "addresses given place the rows."
        )
    named = mapped.get("address") or mapped.get("uprn")
    if not named:
        return ""
    return (
        f" Or give the addresses, which place the rows by {and_list([*map(repr, named)])}: "
        "addresses=, [addresses] in a TOML file, or --addresses of hotspot brief."
    )


def _both_in_one(contents: Contents | None) -> str:
    """Return which column holds both coordinates in each cell, and how to part them."""
    if contents is None:
        return ""
    for name in contents.columns:
        cells = contents.filled(name).astype(str)
        if len(cells) and cells.str.fullmatch(_TWO_NUMBERS).mean() >= _MOSTLY:
            return (
                f" {name!r} holds two numbers in each cell, such as {cells.iloc[0]!r}: if they are "
                "the coordinates, part them into two columns (in a spreadsheet: Data, Text to "
                "Columns) and read it again."
            )
    return ""


def how_to_map(example: Mapping[str, str]) -> str:
    """Write how a mapping is given in Python, in a TOML file and on the command line.

    Examples
    --------
    >>> how_to_map({"easting": "X Pos"})
    'columns={"easting": "X Pos"}, in a TOML file columns = { easting = "X Pos" }, or on the
     command line --columns easting="X Pos"'
    """
    quoted = {name: json.dumps(column, ensure_ascii=False) for name, column in example.items()}
    in_python = ", ".join(f'"{name}": {column}' for name, column in quoted.items())
    in_toml = ", ".join(f"{name} = {column}" for name, column in quoted.items())
    on_line = " ".join(f"{name}={column}" for name, column in quoted.items())
    return (
        f"columns={{{in_python}}}, in a TOML file columns = {{ {in_toml} }}, or on the command "
        f"line --columns {on_line}"
    )


def is_of_the_crime(found: Mapping[str, Sequence[str]]) -> bool:
    """Test whether names tell that a date is when the crime happened, or began.

    Both ends of a window tell it, and a name such as "Offence Date"; "Date" alone does not.
    """
    if {"occurred_from", "occurred_to"} <= set(found):
        return True
    return bool(
        _OF_THE_CRIME.search(normalise_name(next(iter(found.get("occurred_from", "")), "")))
    )


def refuse_better_dates(
    mapped: Mapping[str, tuple[str, ...]],
    source: str,
    contents: Contents,
) -> None:
    """Refuse where a column of dates is left over that fits the beginning of the crime better.

    Parameters
    ----------
    mapped : mapping
        Field to its columns.
    source : str
        What to call the source.
    contents : Contents

    Raises
    ------
    LayoutError
        If the column taken holds no dates and another one does; or if its name does not say that
        it is when the crime happened, and another column of dates, by its name not of something
        else, lies earlier in most rows, by a year at most.
    """
    (name, *_) = mapped.get("occurred_from") or mapped["occurred_to"]
    dated = contents.fits(name, "date") or len(mapped.get("occurred_from", ())) > 2
    if dated and is_of_the_crime(mapped):
        return
    taken = {column for columns in mapped.values() for column in columns}
    free = [column for column in contents.columns if column not in taken]
    left = [
        column
        for column in free
        if contents.is_dated(column) and not _OTHER_DATES.search(normalise_name(column))
    ]
    better = [column for column in left if not dated or _lies_earlier(column, name, contents)]
    if not better:
        return
    holds = f"{name!r} holds no dates" if not dated else f"{name!r} may not be when it happened"
    full = "is full of dates" + " and lies earlier" * dated
    raise LayoutError(
        f"Which column of {source} is the date of the crime? {holds}: {better[0]!r} {full}. "
        f"Say which, e.g. {how_to_map({'occurred_from': better[0]})}; or, where "
        f"{name!r} is right, {how_to_map({'occurred_from': name})}.",
        mapped,
        {"occurred_from": [*better, name]},
    )


def days_ahead(column: str, name: str, contents: Contents) -> NDArray[np.float64]:
    """Compute by how many days one date lies before another, in the rows that have both.

    Parameters
    ----------
    column, name : str
        Columns of dates.
    contents : Contents

    Returns
    -------
    numpy.ndarray of float
    """
    frame = pd.DataFrame({"one": contents.sample(column), "other": contents.sample(name)})
    times = read_datetimes(frame, {"one": ("one",), "other": ("other",)}).times
    ahead = times["other"].moments - times["one"].moments
    return np.asarray(ahead[~np.isnat(ahead)] / np.timedelta64(1, "D"), dtype=np.float64)


def _lies_earlier(column: str, name: str, contents: Contents) -> bool:
    """Test whether a column of dates begins what another one ends, in most rows."""
    ahead = days_ahead(column, name, contents)
    if not len(ahead) or len(ahead) < _FULL * len(contents.filled(name)):
        return False
    # A year at most: dates of birth, of a tenancy or of a licence lie far before.
    return bool(
        (ahead >= 0).mean() >= _MOSTLY
        and (ahead > 0).mean() >= _OFTEN
        and np.median(ahead) <= _YEAR_DAYS
    )


def _likely_dates(free: Sequence[str], contents: Contents | None) -> list[str]:
    """Find the columns of dates that may be of the crime: those that lie earliest first."""
    names = [name for name in free if not _OTHER_DATES.search(normalise_name(name))]
    clued = [
        name for clue in _CLUES["occurred_from"] for name in names if clue in normalise_name(name)
    ]
    if contents is None or not len(contents.frame):
        return list(dict.fromkeys(clued))
    dated = [name for name in dict.fromkeys((*clued, *names)) if contents.is_dated(name)]
    return sorted(
        dated, key=lambda name: sum(_lies_earlier(other, name, contents) for other in dated)
    )


def _likely_places(free: Sequence[str], contents: Contents | None) -> dict[str, list[str]]:
    """Find two columns of numbers that can be places together, by their names or side by side."""
    clued = {
        field: [name for name in free if any(clue in normalise_name(name) for clue in clues)]
        for field, clues in _CLUES.items()
        if field != "occurred_from"
    }
    if contents is None or not len(contents.frame):
        return clued
    numbers = {
        name: to_numbers(contents.sample(name))[0] for name in free if contents.fits(name, "number")
    }
    for pair in (*product(*clued.values()), *pairwise(numbers)):
        if {*pair} <= set(numbers) and _like_the_grid(*(numbers[name] for name in pair)):
            return {field: [name] for field, name in zip(clued, pair, strict=True)}
    return {field: [] for field in clued}


def _like_the_grid(x: Floats, y: Floats) -> bool:
    """Test whether most numbers could be metres of the British grid, and no counts or ages."""
    known = np.isfinite(x) & np.isfinite(y)
    inside = on_british_grid(x[known], y[known]) & (x[known] > 10_000) & (y[known] > 4_000)
    return bool(known.any() and inside.mean() >= _MOSTLY)
