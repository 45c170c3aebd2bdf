"""What visits could at most prevent: near repeats that came after the force could have acted."""

import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspot import _checks
from hotspot._kernels.pairs import Neighbours, neighbours
from hotspot._kernels.preceding import NEVER, first_acts
from hotspot.backtesting.scoring import ratio_interval
from hotspot.dates import day_numbers, event_times
from hotspot.english import count, percent
from hotspot.incidents.content_order import content_order
from hotspot.near_repeat.events import rule_problems, standing_rows, time_rank
from hotspot.rule import RULE
from hotspot.worth.by_chance import Chance, Times, beyond, dealt_out, in_time
from hotspot.worth.intervals import Floats, at_least_exact

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Ints = npt.NDArray[np.int64]

SAME_ADDRESS = "same address"
_DAY_S = 86_400
# Limits of 95 % rest on the outer 25 draws at each end.
_DRAWS = 1_000
# Where chance alone gives nearly every burglary an earlier one nearby, no excess can be seen.
_SATURATED = 0.9


@dataclass(frozen=True)
class PreventableShare:
    """Result of `preventable_share`.

    Parameters
    ----------
    table : DataFrame
        A row per reach, the nearest first, each with all that is nearer: ``reach``; ``followers``,
        burglaries with an earlier one within the reach and the days; ``in_time``, how many of them
        came after the force could have acted on one; ``in_time_least`` and ``in_time_most``, where
        every unknown time is the worst or the best for that; ``share`` of the followers, with its
        95 % interval ``low`` to ``high``; ``of_all``, the same of all burglaries; ``by_chance``,
        what `of_all` is where dates have nothing to do with places; ``beyond_chance``, the share
        of all burglaries in time that is left, with ``beyond_low`` and ``beyond_high``; and
        ``beyond_followers``, what is left of all followers, in time or not.
    burglaries : int
        Burglaries counted, several references of one event once.
    response_days, window_days : float, int
    recorded_share : float
        Share of them that tell when they were recorded.
    median_delay_days : float
        From being found to being recorded, of those that tell it; NaN where none does.
    permutations, seed : int
    """

    table: pd.DataFrame
    burglaries: int
    response_days: float
    window_days: int
    recorded_share: float
    median_delay_days: float
    permutations: int
    seed: int

    def summary(self) -> str:
        """Return in plain words what visits could at most prevent, and what that does not show.

        Returns
        -------
        str
        """
        rows: list[Any] = self.table[self.table["followers"] > 0].to_dict("records")
        if not rows:
            reach = self.table["reach"].iloc[-1]
            return (
                f"None of {count(self.burglaries, 'burglary', 'burglaries')} follows another "
                f"{reach} and {self.window_days} days: there is nothing that visits to neighbours "
                "could prevent."
            )
        nearest = rows[:2] if rows[0]["reach"] == SAME_ADDRESS else rows[:1]
        lines = [self._row_words(row) for row in nearest]
        lines += [self._chance_words(nearest[-1]), self._times_words()]
        lines += [
            "This is a ceiling: it counts what a visit could have come before, not what a visit "
            "would have stopped. Visits are not proven to prevent a burglary."
        ]
        return "\n".join(lines)

    def headline(self) -> str:
        """Return what it comes to, in two sentences.

        Returns
        -------
        str
        """
        if not self.table["followers"].any():
            return self.summary()
        rows: list[Any] = self.table[self.table["followers"] > 0].to_dict("records")
        row = rows[min(len(rows) - 1, int(rows[0]["reach"] == SAME_ADDRESS))]
        where = "at the same address as" if row["reach"] == SAME_ADDRESS else f"{row['reach']} of"
        sentence = (
            f"Of {count(self.burglaries, 'burglary', 'burglaries')} {percent(row['of_all'])} came "
            f"{where} another of the {self.window_days} days before, more than "
            f"{self.response_days:g} days after it was known; by chance alone "
            f"{percent(row['by_chance'])} would have. "
        )
        if row["by_chance"] > _SATURATED or not row["beyond_low"] > 0:
            return sentence + "That visits could come before more than chance gives is not shown."
        return sentence + (
            f"Beyond chance that leaves {percent(row['beyond_chance'])} "
            f"({percent(row['beyond_low'])} to {percent(row['beyond_high'])}) of all burglaries "
            "for visits to come before; that visits prevent them is not proven."
        )

    def plot(self) -> "Figure":
        """Draw for each reach what followed, what followed in time, and what chance gives.

        Returns
        -------
        matplotlib.figure.Figure
        """
        from hotspot.output.pictures import Picture

        table, at = self.table, np.arange(len(self.table))
        figure = Picture(figsize=(7.2, 4.0), layout="constrained")
        axes = figure.subplots()
        followers = table["followers"] / max(self.burglaries, 1)
        axes.bar(at, 100 * followers, 0.72, color="#cfd5dc", label="follow another burglary")
        # fmt: off
        axes.bar(at, 100 * table["of_all"], 0.72, color="#2b6ca3",
                 label=f"… once the force could have acted ({self.response_days:g} days)")
        axes.hlines(100 * table["by_chance"], at - 0.42, at + 0.42, color="#1d2733",
                    linestyle="--", label="… by chance alone")
        # fmt: on
        axes.set_xticks(at, table["reach"])
        axes.set_ylabel("Share of all burglaries (%)")
        axes.set_title(
            f"What visits could at most prevent: {self.burglaries:,} burglaries, those that follow "
            f"another of the {self.window_days} days before",
            fontsize=10,
        )
        figure.legend(frameon=False, fontsize=8, loc="outside lower center", ncols=3)
        axes.spines[["top", "right"]].set_visible(False)
        return figure

    def _repr_html_(self) -> str:
        words = "".join(f"<p>{html.escape(line)}</p>" for line in self.summary().splitlines())
        table: str = self.table.to_html(index=False, float_format=lambda value: f"{value:.3g}")
        return words + table

    def _row_words(self, row: dict[str, Any]) -> str:
        some = int(row["followers"])
        where = "at the same address as" if row["reach"] == SAME_ADDRESS else f"{row['reach']} of"
        return (
            f"{some:,} of {count(self.burglaries, 'burglary', 'burglaries')} "
            f"({percent(some / self.burglaries)}) came {where} another of the {self.window_days} "
            f"days before; {percent(row['share'])} of these ({percent(row['low'])} to "
            f"{percent(row['high'])}) more than {self.response_days:g} days after that was "
            f"known, when the force could have acted: {percent(row['of_all'])} of all burglaries."
        )

    def _chance_words(self, row: dict[str, Any]) -> str:
        where = str(row["reach"]).replace("same", "at the same")
        if row["by_chance"] > _SATURATED:
            return (
                f"By chance alone {percent(row['by_chance'])} would have, burglaries lie so close "
                "together here: how many have to do with the earlier one cannot be told."
            )
        sentence = (
            f"By chance alone {percent(row['by_chance'])} would have followed one {where} so late. "
        )
        if not row["beyond_low"] > 0:
            return sentence + "That there are more than chance gives is not shown."
        return (
            f"{sentence}Beyond chance {percent(row['beyond_followers'])} of all burglaries follow "
            f"one so, and {percent(row['beyond_chance'])} ({percent(row['beyond_low'])} to "
            f"{percent(row['beyond_high'])}) late enough for the force to act: visits so near can "
            "prevent no more repeats than these."
        )

    def _times_words(self) -> str:
        last = self.table.iloc[-1]
        least, most = (last[name] / last["followers"] for name in ("in_time_least", "in_time_most"))
        sentence = (
            "Unknown times are spread over their windows; at worst and at best the share "
            f"{last['reach']} is {percent(least)} and {percent(most)}."
        )
        if self.recorded_share < 1:
            untold = 1 - self.recorded_share
            which = f"{percent(untold)} of the burglaries do" if untold < 1 else "The burglaries do"
            sentence += (
                f" {which} not tell when they were recorded and count as known when they were "
                "found: the true share is lower."
            )
        return sentence


def preventable_share(
    incidents: gpd.GeoDataFrame,
    response_days: float = 2.0,
    distance_m: float = RULE.distance_m,
    window_days: int = RULE.window_days,
    *,
    reaches_m: Sequence[float] = (100.0, 200.0),
    permutations: int = 99,
    seed: int | None = 0,
) -> PreventableShare:
    """Count the near repeats that came after the force could have acted: the most to prevent.

    Parameters
    ----------
    incidents : GeoDataFrame
        As `read_incidents` returns them, in a projected CRS in metres.
    response_days : float
        From the moment a burglary is recorded (where that is not told, is found) to the visits.
    distance_m : float
        The farthest reach of visits and messages.
    window_days : int
        Whole days for which a burglary counts.
    reaches_m : sequence of float
        Nearer reaches to tell of, besides the same address and `distance_m`.
    permutations : int
        Deals of the dates over the places, for what chance gives.
    seed : int or None
        Of the deals and of the bootstrap; None draws one.

    Returns
    -------
    PreventableShare

    Raises
    ------
    DataError
        If the incidents are not in canonical shape, or dates are months only; every fault is told.
    ConfigError
        If a setting is out of range.

    Notes
    -----
    A burglary follows another that is earlier by the middle of its window, by at most
    `window_days` whole days. It counts as in time with the share of its own window that lies after
    the earliest moment at which the force could have acted on any that it follows; midnight sharp
    at both ends is a day without a time, and stands for the whole day. Different references at
    one UPRN with overlapping windows are one burglary, recorded when the first of them was.

    Where burglaries lie close together many follow another by chance. ``by_chance`` is the mean
    over permutations that deal the times out over the places anew (the null of the Knox test).
    ``beyond_chance`` is the share of burglaries that follow one which drew them there, where the
    rest follow by chance (Abbott 1925; of true pairs, too, a deal lets some follow: that is taken
    back). It holds whatever goes with time and place at once, such as a bad month in one quarter,
    and is too high by that; where burglaries lie so close that most follow one by chance it is too
    low, since those near each other follow the same ones. Intervals are of a bootstrap over
    calendar weeks of what is over and above chance.

    References
    ----------
    Abbott, W. S. (1925). A method of computing the effectiveness of an insecticide. Journal of
    Economic Entomology 18(2), 265-267. Knox, E. G. (1964). The detection of space-time
    interactions. Applied Statistics 13(1), 25-30.

    Examples
    --------
    >>> found = pd.to_datetime(["2026-01-01 12:00", "2026-01-02 12:00", "2026-01-09 12:00"])
    >>> incidents = gpd.GeoDataFrame(
    ...     {"crime_ref": list("ABC"), "occurred_from": found, "occurred_to": found},
    ...     geometry=gpd.points_from_xy([0, 50, 50], [0, 0, 0]), crs="EPSG:27700")
    >>> share = preventable_share(incidents, distance_m=400, window_days=42)
    >>> share.table[["reach", "followers", "in_time"]]
              reach  followers  in_time
    0  same address          1      1.0
    1  within 100 m          2      1.0
    2  within 200 m          2      1.0
    3  within 400 m          2      1.0
    """
    _check(incidents, response_days, distance_m, window_days, reaches_m, permutations)
    chosen = _checks.chosen_seed(seed)
    times, places, recorded = _events(incidents, response_days)
    edges = np.array([0.0, *sorted(float(m) for m in reaches_m if m < distance_m), distance_m])
    near = _near(places, edges)
    first = first_acts(near, places.home, times.rank, times.day, window_days, times.act)
    delay = recorded - times.end
    return PreventableShare(
        table=_table(
            edges,
            first,
            times,
            dealt_out(near, places.home, times, window_days, permutations, chosen),
            chosen,
        ),
        burglaries=len(times.day),
        response_days=float(response_days),
        window_days=int(window_days),
        recorded_share=float((recorded != NEVER).mean()) if len(recorded) else float("nan"),
        median_delay_days=_median_days(delay[recorded != NEVER]),
        permutations=permutations,
        seed=chosen,
    )


class _Places(NamedTuple):
    x: Floats
    y: Floats
    home: Ints


def _check(
    incidents: gpd.GeoDataFrame,
    response_days: float,
    distance_m: float,
    window_days: int,
    reaches_m: Sequence[float],
    permutations: int,
) -> None:
    """Raise every problem with the data and the settings at once."""
    settings = rule_problems(distance_m, window_days)
    if not (np.isfinite(response_days) and response_days >= 0):
        settings.append(f"response_days must be a number, 0 or more, not {response_days!r}.")
    settings += _checks.positive_problems(**{f"reaches_m[{i}]": m for i, m in enumerate(reaches_m)})
    settings += _checks.integer_problems(1, permutations=permutations)
    _checks.check_incidents_frame(incidents, arguments=settings, needs_days="The preventable share")


def _events(incidents: gpd.GeoDataFrame, response_days: float) -> tuple[Times, _Places, Ints]:
    """Return times and places of each event, and when it was recorded (`NEVER`: not told)."""
    stands = standing_rows(incidents)
    rows = np.unique(stands)
    # Times are dealt over the events as they stand: not in the order of the file.
    rows = rows[content_order(incidents.iloc[rows])]
    events = incidents.iloc[rows]
    recorded = _recorded(incidents, stands)[rows]
    moments = event_times(events)
    start, end = _seconds(events["occurred_from"]), _seconds(events["occurred_to"])
    # A day without a time may be any of its hours, and is known at its end.
    end = np.where((start == end) & (start % _DAY_S == 0), start + _DAY_S, end)
    act = np.where(recorded == NEVER, end, recorded) + round(response_days * _DAY_S)
    times = Times(start, end, day_numbers(moments), time_rank(events, moments), act)
    uprn = events["uprn"] if "uprn" in events.columns else pd.Series(None, events.index, object)
    home = np.asarray(pd.factorize(uprn)[0], dtype=np.int64)
    points = events.geometry
    return times, _Places(points.x.to_numpy(), points.y.to_numpy(), home), recorded


def _recorded(incidents: gpd.GeoDataFrame, stands: Ints) -> Ints:
    """Return for the row that stands for an event when the first of its references was recorded."""
    recorded = np.full(len(incidents), NEVER)
    if "recorded_at" in incidents.columns:
        known = incidents["recorded_at"].notna().to_numpy()
        recorded[known] = _seconds(incidents["recorded_at"][known])
    first = np.full(len(incidents), NEVER)
    np.minimum.at(first, stands, recorded)
    return first


def _seconds(times: pd.Series) -> Ints:
    return np.asarray(times.to_numpy().astype("datetime64[s]").astype(np.int64))


def _near(places: _Places, edges: Floats) -> Neighbours:
    """Find who is near whom, whenever it was: the dates are dealt out anew."""
    same_day = np.zeros(len(places.x), dtype=np.int64)
    closed = np.ones(len(edges), dtype=bool)
    return neighbours(places.x, places.y, same_day, same_day, 0, edges, closed)


def _table(
    edges: Floats, first: Ints, times: Times, chances: tuple[Chance, Chance], seed: int
) -> pd.DataFrame:
    """Count by reach, with intervals over weeks."""
    events = max(len(times.day), 1)
    follows = first != NEVER
    late = in_time(first, times)
    least = follows & (times.start[:, None] > first)
    most = follows & (times.end[:, None] > first)
    followers, counted = follows.sum(axis=0), late.sum(axis=0)
    share = np.divide(counted, followers, out=np.full(len(edges), np.nan), where=followers > 0)
    in_time_by_chance, by_chance = chances
    limits = _intervals(follows, late, times.day, in_time_by_chance, seed)
    return pd.DataFrame(
        {
            "reach": [SAME_ADDRESS, *(f"within {edge:g} m" for edge in edges[1:])],
            "followers": followers,
            "in_time": counted,
            "in_time_least": least.sum(axis=0),
            "in_time_most": most.sum(axis=0),
            "share": share,
            "low": limits[0],
            "high": limits[1],
            "of_all": counted / events,
            "by_chance": in_time_by_chance.share,
            "beyond_chance": beyond(counted / events, in_time_by_chance),
            "beyond_low": limits[2],
            "beyond_high": limits[3],
            "beyond_followers": beyond(followers / events, by_chance),
        }
    )


def _intervals(
    follows: npt.NDArray[np.bool_], late: Floats, day: Ints, chance: Chance, seed: int
) -> tuple[Floats, Floats, Floats, Floats]:
    """Draw whole weeks with replacement, so that a series of burglaries stays together."""
    reaches = follows.shape[1]
    week = np.unique(day // 7, return_inverse=True)[1]
    weeks = int(week.max()) + 1 if len(week) else 0
    if weeks < 2:
        unknown = np.full(reaches, np.nan)
        return unknown, unknown, unknown, unknown
    # A busy week has more that follow by chance: only what is over and above tells the rest.
    columns = (follows, late, late - chance.of_each, np.ones_like(late))
    sums = np.zeros((len(columns), weeks, reaches))
    for column, of_each in zip(sums, columns, strict=True):
        np.add.at(column, week, of_each)
    # Another stream than that of the deals, which began at the seed itself.
    draws = np.random.default_rng(seed + 1).multinomial(weeks, [1 / weeks] * weeks, size=_DRAWS)

    def limits(top: Floats, bottom: Floats) -> Floats:
        both = [
            ratio_interval(*of_reach, draws.astype(float))
            for of_reach in zip(top.T, bottom.T, strict=True)
        ]
        return np.array(both).T

    among, in_time, apart, events = sums
    low, high = limits(in_time, among).clip(0.0, 1.0)
    low, high = at_least_exact(low, high, late.sum(axis=0), follows.sum(axis=0).astype(float))
    # What is left rises with the share of all, so its limits are those of the share.
    ends = (chance.share + limits(apart, events)).clip(0.0, 1.0)
    return low, high, beyond(ends[0], chance), beyond(ends[1], chance)


def _median_days(delay_s: Ints) -> float:
    return float(np.median(delay_s)) / _DAY_S if len(delay_s) else float("nan")
