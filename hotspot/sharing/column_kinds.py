"""Columns as any file can hold them, and back to the bit by what is told beside the file."""

import json
import re
from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from hotspot._errors import DataError, quoted
from hotspot.english import name_rows

Kind = Literal["text", "truth", "whole number", "number", "moment", "duration"]
#: How long the name of a column may be.
LONGEST_NAME = 200
# What a cell of a sheet holds, of a number, without rounding it.
_MOST_WHOLE = 10**15
_MOST_INT64 = 2**63 - 1
# What XML or a C string cannot hold, what steers the direction of a text, how xlsx writes what it
# cannot hold, and spaces that are lost at either end.
_ODD = re.compile("[^\t\n -~\u00a0-\u200a\u2010-\u2027\u202f-\u205f\u2070-\ud7ff\ue000-\ufdff"
                  "\ufe00-\ufeee\uff00-\uffef\U00010000-\U0001fffd]|_x[0-9A-Fa-f]{4}_")  # fmt: skip
_MOST_OF_A_CELL = 32_000
_DTYPES: dict[str, str] = {
    "text": r"object|str|string(\[.{1,20}\])?",
    "truth": r"object|bool(ean)?",
    "whole number": r"object|[uU]?[iI]nt(8|16|32|64)",
    "number": r"[fF]loat(32|64)|float16",
    "moment": r"datetime64\[(s|ms|us|ns)(, [A-Za-z0-9_+:/\-]{1,60})?\]",
    "duration": r"timedelta64\[(s|ms|us|ns)\]",
}


class ColumnKind(BaseModel):
    """What a column holds, so that it comes back as it went whatever file carried it.

    Attributes
    ----------
    name : str
    kind : str
    dtype : str
        As pandas calls it; of a column of categories, that of the categories.
    categories : list of str, int, float or bool, or None
        In their order, where the column is one of categories.
    ordered : bool
    gap : {"none", "nan"}
        What stands in a column of objects where nothing does.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    name: str = Field(max_length=LONGEST_NAME)
    kind: Kind
    dtype: str
    categories: list[str | bool | int | float] | None = None
    ordered: bool = False
    gap: Literal["none", "nan"] = "none"


def kind_of(column: pd.Series, name: str) -> ColumnKind:
    """Find what a column holds.

    Parameters
    ----------
    column : pandas.Series
    name : str

    Returns
    -------
    ColumnKind

    Raises
    ------
    DataError
        If it holds what no file of a share can give back: lists, records, several kinds of values.
    """
    if len(name) > LONGEST_NAME:
        raise DataError(
            f"The name of a column has {len(name):,} letters ({quoted(name[:40])}...), and can "
            f"have {LONGEST_NAME}: rename it."
        )
    if isinstance(column.dtype, pd.CategoricalDtype):
        inner = pd.Series(column.cat.categories)
        of = kind_of(inner, name)
        if of.kind in ("moment", "duration"):
            raise DataError(f"The column {name!r} holds categories that are times: make it times.")
        values = plain_values(inner, of)
        return of.model_copy(update={"categories": values, "ordered": bool(column.cat.ordered)})
    kind = _kind(column)
    dtype = str(column.dtype)
    if kind is None or not re.fullmatch(_DTYPES[kind], dtype):
        filled = column.dropna()
        first = quoted(filled.iloc[0]) if len(filled) else dtype
        raise DataError(
            f"The column {name!r} holds what a file cannot give back as it went (dtype {dtype}, "
            f"such as {first}): make it text, numbers or times, or leave it out."
        )
    if kind == "text":
        broken = [at for at, text in column.dropna().items() if not _is_whole(text)]
        if broken:
            raise DataError(
                f"The column {name!r} holds broken characters that are in no alphabet "
                f"({name_rows(broken)}): clean it, e.g. with hotspot.output.clean_text."
            )
    gaps = {type(value) for value in column[column.isna()]} if dtype == "object" else set()
    return ColumnKind(name=name, kind=kind, dtype=dtype, gap="nan" if float in gaps else "none")


def is_of(column: pd.Series, of: ColumnKind) -> bool:
    """Test whether a column holds what is told of it; one that holds nothing may hold anything."""
    return bool(column.isna().all()) or kind_of(column, of.name).kind == of.kind


def _kind(column: pd.Series) -> Kind | None:
    of = pd.api.types
    if column.dtype == object:
        kinds = {type(value) for value in column.dropna()}
        if kinds <= {str}:
            return "text"
        if kinds <= {bool}:
            return "truth"
        return "whole number" if kinds <= {int} else None
    tests: list[tuple[Any, Kind]] = [
        (of.is_bool_dtype, "truth"), (of.is_integer_dtype, "whole number"),
        (of.is_float_dtype, "number"), (of.is_datetime64_any_dtype, "moment"),
        (of.is_timedelta64_dtype, "duration"), (of.is_string_dtype, "text"),
    ]  # fmt: skip
    return next((kind for test, kind in tests if test(column.dtype)), None)


def _is_whole(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def plain_values(column: pd.Series, of: ColumnKind) -> list[Any]:
    """Return the values of a column as Python's own; times as text, durations as whole numbers.

    Parameters
    ----------
    column : pandas.Series
    of : ColumnKind

    Returns
    -------
    list
        None where nothing stands.
    """
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = pd.Series(column.astype(column.cat.categories.dtype), index=column.index)
    if of.kind == "moment":
        if getattr(column.dtype, "tz", None) is not None:
            column = column.dt.tz_convert("UTC").dt.tz_localize(None)
        texts = np.datetime_as_string(column.to_numpy())
        return [None if text == "NaT" else str(text) for text in texts]
    if of.kind == "duration":
        counts = column.to_numpy().astype("int64").tolist()
        return [None if gone else n for n, gone in zip(counts, column.isna(), strict=True)]
    read = {"text": str, "truth": bool, "whole number": int, "number": float}[of.kind]
    return [
        None if gone else read(value)
        for value, gone in zip(column.array, column.isna(), strict=True)
    ]


def layer_values(column: pd.Series, of: ColumnKind) -> pd.Series:
    """Return a column as a GeoPackage holds it."""
    values = plain_values(column, of)
    if of.kind == "truth":
        return pd.Series(values, index=column.index, dtype="boolean")
    if of.kind in ("whole number", "duration"):
        if all(value is None or -_MOST_INT64 <= value <= _MOST_INT64 for value in values):
            return pd.Series(values, index=column.index, dtype="Int64")
        values = [None if value is None else str(value) for value in values]
    if of.kind == "number":
        return pd.Series(values, index=column.index, dtype="float64")
    if of.kind == "moment":
        # A GeoPackage counts to the millisecond; what is finer stays text.
        times = np.array([value or "NaT" for value in values], dtype="datetime64[ns]")
        fine = any(value is not None and not "1700" <= value < "2260" for value in values)
        if not fine and (times.astype("datetime64[ms]") == times)[~np.isnat(times)].all():
            return pd.Series(times.astype("datetime64[ms]"), index=column.index)
    if of.kind == "text":
        values = [_escaped(value, odd=value is not None and "\0" in value) for value in values]
    return pd.Series(values, index=column.index, dtype=object)


def sheet_value(value: Any, of: ColumnKind) -> Any:
    """Return a value of `plain_values` as a cell of a sheet holds it without loss.

    A number that a sheet would round, and a time before 1901 or within a second, are text; a text
    that a cell cannot hold as it is stands as JSON writes it, in quotation marks.

    Raises
    ------
    DataError
        If a text is longer than a cell can be.
    """
    if value is None or of.kind == "truth":
        return value
    if of.kind in ("whole number", "duration"):
        return value if abs(value) <= _MOST_WHOLE else str(value)
    if of.kind == "number":
        return value if np.isfinite(value) and float(f"{value:.16G}") == value else repr(value)
    if of.kind == "moment":
        time = pd.Timestamp(value) if "1901" <= value < "2262" else None
        whole = time is not None and time == time.floor("s")
        return time.to_pydatetime() if time is not None and whole else value
    odd = value == "" or value != value.strip() or _ODD.search(value) is not None
    text = _escaped(value, odd=odd)
    if text is not None and len(text) > _MOST_OF_A_CELL:
        raise DataError(
            f"A text of {of.name!r} has {len(value):,} letters, more than a cell holds."
        )
    return text


def _escaped(text: str | None, *, odd: bool) -> str | None:
    """Return a text as it is, or as JSON writes it where that cannot be told from it."""
    return json.dumps(text) if text is not None and (odd or text[:1] == '"') else text


def column_of(values: Sequence[Any], of: ColumnKind, index: pd.Index, *, raw: bool) -> pd.Series:
    """Return a column as it went into a share.

    Parameters
    ----------
    values : sequence
        As a file holds them.
    of : ColumnKind
    index : pandas.Index
    raw : bool
        Whether texts may be written as `sheet_value` and `layer_values` write them.

    Returns
    -------
    pandas.Series

    Raises
    ------
    ValueError, TypeError
        If they are not what they are told to be.
    """
    if not re.fullmatch(_DTYPES[of.kind], of.dtype):
        raise ValueError(f"{of.kind} of dtype {quoted(of.dtype)}")
    cells = [None if _is_gone(value) else value for value in values]
    if of.categories is not None:
        plain = of.model_copy(update={"categories": None})
        known = _column(of.categories, plain, pd.RangeIndex(len(of.categories)), raw=False)
        column = _column(cells, plain, index, raw=raw)
        if not column.dropna().isin(known).all():
            raise ValueError("values outside their categories")
        dtype = pd.CategoricalDtype(pd.Index(known, name=None), ordered=of.ordered)
        return column.astype(dtype).rename(of.name)
    return _column(cells, of, index, raw=raw).rename(of.name)


def _is_gone(value: Any) -> bool:
    return value is None or value is pd.NaT or value is pd.NA or value != value


def _column(cells: Sequence[Any], of: ColumnKind, index: pd.Index, *, raw: bool) -> pd.Series:
    made: list[Any]
    if of.kind == "moment":
        return _moments(cells, of, index)
    if of.kind == "duration":
        unit = of.dtype.split("[")[1].rstrip("]")
        counts = [np.iinfo("int64").min if cell is None else int(cell) for cell in cells]
        lengths = np.array(counts, dtype="int64").astype(f"timedelta64[{unit}]")
        return pd.Series(lengths, index=index)
    if of.kind == "text":
        if not all(cell is None or isinstance(cell, str) for cell in cells):
            raise TypeError("texts that are none")
        made = [json.loads(cell) if raw and cell and cell[0] == '"' else cell for cell in cells]
        # Before pandas 3 there is no dtype of that name: text is object there.
        dtype = "object" if of.dtype == "str" and pd.__version__ < "3" else of.dtype
        return _filled(pd.Series(made, index=index, dtype=dtype), of)
    readers: dict[str, Callable[[Any], Any]] = {
        "truth": _truth, "whole number": int, "number": float,
    }  # fmt: skip
    read = readers[of.kind]
    made = [None if cell is None else read(cell) for cell in cells]
    if of.kind == "number" and of.dtype[0] == "f":
        made = [np.nan if cell is None else cell for cell in made]
    return _filled(pd.Series(made, index=index, dtype=of.dtype), of)


def _filled(column: pd.Series, of: ColumnKind) -> pd.Series:
    """Return a column of objects with what stood in its gaps."""
    if column.dtype != object or of.gap == "none":
        return column
    return column.where(column.notna(), np.nan)


def _truth(cell: Any) -> bool:
    if cell not in (0, 1):
        raise ValueError("truth that is neither")
    return bool(cell)


def _moments(cells: Sequence[Any], of: ColumnKind, index: pd.Index) -> pd.Series:
    unit, _, zone = of.dtype.split("[")[1].rstrip("]").partition(", ")
    texts = ["NaT" if cell is None else _time_text(cell) for cell in cells]
    times = pd.DatetimeIndex(np.array(texts, dtype=f"datetime64[{unit}]"))
    if zone:
        times = times.tz_localize("UTC").tz_convert(zone)
    return pd.Series(times, index=index)


def _time_text(cell: Any) -> str:
    """Return a time as it was written: a sheet, which holds a share of a day, to the second."""
    if isinstance(cell, str):
        return cell.removesuffix("Z")
    return f"{pd.Timestamp(cell).round('s'):%Y-%m-%dT%H:%M:%S}"
