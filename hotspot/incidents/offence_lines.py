"""The dated table of offences, which the user can edit, and what a code or title stands for."""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TypeAlias

import pandas as pd

from hotspot._errors import DataError
from hotspot.english import count, name_rows
from hotspot.incidents.offence_titles import (
    KINDS,
    RESIDENTIAL,
    groups_of_title,
    has_burglary,
    home_office_code,
    kind_of_class,
    kind_of_title,
    normalise_offence,
)
from hotspot.reading.cells import normalise_name, to_text
from hotspot.reading.columns import known_names, match_columns
from hotspot.reading.datetimes import read_datetimes
from hotspot.reading.sources import Readable, no_rows, open_source

Table: TypeAlias = Readable

COLUMNS = ("offence", "name", "group", "valid_from", "valid_to", "source")
#: Groups with a meaning of their own; the others are names to choose by.
BURGLARY, NOT_BURGLARY = "burglary", "not burglary"
_SPAN = re.compile(r"(\d+)([a-z]) (?:\d+)?([a-z])")
_ATTEMPT = re.compile(r"\batt(?:empt(?:s|ed)?)?\b")


@cache
def _packaged_table() -> pd.DataFrame:
    path = files("hotspot").joinpath("_assets", "offences.csv")
    with path.open(encoding="utf-8") as file:
        return pd.read_csv(file, dtype=str, keep_default_na=False)


def offence_table() -> pd.DataFrame:
    """Return the packaged table of burglary offences, to look at or to edit.

    Returns
    -------
    pandas.DataFrame
        All text. ``offence`` is the code (blank where only a name is in use), ``name`` what it is
        called, ``group`` the groups it belongs to, parted by semicolons, ``valid_from`` and
        ``valid_to`` the first and last day of its use where known, ``source`` whose it is. One of
        the groups may tell of what building it is a burglary: "home", "residential", "unconnected
        building" or "business".

    Notes
    -----
    A title that is in no line is judged by its words: it is burglary where burglary (or breaking
    and entering, or a Home Office class 28 to 31) stands in it, and of the building that it names.
    A line of the group "not burglary" excepts every title that holds its name: going equipped,
    conspiracy, tools, "no crime"; in it "equip*" is every word that begins so. Any other line
    without the group "burglary" excepts that title alone.

    The kind "residential" is mixed, homes and sheds together: so were burglaries recorded from
    April 2017 to March 2023, and so a title counts that names no building, such as "BURGLARY". A
    burglary of a dwelling (to March 2017) is of a home; one "other than a dwelling", where sheds
    and businesses are mixed, counts with the businesses.

    The Home Office classes 28A to 28D, 29, 30A, 30B and 31 were replaced in April 2017; in April
    2023 residential burglary was parted into that of a home and that of an unconnected building.

    References
    ----------
    Home Office, Crime Recording Rules for Frontline Officers and Staff: Burglary.

    Examples
    --------
    >>> table = offence_table()
    >>> table.loc[table["offence"] == "28E", "name"].item()
    'Burglary - residential'
    """
    return _packaged_table().copy()


def read_offence_table(table: Table | None) -> pd.DataFrame:
    """Read the table of the user, or the packaged one.

    Parameters
    ----------
    table : path, str or DataFrame, optional
        Any source that `open_source` takes, such as a CSV file or a workbook, with the columns of
        `offence_table`; only ``offence`` or ``name``, and ``group``, are needed.

    Returns
    -------
    pandas.DataFrame
        All text, with every column.

    Raises
    ------
    DataError
        If it cannot be read, lacks a column, or holds a row that is none.
    """
    if table is None:
        return _packaged_table()
    try:
        known = {name: (normalise_name(name),) for name in COLUMNS}
        opened = open_source(table, known=known_names(known, None))
        columns = match_columns(opened.columns, known)
        chunk = opened.read(list(columns.values()))
    except DataError as error:
        raise DataError(f"The table of offences cannot be read: {error}") from None
    if not {"offence", "name"} & set(columns):
        raise DataError(
            f"The table of offences needs the columns {', '.join(COLUMNS)} (offence or name at "
            f"least); it has {', '.join(opened.columns)}."
        )
    if len(chunk.not_records):
        row, _, value, reason = chunk.not_records.iloc[0]
        raise DataError(
            f"Row {row} of the table of offences, {value!r}, cannot be used ({reason})."
        )
    if chunk.frame.empty:
        raise DataError(f"The table of offences: {no_rows(table, opened, 'offences')}")
    texts = {name: to_text(chunk.frame[column]).fillna("") for name, column in columns.items()}
    frame = pd.DataFrame(texts).astype(object)
    return frame.reindex(columns=list(COLUMNS), fill_value="")


@dataclass(frozen=True)
class Offence:
    """What a code or title stands for.

    Attributes
    ----------
    lines : set of int
        Of the table.
    kind : str
        Of what building it is a burglary, as `KINDS` has it; blank where it is none.
    groups : set of str
        Normalised.
    is_excepted : bool
        Whether it has burglary in it, and the table excepts it.
    is_unknown : bool
        Whether only its Home Office class tells that it is burglary.
    names_building : bool
        False for a burglary that may be of any building.
    """

    lines: set[int]
    kind: str
    groups: set[str]
    is_excepted: bool = False
    is_unknown: bool = False
    names_building: bool = True


class OffenceLines:
    """The table, ready to be looked up."""

    def __init__(self, table: pd.DataFrame) -> None:
        self.codes: dict[str, set[int]] = {}
        self.names: dict[str, set[int]] = {}
        self.groups: dict[str, set[int]] = {}
        self.shown: list[str] = []
        # An edited table may be older than the exceptions, and means them all the same.
        phrases = _packaged_exceptions() | _exceptions(table)
        self.exceptions = re.compile(rf"\b(?:{'|'.join(phrases)})\b")
        columns = zip(table["offence"], table["name"], table["group"], strict=True)
        for line, (code, name, its_groups) in enumerate(columns):
            known = [(code, self.codes), (name, self.names)]
            known += [(group, self.groups) for group in its_groups.split(";")]
            for text, lines in known:
                if normalise_offence(text):
                    lines.setdefault(normalise_offence(text), set()).add(line)
                    self.shown.append(text.strip())
        self.burglaries = self.groups.get(BURGLARY, set())
        kinds = ((line, kind) for kind in KINDS for line in self.groups.get(kind, ()))
        self.kinds: dict[int, str] = dict(kinds)

    def of(self, value: str) -> set[int]:
        """Find the lines of an offence as it stands in the data: code, title, or both."""
        return self._whole(value) or self._by_code(value)

    def read(self, value: str) -> Offence:
        """Return what a normalised code or title stands for."""
        lines = self.of(value)
        # An attempt is judged as what was attempted, but is not chosen with it.
        whole = self._whole(value) or self._whole(" ".join(_ATTEMPT.sub("", value).split()))
        by_class = kind_of_class(value)
        tells = has_burglary(value) or bool(by_class)
        groups = {group for group, its in self.groups.items() if its & (whole or lines)}
        if whole:
            is_burglary = bool(whole & self.burglaries)
        else:
            is_burglary = tells or bool(lines & self.burglaries)
            is_burglary &= self.exceptions.search(value) is None
        if not is_burglary:
            return Offence(lines, "", groups, is_excepted=tells)
        kind = self._kind(value, lines, whole) or by_class
        return Offence(
            lines,
            kind or RESIDENTIAL,
            groups | groups_of_title(value, kind),
            is_unknown=not lines and not has_burglary(value),
            names_building=bool(kind),
        )

    def chosen_by(self, choice: str) -> set[int]:
        """Find the lines of a choice: a code, a title, a class or a span such as 28A-H."""
        span = _SPAN.fullmatch(choice)
        if span is not None:
            number, first, last = span.groups()
            letters = (chr(letter) for letter in range(ord(first), ord(last) + 1))
            same_class = [self.codes.get(number + letter, set()) for letter in letters]
        elif choice.isdigit():
            same_class = [its for code, its in self.codes.items() if code[:-1] == choice]
        else:
            same_class = []
        return self.of(choice).union(*same_class)

    def _whole(self, value: str) -> set[int]:
        """Find the lines that a value is the code or the title of."""
        return self.codes.get(value, set()) | self.names.get(value, set())

    def _by_code(self, value: str) -> set[int]:
        """Find the lines of the code that stands before, after or within a title."""
        if " " not in value:
            return set()
        first, *_, last = value.split()
        for code in (home_office_code(value), first, last):
            # A number alone is a code of many lists ("220 Attempted robbery", "Assault 2"), and
            # what looks like a class of the Home Office may be a section of a law.
            of_others = code.isdigit() or (kind_of_class(code) and not home_office_code(value))
            if code in self.codes and (has_burglary(value) or not of_others):
                return self.codes[code]
        return set()

    def _kind(self, value: str, lines: set[int], whole: set[int]) -> str:
        """Return the kind by the title's own line, else by its words, else by its code."""
        own, by_code = (
            next((self.kinds[line] for line in sorted(its) if line in self.kinds), "")
            for its in (whole, lines)
        )
        return own or kind_of_title(value) or by_code


def lines_of(table: Table | None) -> OffenceLines:
    """Return the table of the user, or the packaged one, ready to be looked up.

    Parameters
    ----------
    table : path, str or DataFrame, optional
        As for `read_offence_table`, and what it raises.

    Returns
    -------
    OffenceLines
        Not to be changed: that of the packaged table is made once.
    """
    return _packaged_lines() if table is None else OffenceLines(read_offence_table(table))


@cache
def _packaged_lines() -> OffenceLines:
    return OffenceLines(_packaged_table())


@cache
def _packaged_exceptions() -> frozenset[str]:
    return frozenset(_exceptions(_packaged_table()))


def _exceptions(table: pd.DataFrame) -> set[str]:
    """Return patterns of the words that except any title which holds them."""
    return {
        " ".join(map(_beginning, name.split()))
        if "*" in name
        else re.escape(normalise_offence(name))
        for name, groups in zip(table["name"], table["group"], strict=True)
        if normalise_offence(name) and NOT_BURGLARY in map(normalise_offence, groups.split(";"))
    }


def _beginning(word: str) -> str:
    """Return the pattern of a word, that of all which begin so where it ends in a star."""
    return re.escape(normalise_offence(word)) + r"\w*" * word.endswith("*")


def closed_offences(
    offences: pd.Series, happened: pd.Series, table: Table | None = None
) -> list[str]:
    """Warn of codes that stand in rows from after they went out of use.

    Parameters
    ----------
    offences : pandas.Series of str
        Code or name of each row's offence.
    happened : pandas.Series of datetime64
        When.
    table : DataFrame or path, optional
        Instead of the packaged `offence_table`.

    Returns
    -------
    list of str

    Examples
    --------
    >>> closed_offences(pd.Series(["28A"]), pd.Series(pd.to_datetime(["2024-05-01"])))
    ["'28A' went out of use on 2017-03-31, but 1 row happened later (row 0)."]
    """
    frame = read_offence_table(table)
    entries = lines_of(None) if table is None else OffenceLines(frame)
    # Excel writes the dates of an edited table anew, in the order of its locale.
    reading = read_datetimes(frame, {"valid_to": ("valid_to",)})
    times = reading.times["valid_to"]
    last_days = pd.Series(times.moments)
    warnings = [f"The table of offences: {text}" for text in reading.warnings]
    if times.unreadable.any():
        rows = frame.index[times.unreadable]
        warnings.append(
            f"The table of offences: {count(len(rows), 'date')} in 'valid_to' cannot be read "
            f"({name_rows(rows)})."
        )
    codes, different = pd.factorize(offences)
    for number, value in enumerate(different):
        lines = entries.of(normalise_offence(value))
        last_day = last_days.iloc[sorted(lines)].max(skipna=False) if lines else pd.NaT
        if pd.isna(last_day):
            continue
        late = (codes == number) & (happened >= last_day + pd.Timedelta(days=1)).to_numpy()
        if late.any():
            rows = offences.index[late]
            warnings.append(
                f"{value!r} went out of use on {last_day:%Y-%m-%d}, but {count(len(rows), 'row')} "
                f"happened later ({name_rows(rows)})."
            )
    return warnings
