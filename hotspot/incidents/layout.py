"""The layout of a file of incidents: which column holds which field."""

from collections.abc import Mapping, Sequence

import pandas as pd

from hotspot._errors import ConfigError, LayoutError
from hotspot.reading.cells import join_texts, normalise_name, to_text, without_missing_words
from hotspot.reading.chunks import Source
from hotspot.reading.columns import (
    PLACE_FIELDS,
    PLACE_PAIRS,
    Given,
    given_columns,
    known_columns,
    known_names,
    match_columns,
)
from hotspot.reading.sources import Readable, open_source

#: Field to its columns.
Mapped = Mapping[str, tuple[str, ...]]

DATE_FIELDS = ("occurred_from", "occurred_to", "recorded_at")
#: What `columns=` may map, in the order in which a check lists it.
FIELDS = (
    "crime_ref",
    *DATE_FIELDS,
    *PLACE_FIELDS,
    "offence_code",
    "uprn",
    "address",
    "area",
    "mo",
    "status",
    "force",
)
# What a column that could be meant may have in its name, for an example.
_CLUES = {
    "occurred_from": ("date", "occur", "dt", "from", "when"),
    "easting": ("east", "x"),
    "northing": ("north", "y"),
}


def open_incidents(
    source: Readable, columns: Given | None = None, sheet: str | None = None
) -> tuple[Source, dict[str, tuple[str, ...]]]:
    """Open a file of recorded crimes and find its columns.

    Parameters
    ----------
    source, columns, sheet
        As for `check_incidents`.

    Returns
    -------
    source : Source
    mapped : dict of str to tuple of str
        As `map_columns` returns it.

    Raises
    ------
    DataError
        If it cannot be opened, or its layout is not known.
    """
    opened = open_source(
        source, sheet=sheet, known=known_names(known_columns("incidents", "places"), columns)
    )
    return opened, map_columns(opened.columns, columns, opened.has_geometry, opened.name)


def map_columns(
    headings: Sequence[str], given: Given | None, has_geometry: bool, source: str
) -> dict[str, tuple[str, ...]]:
    """Find which columns of an incident file hold which field.

    Parameters
    ----------
    headings : sequence of str
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
    ConfigError
        If a field that takes one column is given several.

    Examples
    --------
    >>> map_columns(["Ref", "Date From", "Time From", "E", "N"], None, False, "crimes.csv")
    {'crime_ref': ('Ref',), 'occurred_from': ('Date From', 'Time From'),
     'easting': ('E',), 'northing': ('N',)}
    """
    mapped = given_columns(headings, given or {}, FIELDS, source)
    for field, names in mapped.items():
        if field == "address":
            continue
        # The second column of a date is its time of day.
        if len(names) not in ((1, 2) if field in DATE_FIELDS else (1,)):
            raise ConfigError(
                f"{field} takes one column{' or two' * (field in DATE_FIELDS)}, not {names}."
            )
    own_place = bool(set(PLACE_FIELDS) & set(mapped))
    taken = [name for names in mapped.values() for name in names]
    matched = match_columns(headings, known_columns("incidents", "places"), taken)
    for field in FIELDS:
        partner = next((pair for pair in PLACE_PAIRS if field in pair), ())
        if field in mapped or field not in matched:
            continue
        # A pair that the user names is the only one: another may be of other points.
        if own_place and partner and not set(partner) & set(mapped):
            continue
        mapped[field] = (matched[field],)
        time = matched.get(f"{field}_time")
        if field in DATE_FIELDS and time is not None:
            mapped[field] = (matched[field], time)
    mapped = {field: mapped[field] for field in FIELDS if field in mapped}
    _refuse_unknown_layout(headings, mapped, has_geometry, source)
    return mapped


def field_text(frame: pd.DataFrame, mapped: Mapped, field: str) -> pd.Series:
    """Return a field as text, named by its column; an address in several columns becomes one.

    Parameters
    ----------
    frame : pandas.DataFrame
        Rows of the source.
    mapped : mapping
        As `map_columns` returns it.
    field : str
        One that is mapped.

    Returns
    -------
    pandas.Series
    """
    texts = [without_missing_words(to_text(frame[name])) for name in mapped[field]]
    return (texts[0] if len(texts) == 1 else join_texts(texts)).rename(mapped[field][0])


def _refuse_unknown_layout(
    headings: Sequence[str], mapped: Mapped, has_geometry: bool, source: str
) -> None:
    """Refuse in one message that lists what was found, what is missing, and how to map it."""
    missing, lacking = [], []
    if "occurred_from" not in mapped and "occurred_to" not in mapped:
        missing.append("occurred_from")
        lacking.append("the date it happened (occurred_from, and occurred_to where there is one)")
    if not has_geometry and not any({*pair} <= set(mapped) for pair in PLACE_PAIRS):
        missing += ["easting", "northing"]
        lacking.append("where (easting and northing, longitude and latitude, or x and y with crs)")
    if not missing:
        return
    taken = {name for names in mapped.values() for name in names}
    free = [name for name in headings if name not in taken]
    candidates = {field: _candidates(free, _CLUES[field]) for field in missing}
    example = {field: next(iter(names), "...") for field, names in candidates.items()}
    recorded = mapped.get("recorded_at")
    hint = f" {recorded[0]!r} looks like the date it was recorded." if recorded else ""
    in_python = ", ".join(f'"{field}": "{name}"' for field, name in example.items())
    in_toml = ", ".join(f'{field} = "{name}"' for field, name in example.items())
    raise LayoutError(
        f"The columns of {source} are not known. Found: {', '.join(map(repr, headings))}. "
        f"Missing: {'; '.join(lacking)}.{hint} Say which they are, e.g. "
        f"columns={{{in_python}}}, or in a TOML file columns = {{ {in_toml} }}.",
        mapped,
        candidates,
    )


def _candidates(free: Sequence[str], clues: Sequence[str]) -> list[str]:
    """Find the columns that could be it by their names, likeliest first."""
    found: dict[str, None] = {}
    for clue in clues:
        for name in free:
            known = normalise_name(name)
            if clue in known and (len(clue) > 1 or clue in (known[0], known[-1])):
                found[name] = None
    return list(found)
