"""Which columns of a file of fixes hold what, and that no person stands among its units."""

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from hotspot._checks import raise_problems
from hotspot._errors import DataError
from hotspot.english import and_list, count, name_rows
from hotspot.incidents.kept_columns import what_of_persons
from hotspot.reading.cells import to_text, without_missing_words
from hotspot.reading.chunks import Chunk, Source
from hotspot.reading.columns import PLACE_FIELDS, Given, candidates, given_columns, known_columns
from hotspot.reading.contents import Contents
from hotspot.reading.faults import Faults

#: What `columns=` may map.
FIELDS = ("unit", "time", "time_utc", "accuracy_m", *PLACE_FIELDS)
_ONE_COLUMN = ("unit", "accuracy_m", *PLACE_FIELDS)
# What stands over a column of persons, besides what no file of ours may hold.
_NUMBERS_OF_PERSONS = (
    r".*\b(?:collar|warrant|shoulder|epaulette?|badge|staff|employee|payroll|pnn)\b.*"
)
# Words of which call signs are made: who bears one of them is a unit, and no person.
_OF_UNITS = frozenset(
    re.findall(
        "[a-z]+",
        """
        alpha bravo charlie delta echo foxtrot golf hotel india juliet juliett kilo lima mike
        november oscar papa quebec romeo sierra tango uniform victor whiskey xray yankee zulu
        unit car van foot bike cycle vehicle team patrol response neighbourhood night day early
        late north south east west central beat sector call sign radio device track traffic dog
        support local policing active log one two three four five six seven eight nine ten
        resource shift red blue green amber harbour town city
        """,
    )
)
_NAME = re.compile(
    r"(?:[A-Z][A-Za-z'’]+|[A-Z]\.?)(?:[ -](?:[A-Z][A-Za-z'’]+|[A-Z]\.)){1,3}"
    r"|[A-Z][A-Za-z'’]+, ?[A-Z][\w. ]*"
)
# Rank and number, or a surname and an initial before a place.
_RANKED = re.compile(
    r"(?:pc|dc|ps|ds|pcso|wpc|sgt|insp|di|ci|con|constable|sergeant|officer|mr|mrs|ms|miss)\b"
    r"[ ./-]*(?:\d{1,6}|[a-z]).*|(?:pc|dc|ps|ds|pcso)\d{1,6}.*",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+")
# No name is longer; of megabytes in a cell nothing is looked for.
_MOST_LETTERS = 200
_HOW = "Give each unit a pseudonym, such as U1, by a list that stays with the force."


def map_columns(opened: Source, columns: Given | None) -> dict[str, tuple[str, ...]]:
    """Find which columns of a file of fixes hold which field.

    Parameters
    ----------
    opened : Source
    columns : mapping, optional
        What the user says.

    Returns
    -------
    dict of str to tuple of str
        A time may have two columns, a date and a time of day.

    Raises
    ------
    DataError
        If unit, time or place cannot be found: all that is missing.
    ConfigError
        If a field is given wrongly.
    """
    given = given_columns(opened.columns, columns or {}, FIELDS, opened.name)
    raise_problems(
        arguments=[
            f"columns gives {field} {len(names)} columns; it takes one."
            for field, names in given.items()
            if field in _ONE_COLUMN and len(names) > 1
        ]
    )
    taken = [name for names in given.values() for name in names]
    found = candidates(opened.columns, known_columns("patrols", "places"), taken)
    mapped = {**{field: names[:1] for field, names in found.items()}, **given}
    if "time_utc" in given or "time" in given:
        other = "time" if "time_utc" in given else "time_utc"
        mapped.pop(other, None)
        if {"time", "time_utc"} <= given.keys():
            mapped[other] = given[other]
    elif "time_utc" in mapped:
        mapped.pop("time", None)
    date = mapped.pop("date", ())
    if date and "time" not in given and "time_utc" not in mapped:
        mapped["time"] = _dated(opened, date[0], mapped.get("time", ()))
    if "time" in given and "time_utc" in given:
        raise DataError("Give time or time_utc, not both: which of them holds the time of the fix?")
    _refuse_missing(opened, mapped)
    return {field: mapped[field] for field in FIELDS if field in mapped}


def _dated(opened: Source, date: str, time: Sequence[str]) -> tuple[str, ...]:
    """Return the columns of the time: that of the time alone where it brings its own date."""
    if not time:
        return (date,)
    some = Contents(next(iter(opened.chunks([date, *time]))).frame)
    return tuple(time) if some.is_dated(time[0]) else (date, *time)


def _refuse_missing(opened: Source, mapped: dict[str, tuple[str, ...]]) -> None:
    """Refuse a file that does not tell who was where, when."""
    missing = []
    if "unit" not in mapped:
        missing.append("the unit (columns={'unit': ...}): a pseudonym, never a person")
    if not {"time", "time_utc"} & mapped.keys():
        missing.append("the time (columns={'time': ...}, or {'time_utc': ...} for times in UTC)")
    pairs = (("easting", "northing"), ("longitude", "latitude"), ("x", "y"))
    if not opened.has_geometry and not any({*pair} <= mapped.keys() for pair in pairs):
        missing.append("the place (columns={'longitude': ..., 'latitude': ...} or easting, ...)")
    if missing:
        listed = ", ".join(map(repr, opened.columns)) or "no column"
        raise DataError(
            f"{opened.name} does not tell {and_list(missing)}; columns stands under [patrol] in a "
            f"TOML file. Found: {listed}."
        )


def read_units(
    rows: Chunk, column: str, source: str, faults: Faults
) -> tuple[pd.Series, list[str]]:
    """Read the units; a person among them is no unit.

    Parameters
    ----------
    rows : Chunk
    column : str
    source : str
        What to call the source.
    faults : Faults
        Added to: rows without a unit, and those whose unit reads like a person.

    Returns
    -------
    units : Series of str
        One spelling for names that differ in case and blanks alone.
    told : list of str
        What the reader should know.

    Raises
    ------
    DataError
        If the column is one of persons.
    """
    contents = Contents(rows.frame[[column]])
    heading = " ".join(re.findall(r"[a-z]+", column.casefold()))
    what = what_of_persons(column, column, contents)
    if re.fullmatch(_NUMBERS_OF_PERSONS, heading):
        what = "numbers of officers"
    texts = without_missing_words(to_text(rows.frame[column]))
    codes, units = pd.factorize(texts.to_numpy(dtype=object))
    different = [str(one) for one in units]
    persons = np.array([reads_like_a_person(one) for one in different] or [False])
    if what is None and len(different) and persons.mean() > 0.5:
        what = f"names or numbers of officers: {persons.sum():,} of {len(different):,} units"
    if what is not None:
        raise DataError(
            f"The column {column!r} of {source} holds what names a person ({what}): no person goes "
            f"in. {_HOW}"
        )
    missing = codes < 0
    faults.add(missing, column, np.full(len(texts), ""), "no unit")
    # What may be a name is not repeated.
    bad = ~missing & persons[np.maximum(codes, 0)]
    faults.add(bad, column, np.full(len(texts), ""), "the unit reads like a person")
    told = _joined_words(different, persons) + _digits_words(different, column)
    if bad.any():
        told.insert(
            0,
            f"{count(int(bad.sum()), 'row')} whose unit reads like a person left out "
            f"({name_rows(texts.index[bad])}). {_HOW}",
        )
    spelt = _spellings(different)
    names = np.array([spelt[one] for one in different] or [""], dtype=object)
    return pd.Series(names[np.maximum(codes, 0)], index=texts.index), told


def reads_like_a_person(text: str) -> bool:
    """Test whether a unit reads like an officer's name, rank and number, or e-mail.

    Examples
    --------
    >>> [reads_like_a_person(one) for one in ("U1", "Alpha Two", "Jane Smith", "PC 1234", "a@b.uk")]
    [False, False, True, True, True]
    """
    text = text[:_MOST_LETTERS]
    words = set(re.findall(r"[a-z]+", text.casefold()))
    if _EMAIL.search(text) or _RANKED.fullmatch(text.strip()):
        return True
    return bool(_NAME.fullmatch(text.strip())) and not words & _OF_UNITS


def _key(text: str) -> str:
    return " ".join(text.split()).casefold()


def _loose_key(text: str) -> str:
    """Return a name without blanks, signs and zeros in front of its numbers."""
    return re.sub(r"(?<!\d)0+(?=\d)", "", re.sub(r"[^a-z0-9]", "", text.casefold()))


def _spellings(different: Sequence[str]) -> dict[str, str]:
    """Return for each name the one by which its unit goes: the first of its spellings."""
    by_key: dict[str, list[str]] = {}
    for text in different:
        by_key.setdefault(_key(text), []).append(text)
    return {text: min(texts) for texts in by_key.values() for text in texts}


def _joined_words(different: Sequence[str], persons: np.ndarray) -> list[str]:
    spelt = _spellings([one for one, person in zip(different, persons, strict=False) if not person])
    several: dict[str, list[str]] = {}
    alike: dict[str, set[str]] = {}
    for text, unit in spelt.items():
        several.setdefault(unit, []).append(text)
        alike.setdefault(_loose_key(unit), set()).add(unit)
    told = [
        f"{and_list([repr(one) for one in sorted(texts)])} were taken for one unit: {unit}."
        for unit, texts in sorted(several.items())
        if len(texts) > 1
    ]
    told += [
        f"{and_list([repr(one) for one in sorted(units)])} may be one unit, and were kept apart: "
        "give it one name if so."
        for key, units in sorted(alike.items())
        if len(units) > 1 and key
    ]
    return told


def _digits_words(different: Sequence[str], column: str) -> list[str]:
    numbers = [text for text in different if re.fullmatch(r"\d{3,6}", text)]
    if not numbers:
        return []
    return [
        f"{count(len(numbers), 'unit')} in {column!r} named by a bare number: if these are numbers "
        f"of officers, they must not go in. {_HOW}"
    ]
