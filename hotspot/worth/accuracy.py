"""How well the lists were aimed: past days replayed, and the burglaries that came after."""

import html
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Unpack

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspot import _checks
from hotspot._errors import ConfigError
from hotspot.cocooning.doors import Doors, prepare_doors
from hotspot.cocooning.settings import ListSettings, data_problems, read_settings
from hotspot.cocooning.visit_history import Ledger
from hotspot.dates import AsOf, cutoff
from hotspot.english import count, plain_day
from hotspot.incidents.offence_counts import of_homes
from hotspot.rule import RINGS
from hotspot.trends.rate_intervals import apart
from hotspot.worth.intervals import FEW, Floats, at_least_exact, reach_over_runs
from hotspot.worth.replay import (
    OTHERS,
    Day,
    HotspotSettings,
    ReplayOptions,
    Town,
    match_crimes,
    on_listed_homes,
    replayed,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LISTS = "the lists"
_RINGS = tuple(
    f"{ring.plural} (ring {ring.number})" for ring in RINGS if ring.act_within_hours is not None
)


@dataclass(frozen=True)
class TargetingAccuracy:
    """Result of `targeting_accuracy`.

    Parameters
    ----------
    table : DataFrame
        A row for the lists, for each of their rings, and for each other way to choose as many
        homes: ``chosen_by``, ``visits``, ``burglaries`` in the weeks after each of them at its
        home (for the other ways, the mean over all draws), ``per_thousand`` visits with its 95 %
        interval ``low`` to ``high``, and ``difference``, the lists' ``per_thousand`` less this
        one, with ``difference_low`` to ``difference_high``, of the same lists drawn (NaN for the
        lists themselves and their rings).
    by_list : DataFrame
        A row per list: ``day``, ``listed`` (its rows), ``visits`` (those that no earlier list
        asked for) and ``burglaries`` in the weeks after each of these.
    lists_are : str
        Which list was replayed, in words.
    lists : int
        Days replayed.
    first, last : Timestamp
        Of them.
    horizon_days : int
        How long after a list burglaries count.
    on_listed_homes : int
        Burglaries in these weeks at a home that had been visited, each once.
    burglaries : int
        That came after the first list, to the end.
    matched : int
        How many of them were matched to a home; the others can fall on no visit, whoever chooses.
    seed : int
    """

    table: pd.DataFrame
    by_list: pd.DataFrame
    lists_are: str
    lists: int
    first: pd.Timestamp
    last: pd.Timestamp
    horizon_days: int
    on_listed_homes: int
    burglaries: int
    matched: int
    seed: int

    def summary(self) -> str:
        """Return in plain words how the lists did, and what that does not show.

        Returns
        -------
        str
        """
        lists = self.table.iloc[0]
        if not lists["visits"]:
            return f"Replaying {self._span}: no home was listed."
        lines = [
            f"Replaying {self._span}: {count(int(lists['visits']), 'visit')}, and "
            f"{count(self.on_listed_homes, 'burglary', 'burglaries')} at these homes in the "
            f"{self.horizon_days} days after. Counted after every visit: {_rate(lists)} a thousand."
        ]
        others = self._others()
        if others:
            rates = "; ".join(f"{row['chosen_by']} {row['per_thousand']:.1f}" for row in others)
            lines.append(f"As many visits chosen otherwise, on average: {rates}.")
        lines += [_compared(row) for row in others]
        if self.matched < self.burglaries:
            lines.append(
                f"{self.burglaries - self.matched:,} of the {self.burglaries:,} burglaries since "
                "matched no home and count for nobody."
            )
        lines.append(
            "This tells how many listed homes were burgled afterwards; it does not tell what a "
            "visit does."
        )
        return "\n".join(lines)

    def headline(self) -> str:
        """Return what it comes to, in two sentences.

        Returns
        -------
        str
        """
        lists = self.table.iloc[0]
        if not lists["visits"]:
            return self.summary()
        others = self._others()
        rates = ", ".join(f"{row['chosen_by']} {row['per_thousand']:.1f}" for row in others)
        sentence = (
            f"Of 1,000 visits by {self._span}, {_rate(lists)} would have been to a home that was "
            f"burgled in the {self.horizon_days} days after; of as many chosen otherwise: {rates}."
        )
        unclear = [row["chosen_by"] for row in others if not row["difference_low"] > 0]
        if unclear:
            sentence += f" That the lists do better than {' or '.join(unclear)} is not shown."
        return sentence

    @property
    def _span(self) -> str:
        span = f"from {plain_day(self.first)} to {plain_day(self.last)}"
        return f"{count(self.lists, 'list')} {span} ({self.lists_are})"

    def _others(self) -> list[dict[str, Any]]:
        """Return the rows of the other ways to choose, those that had anybody to choose."""
        rows: list[Any] = self.table.iloc[1 + len(_RINGS) :].to_dict("records")
        return [row for row in rows if not math.isnan(row["per_thousand"])]

    def plot(self) -> "Figure":
        """Draw burglaries per thousand visits, with intervals.

        Returns
        -------
        matplotlib.figure.Figure
        """
        from hotspot.output.pictures import Picture

        shown = self.table[self.table["per_thousand"].notna()].iloc[::-1]
        at = np.arange(len(shown))
        ours = (shown["chosen_by"] == LISTS).to_numpy()
        figure = Picture(figsize=(7.2, 1.2 + 0.42 * len(shown)), layout="constrained")
        axes = figure.subplots()
        axes.hlines(at, shown["low"], shown["high"], color="#5c6773", linewidth=2)
        axes.plot(shown["per_thousand"][ours], at[ours], "D", color="#a80f24", markersize=9)
        axes.plot(shown["per_thousand"][~ours], at[~ours], "o", color="#1d2733", markersize=7)
        axes.set_yticks(at, shown["chosen_by"])
        axes.set_xlim(left=0)
        axes.set_xlabel(f"Burglaries in the {self.horizon_days} days after, per thousand visits")
        axes.set_title(f"How well visits were aimed: {self.lists} lists replayed", fontsize=10)
        axes.grid(axis="x", color="#d5dae0", linewidth=0.6)
        axes.spines[["top", "right"]].set_visible(False)
        return figure

    def _repr_html_(self) -> str:
        words = "".join(f"<p>{html.escape(line)}</p>" for line in self.summary().splitlines())
        table: str = self.table.to_html(index=False, float_format=lambda value: f"{value:.3g}")
        return words + table


def targeting_accuracy(
    incidents: gpd.GeoDataFrame,
    addresses: gpd.GeoDataFrame,
    start: AsOf,
    end: AsOf,
    areas: gpd.GeoDataFrame | None = None,
    ledger: Ledger | None = None,
    *,
    every_days: int = 7,
    horizon_days: int | None = None,
    seed: int | None = 0,
    **settings: Unpack[ReplayOptions],
) -> TargetingAccuracy:
    """Replay past lists and count the burglaries that fell on listed homes in the weeks after.

    Parameters
    ----------
    incidents : GeoDataFrame
        As `read_incidents` returns them; ``recorded_at`` is respected where it is. Those of homes
        count, as in `cocooning_targets`.
    addresses : GeoDataFrame
        As `read_addresses` returns them, in the CRS of the incidents.
    start, end : date
        The first list is made at the end of the day before `start`; the weeks after the last one
        end before `end`.
    areas : GeoDataFrame, optional
        As of `cocooning_targets`.
    ledger : VisitLedger, optional
        As of `cocooning_targets`: each list knows the visits made by its day. Nothing is issued.
    every_days : int
        From one list to the next.
    horizon_days : int, optional
        How long after a list burglaries count. Default: the window of the rule of the lists.
    seed : int or None
        Kept in the result; nothing is drawn.
    **settings
        Those of the lists that are to be judged, ``max_visits`` and all that `cocooning_targets`
        takes by name; a ``model`` is fitted anew for each list, on what was known. And how the
        hotspots are drawn with which the lists are compared:

        - ``within`` (GeoDataFrame, GeoSeries or geometry): the study area. Default: `areas`,
          without them the ground that the addresses cover;
        - ``area_share``, ``cell_size_m``, ``bandwidth_m``: as of `hotspots` and
          `kernel_density`; cells of 50 m by default;
        - ``period_days`` (int): of how many days to the cut-off; 365 by default.

    Returns
    -------
    TargetingAccuracy

    Raises
    ------
    DataError
        If a frame is not in canonical shape or in another CRS, or dates are months only; every
        fault is told.
    ConfigError
        If a setting is out of range or unknown, or no list's weeks fit between `start` and `end`.

    Notes
    -----
    Each list is that of `cocooning_targets` with these settings, made from what had ended and was
    recorded by the end of its day, nothing else. What several lists ask for under one
    ``visit_id`` and ``attempt`` is one visit, of the first of these lists. Burglaries count by
    the middle of their window, for every visit to their building in the weeks before: lists ask
    for a home again when another burglary reaches it, and those drawn otherwise may be drawn
    again, too.

    The other ways are worked out without drawing: of n homes drawn from N, on which H burglaries
    fall, n H / N are expected. They are: homes in the hotspots; all homes; and homes on the
    street of a live burglary within ``distance_m`` of it, without the burgled one; in each case a
    home of a building, and none of the stop list. Neighbouring lists share their weeks, which
    intervals allow for: with lists of a week and a horizon of six there are some from 23 lists on.
    In simulations they held the truth in 93 to 97 of 100 on average over the ways (single ways
    in 91 or more), a bootstrap over runs in 46 to 93.

    A home that was visited may have been spared for that reason: where visits were made, the
    lists look worse than they were.

    References
    ----------
    Lazarus, E., Lewis, D. J., Stock, J. H. and Watson, M. W. (2018). HAR inference: recommendations
    for practice. Journal of Business and Economic Statistics 36(4), 541-559.

    Examples
    --------
    >>> doors = gpd.GeoDataFrame(
    ...     {"uprn": ["01", "02", "03"], "address": ["1 Mill Lane", "3 Mill Lane", "90 Mill Lane"],
    ...      "number": ["1", "3", "90"], "street": "Mill Lane"},
    ...     geometry=gpd.points_from_xy([0, 10, 900], [0, 0, 0]), crs="EPSG:27700")
    >>> found = pd.to_datetime(["2026-01-01 18:00", "2026-01-12 18:00"])
    >>> burglaries = gpd.GeoDataFrame(
    ...     {"crime_ref": ["A", "B"], "occurred_from": found, "occurred_to": found,
    ...      "uprn": ["01", "02"]}, geometry=gpd.points_from_xy([0, 10], [0, 0]), crs="EPSG:27700")
    >>> result = targeting_accuracy(
    ...     burglaries, doors, "2026-01-04", "2026-02-15", distance_m=400, window_days=42)
    >>> result.table.loc[0, ["visits", "burglaries", "per_thousand"]].tolist()
    [2.0, 1.0, 500.0]
    """
    return accuracy_among(
        None,
        incidents,
        addresses,
        (start, end),
        areas,
        ledger,
        every_days=every_days,
        horizon_days=horizon_days,
        seed=seed,
        settings=settings,
    )


def accuracy_among(
    doors: Doors | None,
    incidents: gpd.GeoDataFrame,
    addresses: gpd.GeoDataFrame,
    span: tuple[AsOf, AsOf],
    areas: gpd.GeoDataFrame | None,
    ledger: Ledger | None,
    *,
    every_days: int = 7,
    horizon_days: int | None = None,
    seed: int | None = 0,
    settings: ReplayOptions,
) -> TargetingAccuracy:
    """Return `targeting_accuracy` where the addresses may be made ready already.

    Parameters
    ----------
    doors : Doors or None
        All of the addresses, as `prepare_doors` returns them.
    incidents, addresses, areas, ledger, every_days, horizon_days, seed, settings
        As of `targeting_accuracy`; `span` is its start and end.

    Returns
    -------
    TargetingAccuracy

    Raises
    ------
    DataError, ConfigError
        As `targeting_accuracy` does.
    """
    chosen = _checks.chosen_seed(seed)
    start, end = span
    whole = {"every_days": every_days, "horizon_days": horizon_days}
    list_settings, hot = _checked(incidents, addresses, areas, end, settings, whole)
    horizon = list_settings.window_days if horizon_days is None else horizon_days
    first, days = _days(start, end, every_days, horizon)
    town = Town.of_doors(prepare_doors(addresses) if doors is None else doors)
    crimes = match_crimes(of_homes(incidents), town, list_settings.exclude)
    lists = list(
        replayed(
            crimes, town, days, list_settings, hot, areas=areas, ledger=ledger, horizon_days=horizon
        )
    )
    after = crimes.distinct & (crimes.day > days[0]) & (crimes.day <= days[-1] + horizon)
    return TargetingAccuracy(
        table=_table(lists, math.ceil(horizon / every_days)),
        by_list=_by_list(lists),
        lists_are=list_settings.words,
        lists=len(lists),
        first=first,
        last=first + pd.Timedelta(days=int(days[-1] - days[0])),
        horizon_days=horizon,
        on_listed_homes=on_listed_homes(lists, crimes, horizon),
        burglaries=int(after.sum()),
        matched=int((after & (crimes.place >= 0)).sum()),
        seed=chosen,
    )


def _checked(
    incidents: gpd.GeoDataFrame,
    addresses: gpd.GeoDataFrame,
    areas: gpd.GeoDataFrame | None,
    end: AsOf,
    options: Mapping[str, Any],
    whole: Mapping[str, Any],
) -> tuple[ListSettings, HotspotSettings]:
    """Check the data and the settings at once, and return those of lists and hotspots."""
    settings, problems = read_settings(
        end, options.get("max_visits"), options, known=tuple(ReplayOptions.__annotations__)
    )
    names = {field.name for field in fields(HotspotSettings)}
    chosen = {name: value for name, value in options.items() if name in names}
    hot = HotspotSettings(**{"within": areas, **chosen})
    problems += _checks.positive_problems(
        area_share=hot.area_share, cell_size_m=hot.cell_size_m, bandwidth_m=hot.bandwidth_m
    )
    given = {name: value for name, value in whole.items() if value is not None}
    problems += _checks.integer_problems(1, period_days=hot.period_days, **given)
    data = data_problems(incidents, addresses, areas, "Targeting accuracy")
    # A bare geometry has no CRS to be wrong.
    if not data and hasattr(hot.within, "crs"):
        data = _checks.same_crs_problems(incidents, within=hot.within)
    _checks.raise_problems(data, problems)
    _checks.warn_if_empty(incidents, stacklevel=5)
    return settings, hot


def _days(
    start: AsOf, end: AsOf, every_days: int, horizon_days: int
) -> tuple[pd.Timestamp, npt.NDArray[np.int64]]:
    """Return the day of the first list, and the numbers of all days that have one."""
    first = cutoff(start).normalize() - pd.Timedelta(days=1)
    room = (cutoff(end).normalize() - first).days - 1 - horizon_days
    if room < 0:
        raise ConfigError(
            f"From {start} to {end} there is no room for a list and the {horizon_days} days after."
        )
    day = (first - pd.Timestamp(0)).days
    return first, np.arange(day, day + room + 1, every_days)


def _table(lists: list[Day], run: int) -> pd.DataFrame:
    """Sum over the lists, with intervals that allow for the weeks which they share."""
    visits, burglaries = _by_row(lists)
    counted, of = burglaries.sum(axis=0), visits.sum(axis=0)
    rate = _per_thousand(counted, of)
    # What each list adds to the rate beyond what the rate has it add: these tell how it varies.
    beyond = _per_thousand(burglaries - visits * rate / 1000, np.broadcast_to(of, visits.shape))
    reach = reach_over_runs(beyond, run)
    low, high = at_least_exact(
        np.maximum(rate - reach, 0.0) / 1000, (rate + reach) / 1000, counted, of
    )
    low, high = (np.where(np.isnan(reach), np.nan, 1000 * limit) for limit in (low, high))
    # Of the same lists: what was a quiet month for the lists was one for the others.
    reach_apart = reach_over_runs(beyond[:, :1] - beyond, run)
    apart_low, apart_high = rate[0] - rate - reach_apart, rate[0] - rate + reach_apart
    few = np.minimum(counted, counted[0]) < FEW
    alone_low, alone_high = apart(rate[0], low[0], high[0], rate, low, high)
    apart_low = np.where(few, np.minimum(apart_low, alone_low), apart_low)
    apart_high = np.where(few, np.maximum(apart_high, alone_high), apart_high)
    own = np.arange(len(rate)) <= len(_RINGS)
    return pd.DataFrame(
        {
            "chosen_by": [LISTS, *_RINGS, *OTHERS],
            "visits": visits.sum(axis=0).astype(np.int64),
            "burglaries": burglaries.sum(axis=0),
            "per_thousand": rate,
            "low": low,
            "high": high,
            "difference": np.where(own, np.nan, rate[0] - rate),
            "difference_low": np.where(own, np.nan, apart_low),
            "difference_high": np.where(own, np.nan, apart_high),
        }
    )


def _by_row(lists: list[Day]) -> tuple[Floats, Floats]:
    """Count visits and burglaries of each list: all, each ring, and as many visits elsewhere."""
    visits, burglaries = [], []
    for listed in lists:
        rings = [listed.new & (listed.ring == ring) for ring in range(len(_RINGS))]
        total = int(listed.new.sum())
        elsewhere = np.where(np.isnan(listed.chance), 0, total)
        visits.append([total, *(ring.sum() for ring in rings), *elsewhere])
        burglaries.append(
            [
                listed.burglaries.sum(),
                *(listed.burglaries[ring].sum() for ring in rings),
                *(elsewhere * np.nan_to_num(listed.chance)),
            ]
        )
    return np.asarray(visits, dtype=float), np.asarray(burglaries, dtype=float)


def _by_list(lists: list[Day]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "day": pd.to_datetime([listed.day for listed in lists], unit="D"),
            "listed": [len(listed.new) for listed in lists],
            "visits": [int(listed.new.sum()) for listed in lists],
            "burglaries": [int(listed.burglaries.sum()) for listed in lists],
        }
    )


def _per_thousand(burglaries: Floats, visits: Floats) -> Floats:
    rate = np.full(burglaries.shape, np.nan)
    np.divide(1000 * burglaries, visits, out=rate, where=visits > 0)
    return rate


def _rate(row: "pd.Series[Any]") -> str:
    if pd.isna(row["low"]):
        return f"{row['per_thousand']:.1f} (too few lists for an interval)"
    return f"{row['per_thousand']:.1f} ({row['low']:.1f} to {row['high']:.1f})"


def _compared(row: dict[str, Any]) -> str:
    """Return whether the lists did better than another way, or that it cannot be told."""
    other, low, high = row["chosen_by"], row["difference_low"], row["difference_high"]
    if pd.isna(low):
        return f"Too few lists to tell the lists from {other}."
    span = f"({low:+.1f} to {high:+.1f} a thousand)"
    if low > 0:
        return f"The lists did better than {other} {span}."
    if high < 0:
        return f"The lists did worse than {other} {span}."
    return f"Between the lists and {other} no difference is shown {span}."
