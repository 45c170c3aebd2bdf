"""Dates whose year, month, day, hour and minute stand in columns of their own."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from hotspot.reading.cells import normalise_name, to_numbers, to_text
from hotspot.reading.columns import known_columns
from hotspot.reading.single_dates import FIRST_YEAR, LAST_YEAR, MONTH, read_moment

PARTS = ("year", "month", "day", "hour", "minute")
_MOSTLY = 0.5
_SAMPLE_ROWS = 2_000


def are_parts(frame: pd.DataFrame, names: Sequence[str]) -> bool:
    """Test whether columns are the parts of one date: more than two, or a year and a month.

    Parameters
    ----------
    frame : pandas.DataFrame
    names : sequence of str
        Columns of one date; two of them may be a date and its time of day.

    Returns
    -------
    bool

    Examples
    --------
    >>> frame = pd.DataFrame({"Y": ["2019"], "M": ["7"], "Date": ["01/07/2019"]})
    >>> are_parts(frame, ("Y", "M")), are_parts(frame, ("Date", "M"))
    (True, False)
    """
    return len(names) > 2 or (len(names) == 2 and holds_years(frame[names[0]]))


def holds_years(cells: pd.Series) -> bool:
    """Test whether most of what a column holds are years, which alone are no dates."""
    filled = cells[cells.notna() & (cells != "")]
    # Rows spread over all of it are enough: every file with dates is asked this.
    numbers = to_numbers(filled.iloc[:: 1 + len(filled) // _SAMPLE_ROWS])[0]
    numbers = numbers[np.isfinite(numbers)]
    if not len(numbers):
        return False
    years = (numbers >= FIRST_YEAR) & (numbers <= LAST_YEAR) & (numbers % 1 == 0)
    return float(np.mean(years)) > _MOSTLY


def holds_months(cells: pd.Series) -> bool:
    """Test whether a column holds months of any year, as numbers or by their names."""
    filled = to_text(cells).dropna()
    numbers = {f"{number:02d}" for number in range(1, 13)}
    months = [_month(text) in numbers for text in filled.unique()]
    return bool(months) and float(np.mean(months)) > _MOSTLY


def join_date_parts(
    frame: pd.DataFrame, columns: Mapping[str, tuple[str, ...]]
) -> tuple[pd.DataFrame, dict[str, tuple[str, ...]]]:
    """Join the parts of dates into one column for each date, and leave other dates as they are.

    Parameters
    ----------
    frame : pandas.DataFrame
        Rows of a source.
    columns : mapping
        Date to its columns, as `hotspot.reading.datetimes.read_datetimes` takes them, or to three
        and more: year, month, day, hour, minute, in the order of their headings where those are
        known, else in this order (or day, month, year).

    Returns
    -------
    frame : pandas.DataFrame
        With the joined columns added; a row without a day has a month.
    columns : dict

    Examples
    --------
    >>> frame = pd.DataFrame({"YEAR": [2019, 2020], "MONTH": [7, 12], "DAY": [4, None]})
    >>> frame, columns = join_date_parts(frame, {"occurred_from": ("YEAR", "MONTH", "DAY")})
    >>> frame[columns["occurred_from"][0]].tolist()
    ['2019-07-04', '2020-12']
    """
    joined = dict(columns)
    for field, names in columns.items():
        if not are_parts(frame, names):
            continue
        roles = _roles(frame, names)
        clock = roles.pop("time", None)
        name = ", ".join(roles.values())
        frame = frame.assign(**{name: _joined(frame, roles)})
        joined[field] = (name,) if clock is None else (name, clock)
    return frame, joined


def _roles(frame: pd.DataFrame, names: Sequence[str]) -> dict[str, str]:
    """Return which column holds which part of a date."""
    known = known_columns("dates")
    named = {
        next((part for part in PARTS if normalise_name(name) in known[part]), ""): name
        for name in names
    }
    if "" not in named and len(named) == len(names) and {"year", "month"} <= set(named):
        return {part: named[part] for part in PARTS if part in named}
    roles = dict(zip(PARTS, names, strict=False))
    if len(names) > 2 and holds_years(frame[names[2]]) and not holds_years(frame[names[0]]):
        roles["year"], roles["day"] = roles["day"], roles["year"]
    # The fourth of four may be a whole time of day, such as 22:30.
    if len(names) == 4 and normalise_name(names[3]) not in known["hour"]:
        roles["time"] = roles.pop("hour")
    return roles


def _joined(frame: pd.DataFrame, roles: Mapping[str, str]) -> pd.Series:
    """Return dates as text, each different one written once."""
    parts = frame[list(roles.values())].astype(object).set_axis(list(roles), axis=1)
    codes, different = pd.MultiIndex.from_frame(parts).factorize()
    texts = pd.DataFrame(list(different), columns=list(roles), dtype=object).apply(to_text)
    rows = texts.astype(object).where(texts.notna(), "").to_numpy()
    written = pd.Series(
        [_written(dict(zip(roles, row, strict=True))) for row in rows], dtype=object
    )
    return written.reindex(codes).set_axis(frame.index)


def _written(row: Mapping[str, str]) -> str | None:
    """Write one date: what is missing at its end is left out, what cannot be stays to be told."""
    if not any(row.values()):
        return None
    year = _digits(row["year"], 4)
    if len(row["year"]) == 2 and year.isdecimal():
        # As where a date is written with two digits: no export reaches back to before 1970.
        year = str(int(year) + (2000 if int(year) < 70 else 1900))
    parts = [year, _month(row["month"])]
    # A 0 for the day says that it is not known.
    if row.get("day", "").strip("0."):
        parts.append(_digits(row["day"], 2))
    date = "-".join(parts)
    if len(parts) == 3 and row.get("hour"):
        return f"{date} {_digits(row['hour'], 2)}:{_digits(row.get('minute') or '0', 2)}"
    return date


def _digits(text: str, width: int) -> str:
    """Write a whole number with zeros in front; 7.0 is one."""
    whole = text[:-2] if text.endswith(".0") else text
    return whole.zfill(width) if whole.isdecimal() else text


def _month(text: str) -> str:
    """Write a month by its number, whether it is told as 7, Jul or July."""
    moment = read_moment(f"{text} 2000")
    return f"{moment.first:02d}" if moment.kind == MONTH else _digits(text, 2)
