"""Which column holds what: a table of known names, or what the user says."""

import csv
import difflib
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from hotspot._errors import DataError
from hotspot.reading.cells import normalise_name

#: What a user may give for one field: a column, or several.
Given = Mapping[str, str | Sequence[str]]

FIELDS = (
    "crime_ref",
    "occurred_from",
    "occurred_to",
    "recorded_at",
    "easting",
    "northing",
    "longitude",
    "latitude",
    "x",
    "y",
    "offence_code",
    "uprn",
    "address",
    "area",
    "mo",
    "status",
    "force",
)
_DATES = ("occurred_from", "occurred_to", "recorded_at")
_PLACES = (("easting", "northing"), ("longitude", "latitude"), ("x", "y"))
# What `rows.find_header` puts after a heading that stands for the second time.
_TURN = re.compile(r" \(\d+\)$")
# What a column that could be meant may have in its name, for an example.
_CLUES = {
    "occurred_from": ("date", "occur", "dt", "from", "when"),
    "easting": ("east", "x"),
    "northing": ("north", "y"),
}


@cache
def known_columns() -> dict[str, tuple[str, ...]]:
    """Read the packaged table of column names: for each field those known, best first.

    Returns
    -------
    dict of str to tuple of str
        Besides the fields it has the times of day that stand in columns of their own, as
        ``occurred_from_time``.

    Examples
    --------
    >>> known_columns()["latitude"][:2]
    ('latitude', 'lat')
    """
    table = files("hotspot").joinpath("_assets", "column_names.csv")
    names: dict[str, list[str]] = {}
    for line in csv.DictReader(table.read_text(encoding="utf-8").splitlines()):
        names.setdefault(line["field"], []).append(normalise_name(line["name"]))
    return {field: tuple(known) for field, known in names.items()}


def known_header_names(columns: Given | None) -> frozenset[str]:
    """Give every name that marks the header of an incident file, as `open_source` takes them."""
    known = {name for names in known_columns().values() for name in names}
    given = {name for names in (columns or {}).values() for name in _as_list(names)}
    return frozenset(known | {normalise_name(name) for name in given})


def match_columns(
    found: Sequence[str], known: Mapping[str, Sequence[str]], taken: Sequence[str] = ()
) -> dict[str, str]:
    """Find the column of each field by its name.

    Parameters
    ----------
    found : sequence of str
        Columns of the source.
    known : mapping of str to sequence of str
        Normalised names of each field, best first.
    taken : sequence of str, optional
        Columns that already hold something else.

    Returns
    -------
    dict of str to str
        The fields that were found.

    Examples
    --------
    >>> match_columns(["Crime Ref", "E"], {"easting": ["easting", "e"], "x": ["x"]})
    {'easting': 'E'}
    """
    by_name: dict[str, str] = {}
    for name in found:
        if name not in taken:
            by_name.setdefault(normalise_name(name), name)
    return {
        field: by_name[hit]
        for field, names in known.items()
        if (hit := next((name for name in names if name in by_name), None)) is not None
    }


def given_columns(
    found: Sequence[str], given: Given, fields: Sequence[str], source: str
) -> dict[str, tuple[str, ...]]:
    """Check what the user says against the columns there are, and name all that is wrong at once.

    Parameters
    ----------
    found : sequence of str
        Columns of the source.
    given : mapping
        Field to column, or to several columns. Case and punctuation of a column do not count
        where it is clear which one is meant.
    fields : sequence of str
        Fields that may be given.
    source : str
        What to call the source.

    Returns
    -------
    dict of str to tuple of str

    Raises
    ------
    DataError
        If a field is unknown or a column is missing.
    """
    problems = []
    checked: dict[str, tuple[str, ...]] = {}
    by_name = {normalise_name(name): name for name in reversed(found)}
    for field, names in given.items():
        if field not in fields:
            close = difflib.get_close_matches(field, fields, 1)
            hint = f" (did you mean {close[0]!r}?)" if close else ""
            problems.append(
                f"columns has no field {field!r}{hint}; it may map {', '.join(fields)}."
            )
            continue
        meant = []
        for name in _as_list(names):
            column = name if name in found else by_name.get(normalise_name(name))
            if column is None:
                close = difflib.get_close_matches(name, found, 1, 0.5)
                hint = f" (did you mean {close[0]!r}?)" if close else ""
                listed = ", ".join(repr(column) for column in found)
                problems.append(
                    f"{source} has no column {name!r} for {field}{hint}; it has {listed}."
                )
            else:
                meant.append(column)
        checked[field] = tuple(meant)
    if problems:
        raise DataError(problems)
    return checked


def map_columns(
    found: Sequence[str], given: Given | None, has_geometry: bool, source: str
) -> dict[str, tuple[str, ...]]:
    """Decide which columns of an incident file hold which field.

    Parameters
    ----------
    found : sequence of str
        Columns of the source.
    given : mapping, optional
        What the user says; it goes before what is known.
    has_geometry : bool
        Whether the source has points of its own.
    source : str
        What to call the source.

    Returns
    -------
    dict of str to tuple of str
        Field to its columns. A date may have a second column, its time of day.

    Raises
    ------
    DataError
        If the date or the place cannot be found: what there is, what is missing, and how to say
        where it is.

    Examples
    --------
    >>> map_columns(["Ref", "Date From", "Time From", "E", "N"], None, False, "crimes.csv")
    {'crime_ref': ('Ref',), 'occurred_from': ('Date From', 'Time From'),
     'easting': ('E',), 'northing': ('N',)}
    """
    mapped = given_columns(found, given or {}, FIELDS, source)
    for field, names in mapped.items():
        if len(names) != 1 and not (field in _DATES and len(names) == 2) and field != "address":
            raise DataError(
                f"{field} takes one column{' or two' * (field in _DATES)}, not {names}."
            )
    places = {field for pair in _PLACES for field in pair}
    own_place = bool(places & set(mapped))
    taken = [name for names in mapped.values() for name in names]
    matched = match_columns(found, known_columns(), taken)
    for field in FIELDS:
        partner = next((pair for pair in _PLACES if field in pair), ())
        if field in mapped or field not in matched:
            continue
        if own_place and field in places and not set(partner) & set(mapped):
            continue
        mapped[field] = (matched[field],)
        time = matched.get(f"{field}_time")
        if field in _DATES and time is not None:
            mapped[field] = (matched[field], time)
    mapped = {field: mapped[field] for field in FIELDS if field in mapped}
    _refuse_unknown_layout(found, mapped, has_geometry, source)
    return mapped


def same_names_notes(
    found: Sequence[str], mapped: Mapping[str, tuple[str, ...]]
) -> tuple[str, ...]:
    """Say which column was taken where several have the same heading.

    Parameters
    ----------
    found : sequence of str
        Columns of the source; a repeated heading has its turn after it, as ``"Date (2)"``.
    mapped : mapping
        What `map_columns` gave.

    Returns
    -------
    tuple of str

    Examples
    --------
    >>> print(*same_names_notes(["Date", "Date (2)"], {"occurred_from": ("Date",)}))
    2 columns are headed 'Date': 'Date' was taken, 'Date (2)' was not.
    """
    taken = [name for names in mapped.values() for name in names]
    headed: dict[str, list[str]] = {}
    for name in found:
        first = _TURN.sub("", name)
        heading = first if first in found else name
        headed.setdefault(normalise_name(heading), []).append(name)
    notes = []
    for names in headed.values():
        used = [name for name in names if name in taken]
        left = [name for name in names if name not in taken]
        if used and left:
            notes.append(
                f"{len(names)} columns are headed {names[0]!r}: "
                f"{' and '.join(map(repr, used))} {'was' if len(used) == 1 else 'were'} taken, "
                f"{' and '.join(map(repr, left))} {'was' if len(left) == 1 else 'were'} not."
            )
    return tuple(notes)


def has_place(mapped: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether both columns of some pair of coordinates are mapped."""
    return any(first in mapped and second in mapped for first, second in _PLACES)


def _as_list(names: str | Sequence[str]) -> list[str]:
    return [names] if isinstance(names, str) else list(names)


def _refuse_unknown_layout(
    found: Sequence[str],
    mapped: Mapping[str, tuple[str, ...]],
    has_geometry: bool,
    source: str,
) -> None:
    """Say in one message what was found, what is missing, and how to map it."""
    missing = []
    if "occurred_from" not in mapped and "occurred_to" not in mapped:
        missing.append("occurred_from")
    if not has_geometry and not has_place(mapped):
        missing.extend(("easting", "northing"))
    if not missing:
        return
    taken = {name for names in mapped.values() for name in names}
    free = [name for name in found if name not in taken]
    example = {field: _guess(free, _CLUES[field]) for field in missing}
    lacking = []
    if "occurred_from" in missing:
        lacking.append("the date it happened (occurred_from, and occurred_to where there is one)")
    if "easting" in missing:
        lacking.append("where (easting and northing, longitude and latitude, or x and y with crs)")
    recorded = mapped.get("recorded_at")
    hint = f" {recorded[0]!r} looks like the date it was recorded." if recorded else ""
    in_python = ", ".join(f'"{field}": "{name}"' for field, name in example.items())
    in_toml = ", ".join(f'{field} = "{name}"' for field, name in example.items())
    raise DataError(
        f"The columns of {source} are not known. Found: {', '.join(map(repr, found))}. "
        f"Missing: {'; '.join(lacking)}.{hint} Say which they are, e.g. "
        f"columns={{{in_python}}}, or in a TOML file columns = {{ {in_toml} }}."
    )


def _guess(free: Sequence[str], clues: Sequence[str]) -> str:
    """Name a column for an example: one that could be it, else a blank to fill in."""
    for clue in clues:
        for name in free:
            known = normalise_name(name)
            if clue in known and (len(clue) > 1 or clue in (known[0], known[-1])):
                return name
    return "..."
