"""Which column holds what: known names, or what the user says."""

import csv
import difflib
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import combinations, product
from typing import TypeAlias

from hotspot._checks import raise_problems
from hotspot._errors import ConfigError
from hotspot.english import and_list
from hotspot.reading.cells import normalise_name

#: What a user may give for one field: a column, or several.
Given: TypeAlias = Mapping[str, str | Sequence[str]]

#: Coordinates in two columns, in the order in which they are looked for.
PLACE_PAIRS = (("easting", "northing"), ("longitude", "latitude"), ("x", "y"))
PLACE_FIELDS = tuple(field for pair in PLACE_PAIRS for field in pair)
# Fields of one kind: a column that is one of them is none of the others. Both ends of a window may
# well stand in one column.
_OF_ONE_KIND = (
    PLACE_FIELDS,
    ("crime_ref", "uprn", "area", "offence_code"),
    ("occurred_from", "recorded_at"),
    ("occurred_to", "recorded_at"),
)
# What `headings.find_header` puts after a heading that stands for the second time.
_TURN = re.compile(r" \(\d+\)$")


@cache
def known_columns(*tables: str) -> dict[str, tuple[str, ...]]:
    """Read the packaged list of column names: for each field those known, best first.

    The names are those of forces' exports, police.uk and cities' portals; of AddressBase, land and
    property gazetteers, OpenStreetMap and plain English; of public boundary files; and of Ordnance
    Survey's and OpenStreetMap's roads.

    Parameters
    ----------
    *tables : {"incidents", "addresses", "areas", "streets", "patrols", "places", "dates", ...}
        The kinds of tables; "places" are coordinates, in a table of any kind, "dates" the parts of
        a date in columns of their own, "windows" the words of the two ends of a window.

    Returns
    -------
    dict of str to tuple of str
        Besides the fields, incidents have the times of day that stand in columns of their own, as
        ``occurred_from_time``.

    Examples
    --------
    >>> known_columns("places")["latitude"][:2]
    ('latitude', 'lat')
    >>> "committeddatebetween" in known_columns("incidents")["occurred_from"]
    True
    """
    table = files("hotspot").joinpath("_assets", "column_names.csv")
    names = _window_names() if "incidents" in tables else {}
    for line in csv.DictReader(table.read_text(encoding="utf-8").splitlines()):
        if line["table"] in tables:
            names.setdefault(line["field"], []).append(normalise_name(line["name"]))
    return {field: tuple(dict.fromkeys(known)) for field, known in names.items()}


def _window_names() -> dict[str, list[str]]:
    """Return the names of the two ends of a window, put together of their words.

    Every force puts them in another order: Committed From Date, Date From, Earliest Offence Date.
    """
    words = known_columns("windows")
    names: dict[str, list[str]] = {}
    for side, kind in product(("from", "to"), ("date", "time")):
        field = f"occurred_{side}" + ("_time" if kind == "time" else "")
        bare = ("",) if kind == "date" else ()
        names[field] = [
            "".join(order)
            for of, end, what in product(("", *words["of"]), words[side], (*bare, *words[kind]))
            # "First" and "last" alone may be the names of people.
            if of or what
            for order in ((of, end, what), (of, what, end), (what, of, end), (end, of, what))
        ]
    return names


def known_names(fields: Mapping[str, Sequence[str]], given: Given | None) -> frozenset[str]:
    """Return every name that marks the header of a table, as `open_source` takes them.

    Parameters
    ----------
    fields : mapping of str to sequence of str
        Normalised names of each field.
    given : mapping, optional
        What the user says.

    Returns
    -------
    frozenset of str

    Raises
    ------
    ConfigError
        If what the user says is no mapping.

    Examples
    --------
    >>> sorted(known_names({"uprn": ["uprn"]}, {"address": "Where It Is"}))
    ['uprn', 'whereitis']
    """
    if given is not None and not isinstance(given, Mapping):
        raise ConfigError(
            "columns must map a field to its column, such as {'address': 'Where'}, not "
            f"{type(given).__name__}."
        )
    own = (name for names in (given or {}).values() for name in as_list(names))
    return frozenset(map(normalise_name, own)).union(*fields.values())


def match_columns(
    headings: Sequence[str], known: Mapping[str, Sequence[str]], taken: Sequence[str] = ()
) -> dict[str, str]:
    """Find the column of each field by its name.

    Parameters
    ----------
    headings : sequence of str
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
    found = candidates(headings, known, taken)
    return {field: names[0] for field, names in found.items()}


def candidates(
    headings: Sequence[str], known: Mapping[str, Sequence[str]], taken: Sequence[str] = ()
) -> dict[str, tuple[str, ...]]:
    """Find every column that by its name may hold a field, for what is in them to decide.

    Parameters
    ----------
    headings, known, taken
        As for `match_columns`.

    Returns
    -------
    dict of str to tuple of str
        The fields that were found, the best name first.

    Examples
    --------
    >>> candidates(["Offence", "HO Code", "Date"], {"offence_code": ["hocode", "offence"]})
    {'offence_code': ('HO Code', 'Offence')}
    """
    by_name: dict[str, list[str]] = {}
    for name in headings:
        if name not in taken:
            by_name.setdefault(normalise_name(_heading(name, headings)), []).append(name)
    return {
        field: tuple(column for name in names for column in by_name.get(name, ()))
        for field, names in known.items()
        # A field has hundreds of names, and most are in no file.
        if not by_name.keys().isdisjoint(names)
    }


def _heading(name: str, headings: Sequence[str]) -> str:
    """Return what stands over a column, without its turn where it is not the first of its name."""
    first = _TURN.sub("", name)
    return first if first in headings else name


def given_columns(
    headings: Sequence[str], given: Given, fields: Sequence[str], source: str
) -> dict[str, tuple[str, ...]]:
    """Check what the user says against the columns there are, and name all that is wrong at once.

    Parameters
    ----------
    headings : sequence of str
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
        If a column is missing.
    ConfigError
        If only a field is unknown, or one column is given for two fields of one kind.
    """
    unknown, missing = [], []
    checked: dict[str, tuple[str, ...]] = {}
    by_name = {normalise_name(name): name for name in reversed(headings)}
    for field, names in given.items():
        if field not in fields:
            hint = _close(field, fields)
            unknown.append(f"columns has no field {field!r}{hint}; it may map {', '.join(fields)}.")
            continue
        meant = []
        for name in as_list(names):
            column = name if name in headings else by_name.get(normalise_name(name))
            if column is None:
                hint, listed = _close(name, headings), ", ".join(map(repr, headings))
                missing.append(
                    f"{source} has no column {name!r} for {field}{hint}; it has {listed}."
                )
            else:
                meant.append(column)
        checked[field] = tuple(meant)
    raise_problems(missing, [*unknown, *_given_twice(checked)])
    return checked


def _given_twice(checked: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Return what is wrong where a column is given for two fields that cannot be the same."""
    wrong = {}
    for kind in _OF_ONE_KIND:
        for one, other in combinations([field for field in kind if field in checked], 2):
            if checked[one] == checked[other]:
                named = and_list([*map(repr, checked[one])])
                part = (
                    ". Where each cell holds two numbers, part them into two columns first (in a "
                    "spreadsheet: Data, Text to Columns)"
                )
                wrong[named] = (
                    f"{named} is given for both {one} and {other}, and one column cannot be both: "
                    f"name another column for one of them{part * (kind is PLACE_FIELDS)}."
                )
    return list(wrong.values())


def _close(name: str, names: Sequence[str]) -> str:
    """Return the name that was perhaps meant, as a question."""
    close = difflib.get_close_matches(name, names, 1, 0.5)
    return f" (did you mean {close[0]!r}?)" if close else ""


def same_names_notes(
    headings: Sequence[str], mapped: Mapping[str, tuple[str, ...]]
) -> tuple[str, ...]:
    """Describe which column was taken where several have the same heading.

    Parameters
    ----------
    headings : sequence of str
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
    for name in headings:
        headed.setdefault(normalise_name(_heading(name, headings)), []).append(name)
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


def as_list(names: str | Sequence[str]) -> list[str]:
    """Return one name or several as a list."""
    listed = [names] if isinstance(names, str) or not isinstance(names, Sequence) else list(names)
    if not all(isinstance(name, str) for name in listed):
        raise ConfigError(
            f"columns maps a field to the name of a column, or to a list of names, not {names!r}."
        )
    return listed
