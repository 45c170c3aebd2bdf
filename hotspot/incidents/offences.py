"""Offences chosen by a dated table of codes, names and groups that the user can edit."""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hotspot._errors import DataError
from hotspot.english import count, name_rows, some_of
from hotspot.reading.cells import normalise_name, to_text
from hotspot.reading.columns import known_names, match_columns
from hotspot.reading.datetimes import read_datetimes
from hotspot.reading.sources import Readable, no_rows, open_source

Choice: TypeAlias = str | Sequence[str]
Table: TypeAlias = Readable

COLUMNS = ("offence", "name", "group", "valid_from", "valid_to", "source")
_BURGLARY = "burglary"
_BURGLARY_CODE = re.compile(r"(28|29|30|31)[a-z]?")
_SPAN = re.compile(r"(\d+)([a-z]) (?:\d+)?([a-z])")
_MOST_NAMED = 8


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
        ``valid_to`` the first and last day of its use where known, ``source`` whose it is.

    Notes
    -----
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
        raise DataError(f"The table of offences cannot be read: {error}") from error
    if not {"offence", "name"} & set(columns):
        raise DataError(
            f"The table of offences needs the columns {', '.join(COLUMNS)} (offence or name at "
            f"least); it has {', '.join(opened.columns)}."
        )
    if len(chunk.not_records):
        row, _, value, reason = chunk.not_records.iloc[0]
        raise DataError(f"Row {row} of the table of offences, {value!r}, is {reason}.")
    if chunk.frame.empty:
        raise DataError(f"The table of offences: {no_rows(table, opened, 'offences')}")
    texts = {name: to_text(chunk.frame[column]).fillna("") for name, column in columns.items()}
    frame = pd.DataFrame(texts).astype(object)
    return frame.reindex(columns=list(COLUMNS), fill_value="")


@dataclass(frozen=True)
class Selection:
    """Which rows are of the offences chosen.

    Attributes
    ----------
    chosen : numpy.ndarray of bool
        True for every row where nothing was chosen.
    is_burglary : bool
        Whether the choice is all burglary, so that the rest is "not burglary".
    warnings : list of str
        Burglary codes that the table does not know, and what else to look at.
    """

    chosen: NDArray[np.bool_]
    is_burglary: bool = False
    warnings: list[str] = field(default_factory=list)


def select_offences(
    offences: pd.Series, choice: Choice | None, table: Table | None = None
) -> Selection:
    """Choose rows by their offence.

    Parameters
    ----------
    offences : pandas.Series of str
        Code or name of each row's offence.
    choice : str or sequence of str, optional
        Codes, names or groups of the table, or names that stand in the data. Case and punctuation
        do not count, and a bare class such as ``"28"`` takes all its codes.
    table : DataFrame or path, optional
        Instead of the packaged `offence_table`.

    Returns
    -------
    Selection

    Raises
    ------
    DataError
        If a choice is known neither to the table nor to the data.

    Examples
    --------
    >>> rows = pd.Series(["28E Burglary - Residential", "Shoplifting", "BURGLARY"])
    >>> select_offences(rows, "burglary").chosen.tolist()
    [True, False, True]
    """
    entries = _entries(read_offence_table(table))
    codes, unique = pd.factorize(offences.astype(object))
    different = [str(value) for value in unique]
    values = [normalise_offence(value) for value in different]
    lines = [entries.of(value) for value in values]
    burglaries = entries.groups.get(_BURGLARY, set())
    if not choice:
        burglary = [
            bool(its & burglaries) or (not its and _looks_like_burglary(value))
            for its, value in zip(lines, values, strict=True)
        ]
        unknown = [not its for its in lines]
        warnings = _other_offences(codes, different, burglary)
        warnings += _unknown_burglaries(offences, codes, different, unknown, "used")
        return Selection(np.ones(len(offences), dtype=bool), warnings=warnings)
    wanted = [choice] if isinstance(choice, str) else list(choice)
    picked, literal = _picked(wanted, entries, values, different)
    hits = [
        bool(its & picked) or value in literal for its, value in zip(lines, values, strict=True)
    ]
    unknown = [not its and not hit for its, hit in zip(lines, hits, strict=True)]
    return Selection(
        chosen=np.array([*hits, False])[codes],
        is_burglary=bool(burglaries) and burglaries <= picked,
        warnings=_unknown_burglaries(offences, codes, different, unknown, "left out"),
    )


def normalise_offence(value: object) -> str:
    """Normalise a code or name to the form in which they are compared.

    Examples
    --------
    >>> normalise_offence("28E Burglary - Residential"), normalise_offence("BREAKING & ENTERING")
    ('28e burglary residential', 'breaking and entering')
    """
    text = str(value).casefold().replace("&", " and ")
    return " ".join(re.findall(r"[^\W_]+", text))


@dataclass(frozen=True)
class _Entries:
    """The table, ready to be looked up: line numbers by code, name and group."""

    codes: dict[str, set[int]]
    names: dict[str, set[int]]
    groups: dict[str, set[int]]
    shown: list[str]

    def of(self, value: str) -> set[int]:
        """Find the lines of an offence as it stands in the data: code, name, or both."""
        exact = self.codes.get(value, set()) | self.names.get(value, set())
        if exact or " " not in value:
            return exact
        # "28E Burglary - Residential" or "Burglary Residential (28E)"; "Assault 2" has no code.
        first, *_, last = value.split()
        at_end = set() if last.isdigit() else self.codes.get(last, set())
        return self.codes.get(first) or at_end

    def chosen_by(self, choice: str) -> set[int]:
        """Find the lines of a choice: code, name, group, a class or a span such as 28A-H."""
        lines = self.of(choice) | self.groups.get(choice, set())
        span = _SPAN.fullmatch(choice)
        if span is not None:
            number, first, last = span.groups()
            letters = (chr(letter) for letter in range(ord(first), ord(last) + 1))
            return lines.union(*(self.codes.get(number + letter, set()) for letter in letters))
        if choice.isdigit():
            same_class = (its for code, its in self.codes.items() if code[:-1] == choice)
            return lines.union(*same_class)
        return lines


def _entries(table: pd.DataFrame) -> _Entries:
    codes: dict[str, set[int]] = {}
    names: dict[str, set[int]] = {}
    groups: dict[str, set[int]] = {}
    shown: list[str] = []
    columns = zip(table["offence"], table["name"], table["group"], strict=True)
    for line, (code, name, its_groups) in enumerate(columns):
        for text, known in ((code, codes), (name, names)):
            if normalise_offence(text):
                known.setdefault(normalise_offence(text), set()).add(line)
                shown.append(text)
        for group in its_groups.split(";"):
            if normalise_offence(group):
                groups.setdefault(normalise_offence(group), set()).add(line)
                shown.append(group.strip())
    return _Entries(codes, names, groups, shown)


def _picked(
    wanted: Sequence[str], entries: _Entries, values: Sequence[str], different: Sequence[str]
) -> tuple[set[int], set[str]]:
    """Resolve the choice to lines of the table and values of the data; list what is neither."""
    lines: set[int] = set()
    literal: set[str] = set()
    problems = []
    for choice in wanted:
        key = normalise_offence(choice)
        its = entries.chosen_by(key)
        lines |= its
        if key in values:
            literal.add(key)
        elif not its:
            close = difflib.get_close_matches(
                str(choice), list(dict.fromkeys([*entries.shown, *different])), 3, 0.5
            )
            hint = f" Close to it: {', '.join(map(repr, close))}." if close else ""
            problems.append(f"No offence {choice!r} in the table or in the data.{hint}")
    if problems:
        raise DataError(problems)
    return lines, literal


def _unknown_burglaries(
    offences: pd.Series,
    codes: NDArray[np.intp],
    different: Sequence[str],
    unknown: Sequence[bool],
    fate: str,
) -> list[str]:
    """Warn of what looks like burglary but is not in the table, and what became of it."""
    odd = [
        number
        for number, value in enumerate(different)
        if unknown[number] and _looks_like_burglary(normalise_offence(value))
    ]
    if not odd:
        return []
    rows = np.flatnonzero(np.isin(codes, odd))
    counts = np.bincount(codes[rows])
    named = some_of([f"{different[number]!r} ({counts[number]:,})" for number in odd], _MOST_NAMED)
    return [
        f"{count(len(rows), 'row')} {fate} whose offence may be burglary but is not in the table "
        f"of offences: {named} ({name_rows(offences.index[rows])})."
    ]


def _looks_like_burglary(value: str) -> bool:
    return "burglar" in value or _BURGLARY_CODE.fullmatch(value) is not None


def _other_offences(
    codes: NDArray[np.intp], different: Sequence[str], burglary: Sequence[bool]
) -> list[str]:
    """Warn that there is more than burglary in the file, and how to choose."""
    others = [number for number in range(len(different)) if not burglary[number]]
    if not others:
        return []
    counts = np.bincount(codes[codes >= 0], minlength=len(different))
    others.sort(key=lambda number: -counts[number])
    named = ", ".join(f"{different[number]!r}" for number in others[:3])
    total = int(counts[others].sum())
    return [
        f"{count(total, 'row')} of other offences than burglary (such as {named}), all of them "
        'used: choose with offences="burglary" (--offence burglary on the command line, '
        'offences = "burglary" in a TOML file).'
    ]


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
    entries = _entries(frame)
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
    codes, different = pd.factorize(offences.astype(object))
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
