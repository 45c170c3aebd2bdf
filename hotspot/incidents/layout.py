"""The layout of a file of incidents: which column holds which field, by its name and content."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from hotspot._errors import ConfigError
from hotspot.english import and_list
from hotspot.incidents.kept_columns import Keep, kept_columns, refuse_personal
from hotspot.incidents.offence_columns import OFFENCE_WORDS, better_offences
from hotspot.incidents.offences import tells_most
from hotspot.incidents.unknown_layout import (
    days_ahead,
    is_of_the_crime,
    refuse_better_dates,
    refuse_unknown_layout,
)
from hotspot.reading.cells import (
    join_texts,
    normalise_name,
    to_numbers,
    to_text,
    without_missing_words,
)
from hotspot.reading.chunks import Chunk, Source
from hotspot.reading.columns import (
    PLACE_FIELDS,
    PLACE_PAIRS,
    Given,
    candidates,
    given_columns,
    known_columns,
    known_names,
    same_names_notes,
)
from hotspot.reading.contents import Contents, Kind, blank_columns
from hotspot.reading.sources import Readable, open_source
from hotspot.reading.split_dates import PARTS, holds_months, holds_years

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
_JOINED = ("crime_ref", "address", "status")
_KINDS: dict[str, Kind] = {
    **dict.fromkeys(DATE_FIELDS, "date"),
    **{f"{name}_time": "time" for name in DATE_FIELDS},
    **dict.fromkeys(PLACE_FIELDS, "number"),
}
# The parts of an address, in the order in which they stand on an envelope.
_ADDRESS_PARTS = ("unit", "housename", "number", "street", "locality", "town", "postcode")
# A house number before its street, with whatever stands before it.
_NUMBER_BEFORE_STREET = (
    r"(?P<before>^|, )(?P<number>\d+[A-Za-z]?(?: ?[-/&] ?\d+[A-Za-z]?)?), (?=\D)"
)


# Names that may mean something else, with what most files have there that mean the field: a type
# may be that of the premises, and a crime be reported by a person.
_VAGUE = {
    "type": ("offences", OFFENCE_WORDS),
    "category": ("offences", OFFENCE_WORDS),
    "reportedby": ("police forces", r"polic|constab|sheriff|force|\bpd\b"),
}
_HARDLY_ANY, _MOSTLY = 0.1, 0.5
# Fewer windows that end before they begin may be slips.
_FEWEST_ENDS = 10


@dataclass(frozen=True)
class Layout:
    """A file of recorded crimes, read, and which of its columns holds which field."""

    opened: Source
    mapped: dict[str, tuple[str, ...]]
    rows: Chunk
    notes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)


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
    layout = read_layout(source, columns, sheet)
    return layout.opened, layout.mapped


def read_layout(
    source: Readable,
    columns: Given | None = None,
    sheet: str | None = None,
    keep: Keep = (),
    *,
    addresses: bool = False,
) -> Layout:
    """Read the columns of a file of recorded crimes that may hold a field, and choose among them.

    Parameters
    ----------
    source, columns, sheet, keep
        As for `check_incidents`.
    addresses : bool, default False
        As for `map_columns`.

    Returns
    -------
    Layout

    Raises
    ------
    DataError
        If it cannot be opened, or its layout is not known.
    """
    known = known_columns("incidents", "places", "dates")
    opened = open_source(source, sheet=sheet, known=known_names(known, columns))
    headings = opened.columns
    given = given_columns(headings, columns or {}, FIELDS, opened.name)
    taken = [name for names in given.values() for name in names]
    found = candidates(headings, {**known, **_address_names()}, taken)
    kept = kept_columns(keep, headings, FIELDS, opened.name)
    bare = _bare_ids(headings, taken)
    wanted = [*taken, *kept.values(), *bare, *(name for names in found.values() for name in names)]
    placed = opened.has_geometry or any({*pair} <= {*found, *given} for pair in PLACE_PAIRS)
    # Where something is missing all columns are looked at, for those that may be it.
    certain = placed and ("occurred_from" in given or is_of_the_crime(found))
    rows = opened.read(wanted if certain else headings)
    contents = Contents(rows.frame)
    if certain and not _is_dated(contents, {**found, **given}):
        rows = opened.read(headings)
        contents = Contents(rows.frame)
    refuse_personal(kept, contents)
    notes: list[str] = []
    mapped = map_columns(
        headings, columns, opened.has_geometry, opened.name, contents, notes, addresses=addresses
    )
    doubts: list[str] = []
    if "offence_code" not in given:
        better, noted, doubts = better_offences(opened, mapped, rows)
        notes += noted
        if better is not None:
            mapped = {**mapped, "offence_code": (better,)}
            mapped = {name: mapped[name] for name in FIELDS if name in mapped}
    used = dict.fromkeys([*kept.values(), *(name for names in mapped.values() for name in names)])
    if not {*used} <= {*rows.frame.columns}:
        rows = opened.read([*used])
        contents = Contents(rows.frame)
    rows = replace(rows, frame=rows.frame[list(used)])
    notes += same_names_notes(headings, mapped)
    blank = blank_columns(opened, contents, mapped)
    return Layout(opened, mapped, rows, notes, [*blank, *doubts], kept)


def map_columns(
    headings: Sequence[str],
    given: Given | None,
    has_geometry: bool,
    source: str,
    contents: Contents | None = None,
    notes: list[str] | None = None,
    *,
    addresses: bool = False,
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
    contents : Contents, optional
        What stands in the columns; without it names alone decide.
    notes : list of str, optional
        Gathers which column was taken where several could be meant.
    addresses : bool, default False
        Whether addresses are given that place rows by their UPRN or address: then a source needs
        no coordinates.

    Returns
    -------
    dict of str to tuple of str
        Field to its columns. A date may have a second column, its time of day, or three and more:
        year, month, day, hour, minute. A reference or an address may be joined of several.

    Raises
    ------
    DataError
        If the date or the place cannot be found, or another column fits the date better: what
        there is, what is missing, and how to say where it is.
    ConfigError
        If a field that takes one column is given several.

    Examples
    --------
    >>> map_columns(["Ref", "Date From", "Time From", "E", "N"], None, False, "crimes.csv")
    {'crime_ref': ('Ref',), 'occurred_from': ('Date From', 'Time From'),
     'easting': ('E',), 'northing': ('N',)}
    """
    told = given_columns(headings, given or {}, FIELDS, source)
    for name, columns in told.items():
        _refuse_wrong_number(name, columns)
    own_place = bool(set(PLACE_FIELDS) & set(told))
    taken = [column for columns in told.values() for column in columns]
    known = known_columns("incidents", "places")
    matched = _chosen(candidates(headings, known, taken), contents, told, notes)
    mapped = dict(told)
    for name in FIELDS:
        partner = next((pair for pair in PLACE_PAIRS if name in pair), ())
        if name in mapped or name not in matched:
            continue
        # A pair that the user names is the only one: another may be of other points.
        if own_place and partner and not set(partner) & set(mapped):
            continue
        time = matched.get(f"{name}_time", ()) if name in DATE_FIELDS else ()
        mapped[name] = (*matched[name], *time)
    ends = matched.get("occurred_to_time")
    if ends and "occurred_to" not in mapped and len(mapped.get("occurred_from", ())) == 2:
        # One date and two times: the end is of that day, or of the morning after.
        mapped["occurred_to"] = (mapped["occurred_from"][0], *ends)
    if contents is not None:
        if "occurred_from" not in told and "occurred_to" not in told:
            mapped |= _date_in_parts(headings, taken, mapped, matched, contents)
        if "address" not in told:
            used = [name for names in mapped.values() for name in names]
            mapped |= _address_in_parts(headings, used, mapped, contents)
        mapped = _without_early_end(mapped, told, contents, notes)
        if "crime_ref" not in told and all(map(contents.is_blank, mapped.get("crime_ref", ()))):
            mapped |= _reference_by_id(_bare_ids(headings, taken), contents, notes)
    mapped = {name: mapped[name] for name in FIELDS if name in mapped}
    # Who says which column is the address says that the place is told by it; not who says one
    # half of the coordinates, as a set-up does in which a question is still open.
    by_address = bool({"uprn", "address"} & set(told)) and not {*PLACE_FIELDS} & set(told)
    told_by_address = addresses and by_address
    refuse_unknown_layout(
        headings, mapped, has_geometry or told_by_address, source, contents, addresses=addresses
    )
    if contents is not None and "occurred_from" not in told:
        refuse_better_dates(mapped, source, contents)
    return mapped


def _bare_ids(headings: Sequence[str], taken: Sequence[str]) -> list[str]:
    """List the columns headed "ID", which may be of a crime, a person or a place."""
    return [name for name in headings if normalise_name(name) == "id" and name not in taken]


def _reference_by_id(
    names: Sequence[str], contents: Contents, notes: list[str] | None
) -> dict[str, tuple[str, ...]]:
    """Find the reference in a column headed "ID", where each row has one of its own."""
    for name in names:
        cells = contents.frame[name]
        own = cells.is_unique and without_missing_words(to_text(cells)).notna().all()
        # A number that goes with the row names another crime in the next export.
        counts = own and _counts_rows(cells)
        if len(cells) and own and not counts:
            return {"crime_ref": (name,)}
        if notes is not None and not contents.is_blank(name):
            why = "only counts the rows" if counts else "is blank or repeated in some rows"
            notes.append(f"{name!r} {why}: it was not read as crime_ref.")
    return {}


def _counts_rows(cells: pd.Series) -> bool:
    """Test whether cells are the numbers of their rows, from wherever they count."""
    rows = pd.to_numeric(pd.Series(cells.index), errors="coerce").to_numpy(dtype=float)
    ahead = to_numbers(cells)[0] - rows
    return len(cells) > 1 and bool((ahead == ahead[0]).all())


def _without_early_end(
    mapped: Mapped, told: Mapped, contents: Contents, notes: list[str] | None
) -> dict[str, tuple[str, ...]]:
    """Drop an end that lies days before the beginning in most rows, as that of an earlier crime."""
    kept = dict(mapped)
    if "occurred_to" in told or not {"occurred_from", "occurred_to"} <= set(mapped):
        return kept
    begin, end = mapped["occurred_from"][0], mapped["occurred_to"][0]
    ahead = days_ahead(begin, end, contents)
    if len(ahead) >= _FEWEST_ENDS and (ahead < -1).mean() > _MOSTLY:
        del kept["occurred_to"]
        if notes is not None:
            notes.append(f"{end!r} lies before {begin!r}: it was not read as occurred_to.")
    return kept


def _refuse_wrong_number(name: str, columns: tuple[str, ...]) -> None:
    """Refuse more columns than a field takes."""
    dated = name in DATE_FIELDS
    if name not in _JOINED and not 1 <= len(columns) <= (len(PARTS) if dated else 1):
        many = " or two (date and time), or year, month, day, hour and minute" * dated
        raise ConfigError(f"{name} takes one column{many}, not {columns}.")


def _chosen(
    found: Mapping[str, tuple[str, ...]],
    contents: Contents | None,
    told: Mapped,
    notes: list[str] | None,
) -> dict[str, tuple[str, ...]]:
    """Choose for each field the column that holds it best, and note what was passed over."""
    if contents is None:
        return {name: columns[:1] for name, columns in found.items()}
    chosen = {}
    for name, named in found.items():
        kind = _KINDS.get(name, "text")
        noted = [] if notes is None or name in told or name in PLACE_FIELDS else notes
        other = {it: what for it in named if (what := _means_other(it, contents)) is not None}
        noted += [f"{it!r} holds no {other[it]}: it was not read as {name}." for it in other]
        columns = tuple(it for it in named if it not in other)
        if not columns:
            continue
        best = contents.as_good(columns, kind)
        # A crime may be cancelled in any of them, the emptiest too.
        if name == "status":
            chosen[name] = tuple(it for it in columns if not contents.is_blank(it)) or columns[:1]
            continue
        # A class of the Home Office does not tell homes from sheds; the title beside it may.
        if name == "offence_code" and len(best) > 1:
            texts = [without_missing_words(to_text(contents.sample(it))) for it in best]
            best.insert(0, best.pop(tells_most(texts)))
        if name not in PLACE_FIELDS and contents.holds_none(best[0], kind):
            noted.append(f"{best[0]!r} holds no {_PLURALS[kind]}: it was not read as {name}.")
            continue
        chosen[name] = (best[0],)
        if name in FIELDS:
            noted += _passed_over(name, columns, best, contents, kind)
    return chosen


def _means_other(column: str, contents: Contents) -> str | None:
    """Return what a column of a vague name would have to hold and does not."""
    what, words = _VAGUE.get(normalise_name(column), ("", ""))
    texts = contents.filled(column).astype(str).str.casefold() if words else pd.Series([])
    return what if len(texts) and texts.str.contains(words).mean() < _HARDLY_ANY else None


def _passed_over(
    name: str, columns: Sequence[str], best: Sequence[str], contents: Contents, kind: Kind
) -> list[str]:
    """Describe the columns that by their names could have been taken for a field."""
    before = columns[: columns.index(best[0])]
    blank = [column for column in before if contents.is_blank(column)]
    others = [column for column in before if column not in (*blank, *best)]
    notes = []
    for losers, why in ((blank, "blank"), (others, f"less full of {_PLURALS[kind]}")):
        if losers:
            listed = and_list([repr(column) for column in losers])
            verb = "is" if len(losers) == 1 else "are"
            notes.append(f"{listed} {verb} {why}: {best[0]!r} was taken for {name}.")
    if len(best) > 1:
        listed = and_list([repr(column) for column in best[1:]])
        notes.append(
            f"{best[0]!r} was taken for {name}; {listed} would fit as well "
            f"(columns={{{name!r}: ...}}, --columns {name}=...)."
        )
    return notes


_PLURALS: Mapping[Kind, str] = {
    "text": "entries",
    "date": "dates",
    "time": "times of day",
    "number": "numbers",
}


def _is_dated(contents: Contents, found: Mapped) -> bool:
    """Test whether a column that may be the date of the crime holds dates."""
    names = (name for field in DATE_FIELDS[:2] for name in found.get(field, ()))
    return any(contents.fits(name, "date") for name in names)


def _date_in_parts(
    headings: Sequence[str],
    taken: Sequence[str],
    mapped: Mapped,
    matched: Mapped,
    contents: Contents,
) -> dict[str, tuple[str, ...]]:
    """Find the date in columns of year, month and day, where no column holds it whole."""
    if _is_dated(contents, {name: names[:1] for name, names in mapped.items()}):
        return {}
    found = candidates(headings, known_columns("dates"), taken)
    years = [name for name in found.get("year", ()) if holds_years(contents.sample(name))]
    months = [name for name in found.get("month", ()) if holds_months(contents.sample(name))]
    if not years or not months:
        return {}
    parts = [years[0], months[0]]
    for part in PARTS[2:]:
        fitting = [name for name in found.get(part, ()) if contents.fits(name, "number")]
        if not fitting:
            break
        parts.append(fitting[0])
    # Of year, month and day alone the time of day may stand in one column.
    time = matched.get("occurred_from_time", ()) if len(parts) == 3 else ()
    return {"occurred_from": (*parts, *time)}


def _address_names() -> dict[str, tuple[str, ...]]:
    known = known_columns("addresses")
    return {name: known[name] for name in _ADDRESS_PARTS if name in known}


def _address_in_parts(
    headings: Sequence[str], used: Sequence[str], mapped: Mapped, contents: Contents
) -> dict[str, tuple[str, ...]]:
    """Find the address in columns of its parts, where no column holds it whole."""
    whole = mapped.get("address", ())
    if whole and "address" in whole[0].casefold() and not contents.is_blank(whole[0]):
        return {}
    free = [name for name in used if name not in whole]
    found = candidates(headings, _address_names(), free)
    parts = {
        part: contents.best(names, "text")
        for part, names in found.items()
        if not all(map(contents.is_blank, names))
    }
    if "street" not in parts or len(parts) == 1:
        return {}
    return {
        "address": tuple(dict.fromkeys(parts[part] for part in _ADDRESS_PARTS if part in parts))
    }


def field_text(frame: pd.DataFrame, mapped: Mapped, field: str) -> pd.Series:
    """Return a field as text, named by its column; what stands in several columns becomes one.

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
        A reference in several columns is joined by slashes, and missing where one of them is: a
        year alone names no crime.

    Examples
    --------
    >>> frame = pd.DataFrame({"No": [12], "Street": ["Mill Lane"], "Ref": [7], "Year": [2026]})
    >>> field_text(frame, {"address": ("No", "Street")}, "address").item()
    '12 Mill Lane'
    >>> field_text(frame, {"crime_ref": ("Ref", "Year")}, "crime_ref").item()
    '7/2026'
    """
    texts = [without_missing_words(to_text(frame[name])) for name in mapped[field]]
    name = mapped[field][0]
    if len(texts) == 1:
        return texts[0].rename(name)
    if field == "crime_ref":
        whole = pd.concat(texts, axis=1).notna().all(axis=1)
        return join_texts(texts, "/").where(whole, None).rename(name)
    joined = join_texts(texts)
    if field == "address":
        joined = joined.str.replace(_NUMBER_BEFORE_STREET, r"\g<before>\g<number> ", regex=True)
    return joined.rename(name)
