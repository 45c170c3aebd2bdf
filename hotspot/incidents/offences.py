"""Offences chosen by kind, code, title or group, and how many rows were left out of what kind."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hotspot._errors import DataError
from hotspot.english import and_list, count, name_rows, some_of
from hotspot.incidents.offence_counts import (
    IN_WORDS,
    OF_HOMES,
    UNNAMED,
    OffenceCounts,
    count_by_kind,
    kinds_in_words,
)
from hotspot.incidents.offence_lines import (
    BURGLARY,
    Offence,
    OffenceLines,
    Table,
    lines_of,
)
from hotspot.incidents.offence_titles import (
    BUSINESS,
    HOME,
    KINDS,
    RESIDENTIAL,
    UNCONNECTED,
    may_be_burglary,
    normalise_offence,
)

Choice: TypeAlias = str | Sequence[str]

#: What every command and briefing chooses where nothing is chosen, from the file to the page: the
#: burglaries of homes, where the column tells burglary at all, else every row.
BY_DEFAULT = "by default"
HOMES, ALL = "homes", "all"
_KINDS_BY_NAME = {
    HOMES: OF_HOMES,
    HOME: OF_HOMES,
    BURGLARY: {*KINDS},
    RESIDENTIAL: {RESIDENTIAL},
    UNCONNECTED: {UNCONNECTED},
    "unconnected": {UNCONNECTED},
    "unconnected buildings": {UNCONNECTED},
    BUSINESS: {BUSINESS},
    "businesses": {BUSINESS},
}
_MOST_NAMED, _MOST_LISTED = 8, 20
_AS_GOOD = 0.9
_HOW = (
    'choose with offences="{0}" (--offence {0} on the command line, offences = "{0}" in a TOML '
    "file)"
)


@dataclass(frozen=True)
class Selection:
    """Which rows are of the offences chosen.

    Attributes
    ----------
    chosen : numpy.ndarray of bool
        True for every row where nothing was chosen.
    kinds : numpy.ndarray of object
        Of what building each row is a burglary, as `KINDS` has it; blank where it is none.
    counts : OffenceCounts
    warnings : list of str
        What the table does not know or excepts, what else is in the file, and, where no row is of
        the offences chosen, what there is.
    """

    chosen: NDArray[np.bool_]
    kinds: NDArray[np.object_]
    counts: OffenceCounts
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Column:
    """The different offences of a column, each read once."""

    rows: pd.Index
    codes: NDArray[np.intp]
    different: list[str]
    offences: list[Offence]

    def counts(self, which: Sequence[bool]) -> list[tuple[str, int]]:
        """Return titles with their rows, the most frequent first."""
        rows = np.bincount(self.codes[self.codes >= 0], minlength=len(self.different))
        picked = [(title, int(rows[i])) for i, title in enumerate(self.different) if which[i]]
        return sorted(picked, key=lambda title: -title[1])

    def flags(self, which: Sequence[bool], blank: bool = False) -> NDArray[np.bool_]:
        """Spread what holds of each title over its rows; rows without an offence are `blank`."""
        return np.array([*which, blank], dtype=bool)[self.codes]

    def texts(self, values: Sequence[str]) -> NDArray[np.object_]:
        """Spread a text of each title over its rows; those of rows without an offence are blank."""
        return np.array([*values, ""], dtype=object)[self.codes]

    def told(self, which: Sequence[bool], words: str) -> list[str]:
        """Return a warning of the titles that it concerns, or none."""
        titles = self.counts(which)
        if not titles:
            return []
        rows = self.rows[self.flags(which)]
        named = some_of([f"{title!r} ({number:,})" for title, number in titles], _MOST_NAMED)
        return [f"{count(len(rows), 'row')} {words}: {named} ({name_rows(rows)})."]


def select_offences(
    offences: pd.Series, choice: Choice | None, table: Table | None = None
) -> Selection:
    """Choose rows by their offence.

    Parameters
    ----------
    offences : pandas.Series of str
        Code or title of each row's offence.
    choice : str or sequence of str, optional
        Kinds: ``"homes"`` (burglary of homes with attempts, distraction and aggravated, and the
        mixed kind, where sheds cannot be told from homes), ``"burglary"`` (all of it),
        ``"residential"`` (the mixed kind alone), ``"business"``, ``"unconnected building"``. Or
        codes, titles or groups of the table, or titles that stand in the data: case and
        punctuation do not count, and a bare class such as ``"28"`` takes all its codes. ``"all"``
        takes every row, as None does; `BY_DEFAULT` takes homes where the column tells burglary.
    table : DataFrame or path, optional
        Instead of the packaged `offence_table`.

    Returns
    -------
    Selection

    Raises
    ------
    DataError
        If a choice is known neither to the table nor to the data, with what there is.

    Examples
    --------
    >>> rows = pd.Series(["28E Burglary - Residential", "Shoplifting", "Burglary - Business"])
    >>> selection = select_offences(rows, "homes")
    >>> selection.chosen.tolist(), selection.kinds.tolist()
    ([True, False, False], ['residential', '', 'business'])
    >>> selection.counts.short()
    ['Other burglary 1.', 'Not burglary 1.']
    """
    lines = lines_of(table)
    codes, unique = pd.factorize(offences)
    different = [str(value) for value in unique]
    read = [lines.read(normalise_offence(value)) for value in different]
    column = _Column(offences.index, codes, different, read)
    wanted = [choice] if isinstance(choice, str) else list(choice or ())
    warnings = []
    if wanted == [BY_DEFAULT]:
        tells = any(offence.kind for offence in read)
        wanted = [HOMES] if tells else []
        if not tells and different:
            titles = some_of([repr(title) for title, _ in column.counts([True] * len(read))])
            warnings = [f"No offence is known as burglary ({titles}): every row is used."]
    keys = [normalise_offence(one) for one in wanted]
    if not keys or ALL in keys:
        hits, blank, by_kind = [True] * len(read), True, False
        warnings += _others_used(column) if not warnings else []
    else:
        hits, blank = _hits(wanted, lines, column), False
        by_kind = all(key in _KINDS_BY_NAME for key in keys)
    chosen = column.flags(hits, blank)
    named = column.texts([its.kind if its.names_building else UNNAMED for its in read])
    counts = OffenceCounts(
        _choice_words(keys, wanted),
        count_by_kind(named[chosen]),
        count_by_kind(named[~chosen]),
        by_kind,
    )
    warnings += _doubts(column, "used" if blank else "left out")
    if not chosen.any() and len(chosen):
        warnings += ["No row is of the offences chosen.", _there_is(column)]
    return Selection(chosen, column.texts([its.kind for its in read]), counts, warnings)


def kinds_named(choice: str) -> frozenset[str]:
    """Return the kinds that a normalised choice names: none where it is a code, title or group.

    Examples
    --------
    >>> sorted(kinds_named("homes")), kinds_named("28e")
    (['home', 'residential'], frozenset())
    """
    return frozenset(_KINDS_BY_NAME.get(choice, ()))


def tells_most(columns: Sequence[pd.Series]) -> int:
    """Return which of several columns of offences tells most of what building burglary is.

    Parameters
    ----------
    columns : sequence of Series of str
        The one to take where others tell no more, first.

    Returns
    -------
    int
        Its place.

    Examples
    --------
    >>> broad, fine = pd.Series(["Burglary"]), pd.Series(["28E Burglary - Residential - Home"])
    >>> tells_most([broad, fine])
    1
    >>> tells_most([pd.Series(["Burglary", "Burglary"]), pd.Series(["Burglary shop", "Theft"])])
    0
    """
    told = [told_kinds(column) for column in columns]
    # One that knows of less burglary does not stand for the others, however exact.
    enough = _AS_GOOD * max(burglary for _, burglary in told)
    told = [(exact if burglary >= enough else -1, burglary) for exact, burglary in told]
    return told.index(max(told))


def told_kinds(column: pd.Series) -> tuple[int, int]:
    """Count the rows of burglary whose offence tells of what building, and all of burglary.

    Parameters
    ----------
    column : Series of str

    Returns
    -------
    exact, burglary : int

    Examples
    --------
    >>> told_kinds(pd.Series(["Burglary", "Burglary of a home", "Theft"]))
    (1, 2)
    """
    lines = lines_of(None)
    rows = column.value_counts()
    kinds = [lines.read(normalise_offence(value)).kind for value in rows.index]
    exact = sum(rows[[kind not in ("", RESIDENTIAL) for kind in kinds]])
    return int(exact), int(sum(rows[[bool(kind) for kind in kinds]]))


def _choice_words(keys: Sequence[str], wanted: Sequence[str]) -> str:
    """Return a choice in words."""
    if not keys or ALL in keys:
        return "every row"
    if not all(key in _KINDS_BY_NAME for key in keys):
        return ", ".join(str(one) for one in wanted)
    kinds: set[str] = set().union(*(_KINDS_BY_NAME[key] for key in keys))
    if kinds == {*KINDS}:
        return "all burglary"
    if kinds == OF_HOMES:
        return "burglary of homes"
    return f"burglary {and_list([IN_WORDS[kind] for kind in KINDS if kind in kinds])}"


def _hits(wanted: Sequence[str], lines: OffenceLines, column: _Column) -> list[bool]:
    """Resolve a choice to the titles of the data; list what is known nowhere."""
    values = [normalise_offence(value) for value in column.different]
    hits = [False] * len(values)
    problems = []
    for one in wanted:
        key = normalise_offence(one)
        kinds, its = _KINDS_BY_NAME.get(key, set()), lines.chosen_by(key)
        found = [
            key == value or key in read.groups or read.kind in kinds or bool(read.lines & its)
            for value, read in zip(values, column.offences, strict=True)
        ]
        hits = [before or now for before, now in zip(hits, found, strict=True)]
        # A title of burglary may have no row this week; any other that is nowhere is a mistake.
        titled = BURGLARY in key and lines.read(key).kind
        if not (any(found) or kinds or its or key in lines.groups or titled):
            known = [*_KINDS_BY_NAME, *lines.shown, *column.different]
            close = difflib.get_close_matches(str(one), list(dict.fromkeys(known)), 3, 0.5)
            hint = f" Close to it: {', '.join(map(repr, close))}." if close else ""
            there = _there_is(column)
            problems.append(f"No offence {one!r} in the table or in the data.{hint} {there}")
    if problems:
        raise DataError(problems)
    return hits


def _there_is(column: _Column) -> str:
    """Return what a user may choose from: the titles of the data with their rows."""
    titles = column.counts([True] * len(column.different))
    if not titles:
        return "The column of offences is blank."
    named = some_of([f"{title!r} ({number:,})" for title, number in titles], _MOST_LISTED)
    return f"In the data are {named}."


def _doubts(column: _Column, fate: str) -> list[str]:
    """Warn of what the table does not know, and of what it excepts."""
    values = [normalise_offence(title) for title in column.different]
    pairs = list(zip(values, column.offences, strict=True))
    unsure = [may_be_burglary(value) and not (its.kind or its.lines) for value, its in pairs]
    return [
        *column.told(
            [its.is_unknown for its in column.offences],
            "counted as burglary by the class of their code, which is not in the table of offences",
        ),
        *column.told(
            unsure, f"{fate} whose offence may be burglary but is not in the table of offences"
        ),
        *column.told(
            [its.is_excepted for its in column.offences],
            "with burglary in their title that the table of offences excepts",
        ),
    ]


def _others_used(column: _Column) -> list[str]:
    """Warn where every row is used that not all are burglaries of homes, and how to choose."""
    warnings = []
    other = [not offence.kind for offence in column.offences]
    if any(other):
        named = some_of([repr(title) for title, _ in column.counts(other)], 3)
        number = sum(rows for _, rows in column.counts(other))
        warnings.append(
            f"{count(number, 'row')} of other offences than burglary (such as {named}), all of "
            f"them used: {_HOW.format(BURGLARY)}."
        )
    kinds = count_by_kind(column.texts([its.kind for its in column.offences]))
    elsewhere = {kind: kinds[kind] for kind in (UNCONNECTED, BUSINESS) if kind in kinds}
    if elsewhere:
        warnings.append(
            f"Not all burglary is of homes: {kinds_in_words(elsewhere)}, all of them used. For "
            f"homes alone {_HOW.format(HOMES)}."
        )
    return warnings
