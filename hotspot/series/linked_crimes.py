"""The series that a force has found: the crimes of each in time order, and what they share."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.spatial.distance import pdist

from hotspot._checks import check_incidents_frame
from hotspot._errors import quoted
from hotspot._kernels.arrays import Ints
from hotspot.dates import day_numbers, event_times
from hotspot.density.hours_of_week import aoristic_hours
from hotspot.english import and_list, count, hour_span, plain_day
from hotspot.incidents.content_order import content_order
from hotspot.incidents.free_text import without_free_text
from hotspot.output.handling import NOT_EVIDENCE
from hotspot.output.results import Result, json_rows
from hotspot.reading.cells import to_text, without_missing_words
from hotspot.series.series_numbers import members_of, series_problems

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from hotspot.output.page_parts import ResultPage

_HOURS_SHARE = 0.8
_KEPT = ("crime_ref", "force", "occurred_from", "occurred_to", "offence_code", "mo", "area")
#: The column that tells series apart in what is made here, whatever it was called.
SERIES = "series_id"


class CrimeSeries(Result):
    """The series of a force, each with its crimes in the order of time.

    Parameters
    ----------
    frame : GeoDataFrame, a row per series
        The newest first: ``series_id``, ``crimes``, ``first`` and ``last`` (the beginning of the
        first window, the latest end), ``span_days`` and ``extent_m`` as of `near_repeat_chains`,
        ``gap_days`` (the median from one crime to the next), ``forces``, ``hours``, and ``line``,
        the way from each crime to the next (its point where it has no length). With `by` a row
        for each series and value of that column.
    crimes : GeoDataFrame, a row per crime and series
        ``series_id``, ``number`` (its place in the order of time), ``incident`` (its index label),
        ``crime_ref`` and what else is known of it, ``days_to_next`` and ``metres_to_next``
        (missing for the last), ``geometry``.
    without : int
        Crimes of no series.
    in_several : int
        Crimes of several series: each is counted in all of them.

    Attributes
    ----------
    table : DataFrame
        As `frame`, with the line as text (WKT, whole metres).
    """

    product = "series"

    def __init__(
        self, frame: gpd.GeoDataFrame, crimes: gpd.GeoDataFrame, without: int, in_several: int
    ) -> None:
        self.frame, self.crimes = frame, crimes
        self.without, self.in_several = without, in_several
        text = shapely.to_wkt(frame["line"].to_numpy(), rounding_precision=0)
        self.table = pd.DataFrame(frame.drop(columns="line")).assign(line=text)

    def of(self, name: str) -> Self:
        """Return one series alone.

        Parameters
        ----------
        name : str
            Its number, as the table spells it.

        Returns
        -------
        CrimeSeries

        Raises
        ------
        DataError
            If there is no such series.
        """
        from hotspot._errors import DataError

        mine, crimes = self.frame[SERIES] == name, self.crimes[SERIES] == name
        if not mine.any():
            known = ", ".join(map(quoted, self.frame[SERIES].drop_duplicates()[:8]))
            raise DataError(f"There is no series {quoted(name)}; there are {known or 'none'}.")
        frame, own = self.frame[mine].reset_index(drop=True), self.crimes[crimes]
        return type(self)(frame, own.reset_index(drop=True), 0, 0)

    def of_these(self, names: Sequence[str]) -> Self:
        """Return some of the series.

        Parameters
        ----------
        names : sequence of str
            Their numbers, as the table spells them; in this order.

        Returns
        -------
        CrimeSeries
        """
        order = {name: at for at, name in enumerate(names)}
        parts = [
            part[part[SERIES].isin(order)].sort_values(
                SERIES, key=lambda column: column.map(order), kind="stable", ignore_index=True
            )
            for part in (self.frame, self.crimes)
        ]
        return type(self)(parts[0], parts[1], self.without, self.in_several)

    def summary(self) -> str:
        """Return which series there are, in plain sentences.

        Returns
        -------
        str
        """
        of = self.frame.drop_duplicates(SERIES)
        if of.empty:
            return (
                f"No crime has a number of a series ({count(self.without, 'crime')} without one).\n"
                f"{NOT_EVIDENCE}"
            )
        others = f"; {count(self.without, 'crime')} of no series" if self.without else ""
        lines = [
            f"{count(len(of), 'series', 'series')} with {count(len(self.crimes), 'crime')}{others}."
        ]
        if self.in_several:
            lines.append(
                f"{count(self.in_several, 'crime')} in several series, counted in each of them."
            )
        lines += [_sentence(row) for _, row in self.frame.head(5).iterrows()]
        return "\n".join([*lines, NOT_EVIDENCE])

    def plot(self) -> "Figure":
        """Draw when the crimes of each series happened, the newest series above.

        Returns
        -------
        matplotlib.figure.Figure
        """
        from hotspot.series.series_pages import series_picture

        return series_picture(self)

    def page(self) -> "ResultPage":
        """Return what the page says.

        Returns
        -------
        ResultPage
        """
        from hotspot.series.series_pages import series_page

        return series_page(self)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the series, and their crimes in time order.

        Returns
        -------
        dict of str to DataFrame
        """
        crimes = pd.DataFrame(self.crimes.drop(columns=["geometry", "incident"]))
        places = shapely.get_coordinates(self.crimes.geometry.to_numpy())
        crimes = crimes.assign(x=places[:, 0].round(1), y=places[:, 1].round(1))
        return {self.product: self.table, "crimes": crimes}

    def content(self) -> dict[str, Any]:
        """Return words and tables as JSON can hold them, with the references of the crimes.

        Returns
        -------
        dict
        """
        named = {name: json_rows(table) for name, table in self.tables().items()}
        return {
            "summary": self.summary().splitlines(),
            "without_series": self.without,
            "in_several": self.in_several,
            **named,
        }

    def __repr__(self) -> str:
        return f"<CrimeSeries: {self.summary().splitlines()[0]} {NOT_EVIDENCE}>"


def crime_series(
    incidents: gpd.GeoDataFrame, series: str = SERIES, by: str | None = None
) -> CrimeSeries:
    """Find the crimes of each series by the force's own numbers, in the order of time.

    Parameters
    ----------
    incidents : GeoDataFrame
        As `read_incidents` returns them, with the column of the numbers kept
        (``keep={"series_id": "Linked Series"}``).
    series : str
        That column. A crime of several series ("A/14; A/15") is in each of them; blanks and
        words such as "N/K" are no series.
    by : str, optional
        A column, such as "force" or "area", by which each series is counted apart.

    Returns
    -------
    CrimeSeries
        ``.table`` and ``.frame`` with a row per series, ``.crimes`` with a row per crime in time
        order and the gap to the next.

    Raises
    ------
    DataError
        If the incidents are not in canonical shape or lack a column, or their dates are months.

    Notes
    -----
    A *series* is what the force has linked, on whatever grounds, and bears its number. A *chain*
    (`near_repeat_chains`, `chain_significance`) is found by distance and days alone: its crimes
    need no offender in common, and those of a series need not be near. Of both, ``crimes``,
    ``span_days`` (whole days from the first to the last, each crime at the middle of its window)
    and ``extent_m`` (between the two farthest apart) mean the same.

    ``hours`` is the shortest run of whole hours that holds four fifths of the crimes, each spread
    over its window; it is missing where no time is known.

    Examples
    --------
    >>> frame = pd.DataFrame({
    ...     "crime_ref": list("ABC"), "series_id": ["S/1", "S/1", None],
    ...     "occurred_from": pd.to_datetime(
    ...         ["2026-03-04 01:30", "2026-03-01 02:00", "2026-03-02 09:00"]),
    ... })
    >>> frame["occurred_to"] = frame["occurred_from"]
    >>> incidents = gpd.GeoDataFrame(
    ...     frame, geometry=gpd.points_from_xy([0, 300, 9], [0, 400, 9]), crs="EPSG:27700")
    >>> found = crime_series(incidents)
    >>> found.table[["series_id", "crimes", "span_days", "extent_m", "hours"]]
      series_id  crimes  span_days  extent_m           hours
    0       S/1       2          3     500.0  01:00 to 03:00
    >>> found.crimes[["number", "crime_ref", "days_to_next", "metres_to_next"]]
       number crime_ref  days_to_next  metres_to_next
    0       1         B             3           500.0
    1       2         A          <NA>             NaN
    """
    problems = series_problems(incidents, series)
    if by is not None and isinstance(incidents, pd.DataFrame) and by not in incidents.columns:
        problems.append(f"The incidents lack the column {quoted(by)}.")
    check_incidents_frame(incidents, *problems, needs_days="A series")
    members = members_of(incidents, series)
    crimes = _crimes(incidents, members.row, members.series, members.names, by)
    several = int((np.bincount(members.row, minlength=1) > 1).sum()) if len(members.row) else 0
    without = int((members.group < 0).sum())
    return CrimeSeries(_series_frame(incidents, crimes, by), _gaps(crimes), without, several)


def _crimes(
    incidents: gpd.GeoDataFrame, row: Ints, series: Ints, names: list[str], by: str | None
) -> gpd.GeoDataFrame:
    """Return a row per crime and series, in the order of time."""
    times = event_times(incidents)
    rank = np.empty(len(incidents), dtype=np.int64)
    rank[content_order(incidents, times)] = np.arange(len(incidents))
    order = np.lexsort([rank[row], series])
    row, series = row[order], series[order]
    kept = [name for name in _KEPT if name in incidents.columns]
    extra = [by] if by is not None and by not in kept else []
    chosen = without_free_text(pd.DataFrame(incidents.iloc[row][[*kept, *extra]]))
    crimes = chosen.reset_index(drop=True)
    crimes.insert(0, SERIES, np.array(names, dtype=object)[series] if len(series) else None)
    crimes.insert(1, "number", pd.Series(series).groupby(series).cumcount() + 1)
    crimes["incident"] = incidents.index.take(row)
    crimes["day"] = day_numbers(times.iloc[row])
    shapes = incidents.geometry.to_numpy()[row]
    return gpd.GeoDataFrame(crimes, geometry=shapes, crs=incidents.crs)


def _gaps(crimes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the crimes with the days and metres to the next of their series."""
    last = (crimes[SERIES] != crimes[SERIES].shift(-1)).to_numpy()
    days = (crimes["day"].shift(-1) - crimes["day"]).astype("Int64").mask(last)
    place = shapely.get_coordinates(crimes.geometry.to_numpy()).reshape(-1, 2)
    metres = np.full(len(crimes), np.nan)
    metres[:-1] = np.hypot(*np.diff(place, axis=0).T)
    metres[last] = np.nan
    told = crimes.drop(columns=["day", "geometry"])
    told["days_to_next"], told["metres_to_next"] = days, metres
    return gpd.GeoDataFrame(told, geometry=crimes.geometry.to_numpy(), crs=crimes.crs)


def _series_frame(
    incidents: gpd.GeoDataFrame, crimes: gpd.GeoDataFrame, by: str | None
) -> gpd.GeoDataFrame:
    """Return a row per series, the newest first."""
    keys = [SERIES] if by is None else [SERIES, by]
    rows = []
    for key, one in crimes.groupby(keys, sort=True, dropna=False):
        place = shapely.get_coordinates(one.geometry.to_numpy())
        forces = _forces(one)
        gaps = np.diff(one["day"])
        rows.append(
            {
                **dict(zip(keys, key, strict=True)),
                "crimes": len(one),
                "first": one["occurred_from"].min(),
                "last": one["occurred_to"].max(),
                "span_days": int(one["day"].iloc[-1] - one["day"].iloc[0]),
                "extent_m": float(pdist(place).max(initial=0.0)),
                "gap_days": float(np.median(gaps)) if len(gaps) else np.nan,
                "forces": and_list(forces) if forces else None,
                "hours": _hours(one),
                "line": _line(place),
            }
        )
    columns = [
        *keys, "crimes", "first", "last", "span_days", "extent_m", "gap_days", "forces", "hours",
        "line",
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=columns)
    if rows:
        newest = frame.groupby(SERIES)["last"].transform("max")
        frame = frame.iloc[np.argsort(-newest.to_numpy().astype(np.int64), kind="stable")]
    else:
        frame = frame.astype({"crimes": int, "span_days": int, "extent_m": float})
    frame = frame.reset_index(drop=True)
    return gpd.GeoDataFrame(frame, geometry="line", crs=incidents.crs)


def _forces(crimes: gpd.GeoDataFrame) -> list[str]:
    """Return the forces that recorded crimes."""
    if "force" not in crimes.columns:
        return []
    known = without_missing_words(to_text(crimes["force"])).dropna()
    return sorted({str(force) for force in known})


def _line(place: npt.NDArray[np.float64]) -> shapely.Geometry:
    """Return the way from crime to crime, or the point where it has no length."""
    moved = np.concatenate([[True], (np.diff(place, axis=0) != 0).any(axis=1)])
    way = place[moved]
    return shapely.LineString(way) if len(way) > 1 else shapely.Point(way[0])


def _hours(crimes: gpd.GeoDataFrame) -> str | None:
    """Return the shortest run of whole hours that holds most of the crimes."""
    by_hour = aoristic_hours(crimes).weights.sum(axis=0)
    total = by_hour.sum()
    if not total > 0:
        return None
    for span in range(1, 24):
        runs = np.array([np.roll(by_hour, -start)[:span].sum() for start in range(24)])
        if runs.max() >= _HOURS_SHARE * total - 1e-9:
            return hour_span(int(np.flatnonzero(runs >= runs.max() - 1e-9)[0]), span)
    return "any hour"


def _sentence(row: pd.Series) -> str:
    """Return one series in a sentence."""
    told = (
        f"{row[SERIES]}: {count(int(row['crimes']), 'crime')} from {plain_day(row['first'])} to "
        f"{plain_day(row['last'])}, {row['extent_m'] / 1000:,.1f} km across"
    )
    if not pd.isna(row["gap_days"]):
        told += f", half of the gaps up to {row['gap_days']:g} days"
    hours = f", mostly {row['hours']}" if isinstance(row["hours"], str) else ""
    where = f", {row['forces']}" if isinstance(row["forces"], str) else ""
    return f"{told}{hours}{where}."
