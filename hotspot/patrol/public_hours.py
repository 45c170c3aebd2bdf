"""Hours of patrol for the public: by beat and month, late, and none that tells of a unit."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspot._checks import integer_problems, raise_problems
from hotspot._errors import DataError
from hotspot.dates import AsOf, as_of_problems, cutoff
from hotspot.english import and_list, count, month
from hotspot.output.handling import PLACES_NOT_PEOPLE
from hotspot.output.page_parts import PageSection, PageTable, ResultPage
from hotspot.output.results import Result
from hotspot.patrol.fix_tracks import fix_problems, tracks_of, utc_of, zone_name
from hotspot.patrol.patrolled_places import Places, place_problems
from hotspot.patrol.presence import PATROL, Rules, by_day, find_stays
from hotspot.reading.clock_changes import day_starts, to_local, zone_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_LAG_DAYS, _FEWEST_UNITS = 28, 3
# What is left without the two units of most hours, at least, over the hours of the first: else one
# of the two could work out the other's.
_LEFT_OVER = 0.1
_MARKING = "For publication"
_NOT_SHOWN = "not shown"
_LIMITS = (
    "Hours of officers on foot or halted, as receivers show them, in whole hours; driving, and "
    "officers without a receiver, are in none.",
    "Not shown: no hours, less than one, or of too few patrols to publish. Nobody can tell which.",
    "No sum over beats or months is given, so that what is not shown cannot be worked out.",
    "More hours in a beat are no sign of more crime there, nor of less.",
    PLACES_NOT_PEOPLE,
)


@dataclass(frozen=True, repr=False)
class PublicPatrols(Result):
    """Result of `public_patrols`.

    Parameters
    ----------
    table : DataFrame
        A row per beat and month: ``area``, ``month`` ("2026-01") and ``hours``, whole; missing
        where there are none, or they are withheld: both look alike.
    settings : mapping
        What it was made with.
    """

    product: ClassVar[str] = "public-patrols"
    table: pd.DataFrame
    settings: Mapping[str, Any]

    def summary(self) -> str:
        """Return what is published, without any sum.

        Returns
        -------
        str
        """
        months = [month(pd.Timestamp(one)) for one in self.table["month"].unique()]
        areas = count(self.table["area"].nunique(), "beat")
        return f"Hours of patrol in {areas}, {and_list(months)}, in whole hours."

    def plot(self) -> "Figure":
        """Draw the hours by beat and month.

        Returns
        -------
        matplotlib.figure.Figure
        """
        from hotspot.output.pictures import Picture
        from hotspot.output.text import clean_text

        wide = self._wide().iloc[::-1]
        figure = Picture(figsize=(8, 1.5 + 0.35 * len(wide)), layout="constrained")
        axes = figure.subplots()
        axes.barh(range(len(wide)), wide.iloc[:, -1].astype(float).fillna(0), color="#123f6d")
        axes.set_yticks(range(len(wide)))
        axes.set_yticklabels([clean_text(str(one))[:28] for one in wide.index], parse_math=False)
        axes.set_xlabel("Whole hours of patrol; no bar where none are shown")
        axes.set_title(month(pd.Timestamp(str(wide.columns[-1]))), fontsize=10)
        return figure

    def page(self) -> ResultPage:
        """Return what the page says.

        Returns
        -------
        ResultPage
        """
        wide = self._wide()
        heads = [("Beat", "head"), *((month(pd.Timestamp(str(one))), "n") for one in wide)]
        rows = [
            [str(area), *(_NOT_SHOWN if pd.isna(one) else f"{one:,.0f}" for one in hours)]
            for area, hours in zip(wide.index, wide.to_numpy(dtype=object), strict=True)
        ]
        return ResultPage(
            title="Police patrols",
            scope=f"Months that ended {self.settings['lag_days']} days ago or earlier.",
            sentences=self.summary().splitlines(),
            picture_text="A bar for each beat: its hours in the newest month of the table below.",
            limits=_LIMITS,
            sections=(PageSection("Hours of patrol", tables=[PageTable.of(heads, rows)]),),
            as_of=pd.Timestamp(str(wide.columns[-1])),
        )

    def content(self) -> dict[str, Any]:
        """Return the rows as JSON can hold them.

        Returns
        -------
        dict
        """
        rows = json.loads(self.table.to_json(orient="records"))
        return {**self.settings, "summary": self.summary().splitlines(), "rows": rows}

    def write(self, folder: str | os.PathLike[str], **options: Any) -> list[Path]:
        """Write the result as other results are written, marked as for publication.

        Parameters
        ----------
        folder : path
        **options
            As of `Result.write`.

        Returns
        -------
        list of Path
        """
        return super().write(folder, **{"marking": _MARKING, **options})

    def _wide(self) -> pd.DataFrame:
        areas = self.table["area"].drop_duplicates()
        return self.table.pivot(index="area", columns="month", values="hours").reindex(areas)


def public_patrols(
    fixes: gpd.GeoDataFrame,
    areas: gpd.GeoDataFrame,
    as_of: AsOf | None = None,
    *,
    lag_days: int = _LAG_DAYS,
    smallest: int = _FEWEST_UNITS,
    timezone: str | None = None,
) -> PublicPatrols:
    """Compute the hours of patrol that may be published: by beat and month, or nothing.

    Parameters
    ----------
    fixes : GeoDataFrame
        As `read_patrols` returns them.
    areas : GeoDataFrame
        Beats, as `read_areas` returns them.
    as_of : date, optional
        Default: the day of the newest fix.
    lag_days : int
        How long ago a month must have ended, 28 days or more.
    smallest : int
        Of how many units the hours of a beat and month are, 3 or more.
    timezone : str, optional
        As of `patrol_dosage`.

    Returns
    -------
    PublicPatrols

    Raises
    ------
    DataError
        If fixes or areas cannot be used, no whole month is old enough, or nothing may be published.
    ConfigError
        If only an argument is wrong.

    Notes
    -----
    Hours are whole, of no hour and no weekday. Those of fewer than three units are withheld, and
    those of which one unit could work out another's (the p % rule: without the two of most hours a
    tenth of the first's must be left); they look like none. There is no sum: it would tell what is
    withheld. Each month is judged by itself, so that a later publication repeats what an earlier
    one said. Publish by one set of beats: by another, the differences tell of their slivers.

    References
    ----------
    Hundepool, A. et al. (2012). Statistical Disclosure Control. Wiley (the p % rule).

    Examples
    --------
    >>> time = pd.date_range("2026-01-01 08:00", "2026-01-31 16:00", freq="5min")
    >>> units = np.repeat(["U1", "U2", "U3"], len(time))
    >>> frame = pd.DataFrame({"unit": units, "time": [*time] * 3})
    >>> rng = np.random.default_rng(1)
    >>> at = gpd.points_from_xy(*rng.uniform(0, 300, (2, len(frame))))
    >>> fixes = gpd.GeoDataFrame(frame, geometry=at, crs=27700)
    >>> from shapely import box
    >>> beats = gpd.GeoDataFrame({"area": ["Quay"]}, geometry=[box(0, 0, 300, 300)], crs=27700)
    >>> public_patrols(fixes, beats, "2026-03-02").table
       area    month  hours
    0  Quay  2026-01   2184
    """
    problems = integer_problems(_LAG_DAYS, lag_days=lag_days)
    problems += integer_problems(_FEWEST_UNITS, smallest=smallest)
    problems += [] if as_of is None else as_of_problems(as_of)
    name, more = zone_name(fixes, timezone)
    raise_problems([*fix_problems(fixes), *place_problems(areas, "areas")], [*problems, *more])
    zone, found = zone_of(name), Places(areas, fixes.crs)
    utc = utc_of(fixes, name)
    local = pd.DatetimeIndex(to_local(utc, zone)[0])
    last = cutoff(local.max().normalize() if as_of is None else as_of)
    months = _whole_months(local, last - pd.Timedelta(days=lag_days))
    stays = find_stays(tracks_of(fixes, utc, found), Rules())
    some = stays.where(stays.kind == PATROL)
    days = (months[-1].end_time.normalize() - months[0].start_time).days + 1
    begins = day_starts(months[0].start_time, days, zone).astype("datetime64[us]").astype(np.int64)
    at, day, minutes = by_day(some.start, some.end, begins)
    of_day = pd.date_range(months[0].start_time, periods=days).to_period("M")
    given = pd.DataFrame(
        {"area": some.place[at], "month": of_day[day].astype(str), "unit": some.unit[at],
         "hours": minutes / 60}
    )  # fmt: skip
    by_unit = given.groupby(["area", "month", "unit"])["hours"].sum()
    shown = by_unit.groupby(level=["area", "month"]).agg(lambda hours: _shown(hours, smallest))
    every = pd.MultiIndex.from_product([range(len(found.names)), months.astype(str)])
    hours = shown.reindex(every).to_numpy(dtype=np.float64)
    if np.isnan(hours).all():
        raise DataError(
            f"Nothing may be published: no beat has hours of {count(smallest, 'unit')} in a month."
        )
    table = pd.DataFrame(
        {
            "area": np.repeat(np.array(found.names, dtype=object), len(months)),
            "month": np.tile(np.array(months.astype(str), dtype=object), len(found.names)),
            "hours": pd.Series(hours).astype("Int64"),
        }
    )
    return PublicPatrols(table, {"lag_days": lag_days, "smallest": smallest})


def _whole_months(local: pd.DatetimeIndex, last: pd.Timestamp) -> pd.PeriodIndex:
    """Return the months that the fixes cover as a whole, and that ended long enough ago."""
    first = local.min().to_period("M")
    if local.min().day > 1:
        first += 1
    # A fix of the last day tells that the month is whole.
    newest = (local.max().normalize() + pd.Timedelta(days=1)).to_period("M") - 1
    oldest = (last.normalize() + pd.Timedelta(days=1)).to_period("M") - 1
    months = pd.period_range(first, min(newest, oldest), freq="M")
    if not len(months):
        raise DataError(
            f"No month is whole and ended by {last:%Y-%m-%d}: the fixes are from "
            f"{local.min():%Y-%m-%d} to {local.max():%Y-%m-%d}."
        )
    return months


def _shown(hours: "pd.Series[float]", smallest: int) -> float:
    """Return the whole hours of a beat and month, NaN where they are withheld."""
    largest = np.sort(hours.to_numpy(dtype=np.float64))[::-1]
    largest = largest[largest > 0]
    left_over = largest[2:].sum()
    whole = np.floor(largest.sum() + 0.5)
    told = len(largest) >= smallest and left_over >= _LEFT_OVER * largest[0] and whole >= 1
    return float(whole) if told else float("nan")
