"""What each incident counts: its harm, or the share of its window in each hour of the week."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspot._checks import check_incidents_frame, frame_problems, raise_problems
from hotspot._errors import ConfigError, DataError
from hotspot._kernels.arrays import Ints
from hotspot.english import DAYS, count, name_rows

Seconds = Ints

_HOUR_S, _DAY_S, _WEEK_S = 3_600, 86_400, 604_800
# 1970-01-01 was a Thursday: seconds from the Monday before.
_EPOCH_S = 3 * _DAY_S


def harm_weights(
    incidents: gpd.GeoDataFrame,
    table: Mapping[str, float] | pd.Series | pd.DataFrame,
    column: str = "offence_code",
) -> pd.Series:
    """Return how much harm each incident stands for.

    Parameters
    ----------
    incidents : GeoDataFrame, n rows
        As `read_incidents` returns them.
    table : mapping, Series or DataFrame
        Harm by code, such as days of the Cambridge Crime Harm Index; a DataFrame has the codes in
        its first column and the harm in its second. Upper and lower case are alike.
    column : str
        Column of the incidents that holds the codes.

    Returns
    -------
    Series of float, on the index of `incidents`
        For ``weights=`` of `kernel_density`.

    Raises
    ------
    DataError
        If an incident has no code, its code is not in the table, or a harm is no number of 0 or
        more, or the incidents have no such column; every fault is listed.

    References
    ----------
    Sherman, L., Neyroud, P. W. and Neyroud, E. (2016). The Cambridge Crime Harm Index: measuring
    total harm from crime based on sentencing guidelines. Policing 10(3), 171-183.

    Examples
    --------
    >>> day = pd.to_datetime(["2025-06-01"] * 2)
    >>> frame = pd.DataFrame({"crime_ref": ["A", "B"], "occurred_from": day, "occurred_to": day,
    ...                       "offence_code": ["28A", "28e"]})
    >>> points = gpd.points_from_xy([0, 0], [0, 0])
    >>> incidents = gpd.GeoDataFrame(frame, geometry=points, crs=27700)
    >>> harm_weights(incidents, {"28A": 20, "28E": 10}).tolist()
    [20.0, 10.0]
    """
    check_incidents_frame(incidents)
    raise_problems(frame_problems(incidents, "incidents", (column,)))
    harm = _harm_by_code(table)
    codes = incidents[column].astype("string").str.strip().str.casefold()
    values = codes.map(harm).astype("float64")
    problems = []
    missing = incidents.index[codes.isna().to_numpy()]
    if len(missing):
        problems.append(f"{count(len(missing), 'incident')} without a code ({name_rows(missing)}).")
    unknown = values.isna().to_numpy() & ~codes.isna().to_numpy()
    if unknown.any():
        listed = ", ".join(sorted(incidents[column][unknown].astype(str).str.strip().unique())[:8])
        problems.append(
            f"{count(int(unknown.sum()), 'incident')} with a code that the table does not have: "
            f"{listed}."
        )
    raise_problems(problems)
    return pd.Series(values.to_numpy(), index=incidents.index, name="harm")


def _harm_by_code(table: Mapping[str, float] | pd.Series | pd.DataFrame) -> dict[str, float]:
    if isinstance(table, pd.DataFrame):
        if table.shape[1] < 2:
            raise DataError("The table of harm needs two columns: code and harm.")
        pairs = list(zip(table.iloc[:, 0], table.iloc[:, 1], strict=True))
    else:
        pairs = list(table.items())
    harm: dict[str, float] = {}
    problems = []
    # A code that stands twice with one harm is no fault: tables list an offence under several
    # acts.
    for code, value in pairs:
        key = str(code).strip().casefold()
        number = pd.to_numeric(value, errors="coerce")
        if not (np.isfinite(number) and number >= 0):
            problems.append(f"The harm of {code!r} must be a number of 0 or more, not {value!r}.")
        elif harm.setdefault(key, float(number)) != float(number):
            problems.append(f"The code {code!r} is in the table twice, with different harm.")
    raise_problems(problems)
    return harm


def aoristic_weights(
    incidents: gpd.GeoDataFrame,
    weekdays: Sequence[str] | None = None,
    hours: tuple[float, float] = (0, 24),
) -> pd.Series:
    """Compute the share of each incident's window that lies in certain hours of the week.

    Parameters
    ----------
    incidents : GeoDataFrame, n rows
        As `read_incidents` returns them, with days and times.
    weekdays : sequence of str, optional
        Days on which the hours begin: "Friday", "Fri". Default: every day.
    hours : (float, float)
        From and up to, on a clock of 24 hours: (22, 6) runs over midnight into the next day, of
        which 22:00 belongs to it and 06:00 no longer. 22.5 is half past ten.

    Returns
    -------
    Series of float, on the index of `incidents`
        From 0 to 1, exact to the second; for ``weights=`` of `kernel_density`, a surface per
        shift. Shifts that share out the week add up to 1 for every incident.

    Raises
    ------
    DataError
        If the incidents are not in canonical shape or their dates are months only.
    ConfigError
        If a weekday or an hour is none.

    Notes
    -----
    An incident whose time is known to the moment counts 1 or 0. One that begins and ends at the
    same midnight has a date and no time: its window is that day.

    References
    ----------
    Ratcliffe, J. H. (2000). Aoristic analysis: the spatial interpretation of unspecific temporal
    events. International Journal of Geographical Information Science 14(7), 669-679.

    Examples
    --------
    >>> times = pd.to_datetime(["2025-06-06 20:00"]), pd.to_datetime(["2025-06-07 04:00"])
    >>> frame = pd.DataFrame(
    ...     {"crime_ref": ["A"], "occurred_from": times[0], "occurred_to": times[1]})
    >>> incidents = gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy([0], [0]), crs=27700)
    >>> aoristic_weights(incidents, weekdays=["Friday"], hours=(22, 6)).tolist()
    [0.75]
    """
    spans = _spans(_weekday_numbers(weekdays), hours)
    check_incidents_frame(incidents, needs_days="An aoristic weight")
    start, end = windows_of(incidents)
    share = (_passed(end, spans) - _passed(start, spans)) / (end - start)
    return pd.Series(share, index=incidents.index, name="aoristic_weight")


def aoristic_calendar(incidents: gpd.GeoDataFrame) -> pd.DataFrame:
    """Count incidents by weekday and hour, each spread evenly over its window.

    Parameters
    ----------
    incidents : GeoDataFrame, n rows
        As `read_incidents` returns them, with days and times.

    Returns
    -------
    DataFrame of float, shape (7, 24)
        A row per weekday, Monday first, and a column per hour of the day, 0 to 23; all cells sum
        to n. ``attrs`` says how many ``incidents`` there are, of how many the time is known
        ``within_an_hour``, and how many have a window ``over_a_day`` or a date ``without_time``.

    Raises
    ------
    DataError
        If the incidents are not in canonical shape or their dates are months only.

    Notes
    -----
    As `aoristic_weights` with each hour of the week in turn: exact to the second, a date without
    a time is spread over its day.
    A window of more than a week counts in each hour of the week for as long as it holds it, where
    the R package aoristic spreads such windows evenly over all 168 hours.

    References
    ----------
    Ratcliffe, J. H. (2000). Aoristic analysis: the spatial interpretation of unspecific temporal
    events. International Journal of Geographical Information Science 14(7), 669-679.

    Examples
    --------
    >>> times = pd.to_datetime(["2025-06-06 22:00"]), pd.to_datetime(["2025-06-07 02:00"])
    >>> frame = pd.DataFrame(
    ...     {"crime_ref": ["A"], "occurred_from": times[0], "occurred_to": times[1]})
    >>> incidents = gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy([0], [0]), crs=27700)
    >>> calendar = aoristic_calendar(incidents)
    >>> calendar.loc["Friday", 23], calendar.loc["Saturday", 1], calendar.sum().sum()
    (np.float64(0.25), np.float64(0.25), np.float64(1.0))
    """
    check_incidents_frame(incidents, needs_days="A calendar of offences")
    start, end = windows_of(incidents)
    length = end - start
    table = pd.DataFrame(hours_held(start, end), index=list(DAYS), columns=range(24))
    dated = (incidents["occurred_from"] == incidents["occurred_to"]).to_numpy()
    table.attrs |= {
        "incidents": len(incidents),
        "within_an_hour": int((length <= _HOUR_S).sum()),
        "over_a_day": int((length > _DAY_S).sum()),
        "without_time": int((dated & (length == _DAY_S)).sum()),
    }
    return table


def hours_held(start: Seconds, end: Seconds) -> npt.NDArray[np.float64]:
    """Compute how many windows fall in each hour of the week, shape (7, 24).

    Parameters
    ----------
    start, end : ndarray of int64
        As of `windows_of`.
    """
    held: npt.NDArray[np.float64] = hours_held_by(start, end, [np.arange(len(start))])[0]
    return held


def hours_held_by(
    start: Seconds, end: Seconds, parts: Sequence[Seconds]
) -> npt.NDArray[np.float64]:
    """Compute the hours of parts of the windows, each as `hours_held` does; shape (n, 7, 24).

    Parameters
    ----------
    start, end : ndarray of int64
        As of `windows_of`.
    parts : sequence of ndarray of int, n
        The positions of the windows of each.
    """
    # Sums of floats turn on the order in which they are added: not that of the rows.
    order = [rows[np.lexsort((end[rows], start[rows]))] for rows in parts]
    ends = np.cumsum([0, *map(len, order)])
    rows = np.concatenate([np.zeros(0, dtype=np.int64), *order])
    start, end = start[rows], end[rows]
    length = end - start
    sums = np.zeros((len(parts), 7, 24))
    # A weekday at a time: its 24 hours in one array, each a row whose sum is as it is alone.
    for day in range(7):
        held = (_hours_passed(end, day) - _hours_passed(start, day)) / length
        for nth, (first, last) in enumerate(pairwise(ends)):
            sums[nth, day] = held[:, first:last].sum(axis=1)
    return sums


def windows_of(incidents: gpd.GeoDataFrame) -> tuple[Seconds, Seconds]:
    """Return the start and end of each window, in seconds from a Monday, never of no length."""
    start, end = (
        incidents[name].to_numpy().astype("datetime64[s]").astype(np.int64) + _EPOCH_S
        for name in ("occurred_from", "occurred_to")
    )
    # Midnight alone is what an export writes for a day without a time.
    end = np.where((start == end) & (start % _DAY_S == 0), start + _DAY_S, end)
    # A moment is the second that begins with it.
    return start, np.maximum(end, start + 1)


def _weekday_numbers(weekdays: Sequence[str] | None) -> list[int]:
    if weekdays is None:
        return list(range(7))
    names = [weekdays] if isinstance(weekdays, str) else list(weekdays)
    chosen = set()
    for name in names:
        text = str(name).strip().casefold()
        matches = [day for day, full in enumerate(DAYS) if full.casefold().startswith(text)]
        if len(text) < 2 or len(matches) != 1:
            raise ConfigError(f"weekdays must be names such as 'Friday' or 'Fri', not {name!r}.")
        chosen.add(matches[0])
    if not chosen:
        raise ConfigError("weekdays must name at least one day.")
    return sorted(chosen)


def _spans(weekdays: Sequence[int], hours: tuple[float, float]) -> list[tuple[int, int]]:
    """Return the hours as seconds from Monday 00:00, cut where the week ends."""
    try:
        # In whole seconds, so that shares of shifts add up to exactly 1.
        first, last = (round(float(hour) * 3600) for hour in hours)
    except (TypeError, ValueError):
        raise ConfigError(f"hours must be two numbers, such as (22, 6), not {hours!r}.") from None
    if not (0 <= first < _DAY_S and 0 <= last <= _DAY_S) or first == last:
        raise ConfigError(
            f"hours must be two different hours from 0 to 24, such as (22, 6), not {hours!r}."
        )
    # Over midnight into the next day; 0 to 24 is the whole day and not none of it.
    length = (last - first) % _DAY_S or _DAY_S
    spans = []
    for day in weekdays:
        begin = day * _DAY_S + first
        stop = begin + length
        spans.append((begin, min(stop, _WEEK_S)))
        if stop > _WEEK_S:
            spans.append((0, stop - _WEEK_S))
    return spans


def _passed(moments: Seconds, spans: Sequence[tuple[int, int]]) -> Seconds:
    """Count the seconds in the spans of every week up to each moment."""
    # Whole weeks at once, then what of each span has passed: exact to the second, with no loop
    # over hours.
    weeks, within = np.divmod(moments, _WEEK_S)
    total = weeks * sum(stop - begin for begin, stop in spans)
    for begin, stop in spans:
        total = total + np.clip(within - begin, 0, stop - begin)
    return np.asarray(total)


def _hours_passed(moments: Seconds, day: int) -> Seconds:
    """Count the seconds of each hour of a weekday up to each moment, shape (24, n)."""
    weeks, within = np.divmod(moments, _WEEK_S)
    begin = day * _DAY_S + np.arange(24)[:, None] * _HOUR_S
    return np.asarray(weeks * _HOUR_S + np.clip(within - begin, 0, _HOUR_S))
