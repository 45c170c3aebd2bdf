"""The stop list: burglaries and homes of which nothing is told, as if they were not recorded."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspot._errors import ConfigError, DataError
from hotspot.addresses.uprn_index import plain_numbers
from hotspot.english import name_rows
from hotspot.incidents.references import MADE, ROUNDED, as_in_file
from hotspot.reading.cells import normalise_name, reference_key
from hotspot.reading.columns import known_columns
from hotspot.reading.sources import read_plain_rows
from hotspot.reading.text_files import DELIMITERS

WITHHELD = "(withheld)"
#: What says that a list of which nothing matches is right, in a set-up and in Python.
MAY_MATCH_NOTHING = "exclude_may_match_nothing"
#: Whether a list of doors was made with a stop list, in its `attrs` and in a ledger.
WITH_STOP_LIST = "with_stop_list"
_NAMED_BY = ("crime_ref", "uprn", "parent_uprn")
# Headings of a stop list besides those that an export has for its references and UPRNs.
_MORE_HEADINGS = ("stop list", "exclude", "excluded", "reference or uprn", "crime ref or uprn")
# The longest UPRN that there is.
_UPRN_DIGITS = 12
# Longer than any reference: what is longer is a text, or digits without end.
_LONGEST = 64
# Words of letters and digits with one separator between two; after a space there is a number.
_SHAPE = re.compile(r"(?:[^\W_]+(?:[/\-_.:]| (?=[0-9])))*[^\W_]+")
# What a spreadsheet shows of a number, or a list carries beside its entries, of the same shape.
_MONTH = (
    "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    "|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DAY, _NUMBERED, _YEAR = "(?:0?[1-9]|[12][0-9]|3[01])", "(?:0?[1-9]|1[0-2])", "(?:19|20)[0-9]{2}"
_SHORT_YEAR = f"(?:{_YEAR}|[0-9]{{2}})"
# Dates, with times or without: 01/02/2026, 2.13.26, 2026-02-01 10:30, 1-Feb-26, Feb 2026.
_DATES = re.compile(
    rf"{_DAY}[/.-]{_NUMBERED}[/.-]{_SHORT_YEAR}(?:[t ].*)?"
    rf"|{_NUMBERED}[/.-]{_DAY}[/.-]{_SHORT_YEAR}(?:[t ].*)?"
    rf"|{_YEAR}[/.-]{_NUMBERED}[/.-]{_DAY}(?:[t ].*)?"
    rf"|(?:{_DAY}[/. -]?{_MONTH}[/. -]?|{_MONTH}[/. -]){_SHORT_YEAR}"
)
_OTHER_THINGS = re.compile(
    rf"[0-9]+\.[0-9]+|{ROUNDED}"
    r"|(?:page|sheet|total|count|rows?|flat)[.: -]?[0-9]{1,6}(?:/[0-9]{1,3})?|printed.*"
    # A postcode; two numbers of which the first is no year and no number of a force.
    r"|[a-z]{1,2}[0-9][a-z0-9]? [0-9][a-z]{2}|[0-9]{5,} [0-9].*"
)
# The form (see `_form`) of two of a form: each is more than a word where no space parts them.
_TWICE = re.compile(r"(?=.*a)(?=.*9)(?:(.+) \1|(.+[/\-_.:].+)[/\-_.:]\2)|(.*9.*?) ?[&#(] ?\3\)?")
# What some forces' references hold besides, which more often parts several.
_SIGNS = re.compile(r" ?[/\-_.:]?[()&#]+[/\-_.:]? ?")
# One letter with an accent among figures is a byte read in the wrong encoding.
_STRANGE = re.compile(r"(?![0-9])\d|(?<![^\W\d_])(?![a-z])[^\W\d_](?![^\W\d_])")
# A spreadsheet keeps zeros by ="..." or by an apostrophe in front, and adds .0 to a number.
_BY_SPREADSHEET = re.compile(r'="(.*)"|\'([^\']*)|([0-9]+)\.0')
_MADE_HERE = re.compile(rf"{MADE}[0-9a-f]{{12}}(?:-[0-9]+)?")
_SPACE = "[ \u00a0\u202f]"
_SPACES = re.compile(rf"{_SPACE}*([/\-_.:]){_SPACE}*|{_SPACE}+")

Exclude: TypeAlias = "Iterable[str] | StopList"


@dataclass(frozen=True)
class StopList:
    """Crime references and UPRNs that are kept out of every list, point, popup and count.

    Attributes
    ----------
    entries : tuple of str
        As they stand in the file.
    rows : tuple of int
        The row of each in the file.
    name : str
        What to call it in a message.

    Examples
    --------
    >>> stop = StopList(("DG/26/0001", "00123"), (1, 2))
    >>> stop.matches(pd.Series(["dg/26/0001", "123", None, "DG/26/00011"])).tolist()
    [True, True, False, False]
    """

    entries: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()
    name: str = "exclude"

    @classmethod
    def of(cls, exclude: Exclude) -> "StopList":
        """Return the stop list of some references and UPRNs.

        Raises
        ------
        ConfigError
            If one is no text, or holds several: taken for one it would match nothing.
        """
        if isinstance(exclude, StopList):
            return exclude
        told = [exclude] if isinstance(exclude, str) else list(exclude)
        if isinstance(exclude, str) or not all(isinstance(entry, str) for entry in told):
            raise ConfigError(
                "exclude must be a list of crime references and UPRNs, each one text."
            )
        filled = [(entry.strip(), row) for row, entry in enumerate(told, 1) if entry.strip()]
        stop = cls(tuple(entry for entry, _ in filled), tuple(row for _, row in filled))
        return stop.refuse_several()

    def __bool__(self) -> bool:
        return bool(self.entries)

    @cached_property
    def keys(self) -> frozenset[str]:
        """The entries in the form in which they are compared."""
        return frozenset(map(stop_list_key, self.entries))

    def with_names(self, more: Collection[str]) -> "StopList":
        """Return it with more references and UPRNs, which are of no row of the file."""
        new = sorted(text for text in more if stop_list_key(text) not in self.keys)
        rows = (*self.rows, *[0] * len(new))
        return StopList((*self.entries, *new), rows, self.name) if new else self

    def matches(self, texts: Any) -> npt.NDArray[np.bool_]:
        """Test which of some references or UPRNs are on the list, whatever is missing among them.

        A reference of several crimes, told apart by their dates, is on it for each of them.
        """
        keys, matched = self.keys, np.zeros(len(texts), dtype=bool)
        if keys:
            at, cells = _likely(texts, keys)
            matched[at] = [isinstance(text, str) and stop_list_key(text) in keys for text in cells]
        return matched

    def names_any(self, texts: Iterable[str]) -> bool:
        """Test whether any of some references and UPRNs is on the list."""
        return any(stop_list_key(text) in self.keys for text in texts)

    def hides(self, frame: pd.DataFrame) -> npt.NDArray[np.bool_]:
        """Test which burglaries or addresses are on the list, by reference, UPRN or building."""
        hidden = np.zeros(len(frame), dtype=bool)
        for column in self._columns(frame):
            hidden |= self.matches(frame[column])
        return hidden

    def meant(self, frame: pd.DataFrame | None) -> frozenset[str]:
        """Return the references and UPRNs of the list as a frame writes them.

        Those of each flat where its building is on the list, and the references of burglaries at
        its UPRNs. The home of a burglary that is on it by its reference alone is not on it.
        """
        if frame is None or not self.entries:
            return frozenset()
        on_it = {name: self.matches(frame[name]) for name in self._columns(frame)}
        columns = [frame.loc[rows, name] for name, rows in on_it.items()]
        if "crime_ref" in frame.columns:
            any_of = np.any(list(on_it.values()), axis=0)
            columns.append(frame.loc[any_of, "crime_ref"].dropna())
        elif "parent_uprn" in frame.columns:
            columns.append(frame.loc[on_it["parent_uprn"], "uprn"].dropna())
        return frozenset(text for texts in columns for text in texts)

    def _columns(self, frame: pd.DataFrame) -> list[str]:
        """Return the columns to look in: none where nothing is on the list."""
        return [name for name in _NAMED_BY if self.entries and name in frame.columns]

    def unmatched_rows(self, *frames: pd.DataFrame | None) -> list[int]:
        """Return the rows of the list that match nothing in some frames."""
        known = _keys_of(frames, self.keys)
        pairs = zip(self.entries, self.rows, strict=True)
        return [row for entry, row in pairs if stop_list_key(entry) not in known]

    def refuse_several(self) -> "StopList":
        """Return it; refuse entries that hold several, parted by a sign or on lines of their own.

        Raises
        ------
        ConfigError
            Taken for one it would match nothing, and all that stand in it would be shown.
        """
        pairs = zip(self.entries, self.rows, strict=True)
        signs = (*DELIMITERS, "\n", "\r")
        if several := [row for entry, row in pairs if any(sign in entry for sign in signs)]:
            raise ConfigError(
                f"The stop list {self.name} has more than one value in {name_rows(several)}: give "
                "one crime reference or UPRN a row, and no reasons."
            )
        return self

    def refuse_formless(self, *, of_references: bool = False) -> "StopList":
        """Return it; refuse entries that have the form of no reference and of no UPRN.

        Parameters
        ----------
        of_references : bool
            Whether it was said that all are references: some look like dates, or hold brackets.
            `refuse_unlike` then wants to see such in the data.

        Raises
        ------
        ConfigError
            Whatever the data are they would hide nothing, and what was meant would be shown.
        """
        pairs = zip(self.entries, self.rows, strict=True)
        may_be = may_be_odd_reference if of_references else may_be_entry
        if formless := [row for entry, row in pairs if not may_be(entry)]:
            are = "is" if len(formless) == 1 else "are"
            raise ConfigError(
                f"{name_rows(formless).capitalize()} of the stop list {self.name} {are} no crime "
                "reference and no UPRN (letters and figures, at least one figure, at most "
                f"{_LONGEST} signs, parted by / - _ . or :): give one a row and nothing else, or "
                "take it out. References that look like dates, or hold ( ) & or #, are listed "
                "under the heading crime_ref."
            )
        return self

    def refuse_unlike(
        self, *frames: pd.DataFrame | None, may_match_nothing: bool = False, whole: bool = True
    ) -> "StopList":
        """Return it; refuse a list that these data show to be wrong.

        Parameters
        ----------
        *frames : DataFrame or None
            Every burglary and address that is known, used or not.
        may_match_nothing : bool
            Whether a list of which nothing matches was said to be right.
        whole : bool
            Whether the frames hold every form that a reference may have. A ledger knows of a part
            of the burglaries: there only what is several words is refused.

        Raises
        ------
        ConfigError
            If an entry matches nothing and has the form of no reference of these data and of no
            UPRN; or nothing on the list matches. What is meant would be shown everywhere.
        """
        known = _keys_of(frames, self.keys if whole else None) if self.entries else frozenset()
        pairs = zip(self.entries, self.rows, strict=True)
        unmatched = [(entry, row) for entry, row in pairs if stop_list_key(entry) not in known]
        if not unmatched:
            return self
        forms = _forms_of(frames)
        odd = forms.odd if whole else known
        may_be = _may_be_name if whole else _may_be_one
        if unlike := [
            row
            for entry, row in unmatched
            if not may_be(entry, forms.all)
            or (not may_be_entry(entry) and not _may_be_odd(entry, odd, whole))
        ]:
            are = "is" if len(unlike) == 1 else "are"
            raise ConfigError(
                f"{name_rows(unlike).capitalize()} of the stop list {self.name} {are} no crime "
                "reference as these data write them and no UPRN, and would hide nothing: give one "
                "reference or UPRN a row, letter for letter, or take it out."
            )
        if len(unmatched) == len(self.entries) and not may_match_nothing:
            raise ConfigError(
                f"Nothing on the stop list {self.name} matches a burglary or an address of these "
                f"data: is it another list, or are its references cut? If it is right, say so: "
                f"{MAY_MATCH_NOTHING} = true (under [cocooning] in a set-up)."
            )
        return self


def stop_list_key(text: str) -> str:
    """Return a reference or UPRN in the form in which it is compared with those of a stop list.

    Examples
    --------
    >>> [stop_list_key(text) for text in ("dg/26/01", "DG/26/01 (2026-03-01)", "00123")]
    ['dg/26/01', 'dg/26/01', '123']
    """
    if text.isdecimal():
        return text.lstrip("0") or "0"
    return reference_key(as_in_file(text))


def may_be_entry(text: str) -> bool:
    """Test whether a text has the form of a reference or UPRN, whatever the data are.

    Examples
    --------
    >>> [may_be_entry(text) for text in ("DO/00123/25", "LPS 2024 00123", '="0012"', "12.0")]
    [True, True, True, True]
    >>> [may_be_entry(text) for text in ("S1 S2", "01/02/2026", "1.5E+11", "Page 1", "none", "*")]
    [False, False, False, False, False, False]
    """
    return _is_shaped(text, odd=False)


def may_be_odd_reference(text: str) -> bool:
    """Test whether a text may be a reference where it was said that it is one.

    Examples
    --------
    >>> [may_be_odd_reference(text) for text in ("01/02/2024", "23/0001(A)", "A&E 1", "#00123")]
    [True, True, True, True]
    >>> [may_be_odd_reference(text) for text in ("S1 & S2", "12/1 (13/2)", "1.5E+11", "(none)")]
    [False, False, False, False]
    """
    return _is_shaped(text, odd=True)


def _is_shaped(text: str, *, odd: bool) -> bool:
    """Test the form of an entry, with what is usual or with all that a reference can have."""
    entry = as_in_file(text.strip()).casefold()
    if len(entry) > _LONGEST:
        return False
    if shown := _BY_SPREADSHEET.fullmatch(entry):
        entry = shown[shown.lastindex or 0]
    if _MADE_HERE.fullmatch(entry):
        return True
    entry = _without_spaces(entry)
    plain = _SIGNS.sub("/", entry).strip("/") if odd else entry
    return bool(
        _SHAPE.fullmatch(plain)
        and re.search("[0-9]", entry)
        and not _STRANGE.search(entry)
        and not _OTHER_THINGS.fullmatch(entry)
        and (odd or not _DATES.fullmatch(entry))
        and not _TWICE.fullmatch(_form(entry))
    )


def _keys_of(
    frames: Sequence[pd.DataFrame | None], among: Collection[str] | None = None
) -> frozenset[str]:
    """Return the references and UPRNs of some frames as they are compared; all, or some keys."""
    columns = [
        frame[column].dropna()
        for frame in frames
        if frame is not None and (among is None or among)
        for column in _NAMED_BY
        if column in frame.columns
    ]
    if among is None:
        return frozenset(
            stop_list_key(text) for texts in columns for text in np.asarray(texts, dtype=object)
        )
    keys = {stop_list_key(text) for texts in columns for text in _likely(texts, among)[1]}
    return frozenset(keys.intersection(among))


def _likely(
    texts: Any, keys: Collection[str]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.object_]]:
    """Return positions and texts of what may be among some keys: of a million UPRNs hardly any."""
    wanted = plain_numbers(list(keys))
    number = plain_numbers(texts)
    at = np.flatnonzero((number < 0) | np.isin(number, wanted[wanted >= 0]))
    # As objects: a column of strings hands out one cell after another much more slowly.
    cells = getattr(texts, "array", texts)
    if not isinstance(cells, pd.api.extensions.ExtensionArray):
        cells = np.asarray(cells, dtype=object)
    return at, np.asarray(cells.take(at), dtype=object)


class _Forms(NamedTuple):
    """The forms of references, and of those that look like something else."""

    all: frozenset[str]
    odd: frozenset[str]


def _forms_of(frames: Sequence[pd.DataFrame | None]) -> _Forms:
    """Return the forms of the references in some frames."""
    columns = [frame["crime_ref"] for frame in frames if frame is not None and "crime_ref" in frame]
    refs = {text for texts in columns for text in texts.dropna()}
    odd = frozenset(_form(text) for text in refs if not may_be_entry(text))
    return _Forms(frozenset(map(_form, refs)), odd)


def _form(text: str) -> str:
    """Return a reference with its letters and its digits as one sign each, whatever their number.

    Examples
    --------
    >>> [_form(text) for text in ("DG / 26/0001", "12 Mill Lane", "A1 (2026-03-01)", '="0012"')]
    ['a/9/9', '9 a a', 'a9', '9']
    """
    words = _without_spaces(as_in_file(text).casefold()).strip("=\"'")
    return re.sub(r"[^\W\d_]+", "a", re.sub(r"\d+", "9", words))


def _without_spaces(text: str) -> str:
    """Return a text without spaces around separators, which do not matter when compared."""
    return _SPACES.sub(lambda found: found[1] or " ", text).strip(" ")


def _may_be_name(entry: str, forms: Collection[str]) -> bool:
    """Test whether an entry that matches nothing may be a UPRN, or a reference of some forms."""
    form = _form(entry)
    if form == "9":
        return sum(map(str.isdigit, entry)) <= _UPRN_DIGITS or form in forms
    # Of data without references no more can be said than that one is a word with a number.
    return form in forms if forms else len(form.split()) == 1 and "9" in form


def _may_be_odd(entry: str, known: Collection[str], whole: bool) -> bool:
    """Test whether an entry that looks like something else is a reference all the same.

    Of whole data `known` are the forms of such references in them: there must be one of its form.
    Else `known` are names of which no part of it may be one, as it is where several stand in it.
    """
    if whole:
        return _form(entry) in known
    return not any(stop_list_key(part) in known for part in re.split(r"[ &#]+", entry) if part)


def _may_be_one(entry: str, forms: Collection[str]) -> bool:
    """Test whether an entry is one word, where references of some forms are none of several."""
    return " " not in _form(entry) or any(" " in form for form in forms)


def redacted(text: str, withheld: Collection[str]) -> str:
    """Remove references and UPRNs from a text.

    Examples
    --------
    >>> redacted("Rows 3 and 4 share DG/26/0001.", {"DG/26/0001"})
    'Rows 3 and 4 share (withheld).'
    """
    if not withheld:
        return text
    longest_first = sorted(map(re.escape, withheld), key=lambda entry: (-len(entry), entry))
    pattern = rf"(?<!\w)(?:{'|'.join(longest_first)})(?!\w)"
    return re.sub(pattern, WITHHELD, text, flags=re.IGNORECASE)


def read_stop_list(path: Path | None, *, may_match_nothing: bool = False) -> StopList:
    """Read a stop list: a CSV file of one column, gzipped or not, with or without a header.

    Parameters
    ----------
    path : Path or None
        None gives an empty list.
    may_match_nothing : bool
        Whether a file without an entry was said to be right.

    Returns
    -------
    StopList

    Raises
    ------
    ConfigError
        If anything in the file cannot be read with certainty, it holds no entry, more than one
        column (a stop list holds no reasons), or an entry that has the form of no reference and of
        no UPRN. Under the heading ``crime_ref`` it may look like a date, or hold ``( ) & #``:
        `StopList.refuse_unlike` holds that against the data. What is not understood is never
        passed over, for it would be shown.
    """
    if path is None:
        return StopList()
    if path.exists() and not path.is_file():
        kind = "a folder" if path.is_dir() else "no file"
        raise ConfigError(f"The stop list {path} is {kind}: name a CSV file of one column.")
    try:
        lines = read_plain_rows(path)
    except DataError as error:
        raise ConfigError(f"The stop list {path} cannot be read: {error}") from None
    entries, several = [], []
    for number, cells in enumerate(lines, start=1):
        filled = [cell.strip() for cell in cells if cell.strip()]
        several += [number] * (len(filled) > 1)
        entries += [(entry, number) for entry in filled[:1]]
    if several:
        raise ConfigError(
            f"The stop list {path.name} has more than one value in {name_rows(several)}: give one "
            "crime reference or UPRN a row, and no reasons."
        )
    heading = entries[0][0] if entries and _is_heading(entries[0][0]) else ""
    entries = entries[1:] if heading else entries
    if not entries and not may_match_nothing:
        raise ConfigError(
            f"The stop list {path.name} is blank: an export that failed leaves such a file too. If "
            f"nothing is to be on it, take exclude out of the set-up, or say that this is right: "
            f"{MAY_MATCH_NOTHING} = true under [cocooning]."
        )
    stop = StopList(tuple(one for one, _ in entries), tuple(row for _, row in entries), path.name)
    # Whoever writes the field's own name says that nothing else stands below it.
    of_references = normalise_name(heading) == normalise_name("crime_ref")
    return stop.refuse_several().refuse_formless(of_references=of_references)


def _is_heading(text: str) -> bool:
    """Test for a heading by its words alone: an entry taken for one would be shown everywhere."""
    known = known_columns("incidents")
    headings = {*known["crime_ref"], *known["uprn"], *map(normalise_name, _MORE_HEADINGS)}
    return normalise_name(text) in headings
