"""Cells of any kind as text or numbers, and the words for a missing one."""

import datetime as dt
import math
import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hotspot.reading.text_bytes import TextBytes

MISSING_WORDS = frozenset(
    {
        "", "-", "--", "---", ".", "?", "n/a", "#n/a", "na", "n.a.", "n/k", "nk", "not known",
        "not stated", "not available", "not applicable", "unknown", "unk", "none", "null", "(null)",
        "<null>", "nil", "nan", "nat", "tbc", "tba", "#null!", "#value!", "#ref!", "#name?",
        "#div/0!",
    }
)  # fmt: skip
# Bytes that begin such a word, large or small, and how many it has at most; a letter that is small
# in ASCII only has three.
_BEGINS_WORD = np.zeros(256, dtype=bool)
_BEGINS_WORD[[ord(sign) for word in MISSING_WORDS for sign in word[:1] + word[:1].upper()]] = True
_LONGEST_WORD = 3 * max(map(len, MISSING_WORDS))
_SPACE, _DELETE = 0x20, 0x7F
# Where more cells are odd, all of them are looked at.
_FEW = 0.25
# Digits and points; so many of them are one whole number over a power of ten that is held exactly,
# which everybody divides alike.
_IN_NUMBER = np.zeros(256, dtype=bool)
_IN_NUMBER[list(b"0123456789.")] = True
_EXACT_DIGITS = 15
_CONTROL = "[\x00-\x1f\x7f]+"
_THOUSANDS = r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?"
_DECIMAL_COMMA = r"[+-]?\d+,\d+"


def normalise_name(name: object) -> str:
    """Normalise a column's name to the form in which names are compared: letters and digits only.

    Examples
    --------
    >>> normalise_name("Crime_Ref."), normalise_name("crimeRef"), normalise_name("addr:street")
    ('crimeref', 'crimeref', 'addrstreet')
    """
    return "".join(re.findall(r"[^\W_]+", str(name).casefold()))


def is_text(series: pd.Series) -> bool:
    """Test whether every value is text or missing, so that string methods apply to the column."""
    if isinstance(series.dtype, pd.StringDtype):
        return True
    return series.dtype == object and pd.api.types.infer_dtype(series, skipna=True) == "string"


def by_unique(
    cells: pd.Series | NDArray[np.object_], read: Callable[[Any], tuple[int, ...]]
) -> NDArray[np.int64]:
    """Read each different cell once, since a column repeats its values; a row for each cell.

    Examples
    --------
    >>> by_unique(pd.Series(["a", "bc", "a"]), lambda cell: (len(cell or ""),)).tolist()
    [[1], [2], [1]]
    """
    table, codes = unique_table(cells, read)
    return table[codes]


def unique_table(
    cells: pd.Series | NDArray[np.object_], read: Callable[[Any], tuple[int, ...]]
) -> tuple[NDArray[np.int64], NDArray[np.intp]]:
    """Read each different cell once, as `by_unique` does, and return which is that of each cell.

    Examples
    --------
    >>> table, codes = unique_table(pd.Series(["a", "bc", "a"]), lambda cell: (len(cell or ""),))
    >>> table.tolist(), codes.tolist()
    ([[1], [2], [0]], [0, 1, 0])
    """
    codes, different = pd.factorize(cells)
    read_once = [read(cell) for cell in different]
    # A missing cell has the code -1.
    read_once.append(read(None))
    return np.array(read_once, dtype=np.int64), codes


def _cell_text(value: Any) -> str | None:
    """Write one cell as a person would read it: whole numbers without ``.0``."""
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, bool | np.bool_):
        return str(value)
    if isinstance(value, int | np.integer):
        return str(int(value))
    if isinstance(value, float | np.floating):
        number = float(value)
        if math.isnan(number):
            return None
        # Above 1e15 a float no longer holds every whole number: its last digits are made up.
        whole = math.isfinite(number) and number.is_integer() and abs(number) < 1e15
        return str(int(number)) if whole else repr(number)
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value)


def _stripped(text: pd.Series) -> pd.Series:
    """Remove control characters and surrounding space; what is then empty is missing.

    Most cells have neither, as their bytes tell: only the others are looked at one by one.
    """
    held = TextBytes.of(text)
    if held is None:
        return _stripped_each(text)
    first, last = held.ends()
    # What space is beyond ASCII is left to the methods of text.
    odd = held.rows_with((held.data < _SPACE) | (held.data >= _DELETE))
    odd |= (first == _SPACE) | (last == _SPACE)
    at = np.flatnonzero(odd)
    if len(at) > _FEW * len(text):
        return _stripped_each(text)
    blank = (held.lengths == 0) & text.notna().to_numpy()
    stripped = text.mask(blank, None) if blank.any() else text
    if len(at):
        stripped = stripped.copy()
        stripped.iloc[at] = _stripped_each(text.iloc[at]).array
    return stripped


def _stripped_each(text: pd.Series) -> pd.Series:
    dirty = text.str.contains(_CONTROL, regex=True, na=False)
    if dirty.any():
        text = text.where(~dirty, text.str.replace(_CONTROL, " ", regex=True))
    text = text.str.strip()
    return text.where(text != "", None)


def to_text(series: pd.Series) -> pd.Series:
    """Convert a column of any kind to text, with nothing where nothing stands.

    References stay what they were: leading zeros are kept, and a whole number that a spreadsheet
    or a frame holds as a float gets no ``.0``.

    Parameters
    ----------
    series : pandas.Series
        A column as it stands in a source.

    Returns
    -------
    pandas.Series
        Text without control characters and surrounding space; None or NaN where missing.

    Examples
    --------
    >>> to_text(pd.Series([10012345.0, "0012 ", None], dtype=object)).tolist()[:2]
    ['10012345', '0012']
    """
    if not is_text(series):
        values = [_cell_text(value) for value in series.astype(object)]
        series = pd.Series(values, index=series.index, name=series.name)
        if not is_text(series):
            return series.astype(object)
    return _stripped(series)


def without_missing_words(text: pd.Series) -> pd.Series:
    """Clean a text column of the words that say that nothing is known.

    Examples
    --------
    >>> without_missing_words(pd.Series(["12", "N/K", "unknown"])).notna().tolist()
    [True, False, False]
    """
    if not is_text(text):
        return text
    held = TextBytes.of(text)
    if held is None:
        return text.where(~text.str.lower().isin(MISSING_WORDS), None)
    blank = (held.lengths == 0) & text.notna().to_numpy()
    at = np.flatnonzero(blank | (_BEGINS_WORD[held.ends()[0]] & (held.lengths <= _LONGEST_WORD)))
    missing = np.zeros(len(text), dtype=bool)
    missing[at] = text.iloc[at].str.lower().isin(MISSING_WORDS).to_numpy(dtype=bool)
    return text.mask(missing, None) if missing.any() else text


def reference_key(text: str) -> str:
    """Normalise a reference or UPRN to the form in which they are compared.

    A spreadsheet takes the zeros in front of a number away, or keeps them by ``="..."``.

    Examples
    --------
    >>> [reference_key(text) for text in ("00012", '="12"', "12.0", " dg/26/01")]
    ['12', '12', '12', 'dg/26/01']
    """
    key = "".join(text.split()).casefold().strip("=\"'")
    key = key[:-2] if key.endswith(".0") else key
    return (key.lstrip("0") or "0") if key.isdecimal() else key


def reference_keys(values: Any) -> NDArray[np.object_]:
    """Normalise a column of references or UPRNs as `reference_key` does; None where missing."""
    cells = np.asarray(values, dtype=object)
    keys = np.empty(len(cells), dtype=object)
    keys[:] = [
        (cell.lstrip("0") or "0")
        if type(cell) is str and cell.isdecimal()
        else _reference_key(cell)
        for cell in cells
    ]
    return keys


def _reference_key(value: Any) -> str | None:
    text = _cell_text(value)
    return (reference_key(text) or None) if text else None


def join_texts(texts: Sequence[pd.Series], separator: str = ", ") -> pd.Series:
    """Join the cells of each row that hold anything.

    Parameters
    ----------
    texts : sequence of pandas.Series
        Columns of text, best first, on one index.
    separator : str
        What stands between two of them.

    Returns
    -------
    pandas.Series
        None where no cell holds anything.

    Examples
    --------
    >>> join_texts([pd.Series(["Flat 2", None]), pd.Series(["12 Mill Lane", None])]).tolist()
    ['Flat 2, 12 Mill Lane', None]
    """
    cells = zip(*(text.astype(object).fillna("").tolist() for text in texts), strict=True)
    joined = [separator.join(filter(None, row)) or None for row in cells]
    return pd.Series(joined, index=texts[0].index, name=texts[0].name, dtype=object)


def to_numbers(
    series: pd.Series, degrees: bool = False
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Convert a column of any kind to numbers.

    Parameters
    ----------
    series : pandas.Series
        A column as it stands in a source.
    degrees : bool, default False
        Whether these are degrees: then ``"-1,234"`` has a decimal comma. Otherwise a column whose
        commas all part thousands is read so.

    Returns
    -------
    numbers : numpy.ndarray of float
        NaN where missing or unreadable; may hold infinities.
    unreadable : numpy.ndarray of bool
        Where something stands that is no number and does not say that it is missing.

    Examples
    --------
    >>> numbers, unreadable = to_numbers(pd.Series(["412,345", "NA", "here"]))
    >>> numbers.tolist(), unreadable.tolist()
    ([412345.0, nan, nan], [False, False, True])
    """
    if pd.api.types.is_numeric_dtype(series.dtype) and not pd.api.types.is_bool_dtype(series.dtype):
        return series.to_numpy(dtype=np.float64, na_value=np.nan), np.zeros(len(series), dtype=bool)
    numbers, others = _plain_numbers(series)
    text = without_missing_words(to_text(series[others]))
    read = _numeric(text)
    if np.isfinite(read).any() and not others.all():
        # How one number is held turns on what the others are.
        others[:] = True
        text = without_missing_words(to_text(series))
        read = _numeric(text)
    unreadable = np.isnan(read) & text.notna().to_numpy(dtype=bool)
    if unreadable.any() and is_text(text):
        read = read.copy()
        read[unreadable] = _with_commas(text[unreadable], degrees)
        unreadable &= np.isnan(read)
    numbers[others] = read
    others[others] = unreadable
    return numbers, others


def _plain_numbers(series: pd.Series) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Read the cells of a few digits and a point, NaN elsewhere; and find what else stands."""
    numbers = np.full(len(series), np.nan)
    others = np.ones(len(series), dtype=bool)
    held = TextBytes.of(series)
    if held is None:
        return numbers, others
    odd = held.rows_with(~_IN_NUMBER[held.data]) | (held.lengths > _EXACT_DIGITS)
    filled = (held.lengths > 0) & ~odd & series.notna().to_numpy(dtype=bool)
    try:
        read = pc.cast(pa.array(series).filter(pa.array(filled)), pa.float64())
    except pa.ArrowInvalid:
        # Two points, or nothing else.
        return numbers, others
    numbers[filled] = read.to_numpy()
    return numbers, odd


def _numeric(text: pd.Series) -> NDArray[np.float64]:
    numbers = pd.to_numeric(text, errors="coerce")
    return numbers.to_numpy(dtype=np.float64, na_value=np.nan)


def _with_commas(text: pd.Series, degrees: bool) -> NDArray[np.float64]:
    """Read numbers with commas; the column decides whether they part thousands or decimals."""
    # "412,345" is both; a single one that can only be a decimal decides for the column.
    decimal = text.str.fullmatch(_DECIMAL_COMMA, na=False)
    thousands = text.str.fullmatch(_THOUSANDS, na=False)
    with_comma = decimal | thousands
    if degrees or not thousands[with_comma].all():
        plain = text.where(decimal, None).str.replace(",", ".", regex=False)
    else:
        plain = text.where(thousands, None).str.replace(",", "", regex=False)
    return pd.to_numeric(plain, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
