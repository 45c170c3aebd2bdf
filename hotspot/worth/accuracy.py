"""How well the lists were aimed: past days replayed, and the burglaries that came after."""

import html
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspot._checks import (
    chosen_seed,
    frame_problems,
    incident_problems,
    point_problems,
    positive_problems,
    same_crs_problems,
)
from hotspot._errors import ConfigError, DataError
from hotspot.dates import AsOf, cutoff, month_only_problems
from hotspot.english import count, plain_day
from hotspot.worth.replay import OTHERS, Day, Town, hits, match_crimes, replayed

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Floats = npt.NDArray[np.float64]

LISTS = "the lists"
_RINGS = ("burgled homes (ring 0)", "next door (ring 1)", "opposite, behind (ring 2)")
_LEVEL = (0.025, 0.975)
_DRAWS = 2_000


@dataclass(frozen=True)
class TargetingAccuracy:
    """Result of `targeting_accuracy`.

    Attributes
    ----------
    table : DataFrame
        A row for the lists, for each of their rings, and for each other way to choose as many
        homes: ``chosen_by``, ``visits``, ``burglaries`` at these homes in the weeks after (for the
        other ways, the mean over all draws), ``per_thousand`` visits with its 95 % interval
        ``low`` to ``high``, and ``difference``, the lists' ``per_thousand`` less this one, with
        ``difference_low`` to ``difference_high``, of the same lists drawn (NaN for the lists
        themselves and their rings).
    lists : int
        Days replayed.
    first, last : Timestamp
        Of them.
    horizon_days : int
        How long after a list burglaries count.
    burglaries : int
        That came after the first list, to the end.
    matched : int
        How many of them were matched to a home; the others can fall on no visit, whoever chooses.
    seed : int
    """

    table: pd.DataFrame
    lists: int
    first: pd.Timestamp
    last: pd.Timestamp
    horizon_days: int
    burglaries: int
    matched: int
    seed: int

    def summary(self) -> str:
        """Say in plain words how the lists did, and what that does not show."""
        lists = self.table.iloc[0]
        span = f"{count(self.lists, 'list')} from {plain_day(self.first)} to {plain_day(self.last)}"
        if not lists["visits"]:
            return f"Replaying {span}: no home was listed."
        said = [
            f"Replaying {span}: {count(int(lists['visits']), 'visit')}, and "
            f"{count(int(lists['burglaries']), 'burglary', 'burglaries')} at these homes in the "
            f"{self.horizon_days} days after: {_rate(lists)} a thousand visits."
        ]
        rows: list[Any] = self.table.iloc[1 + len(_RINGS) :].to_dict("records")
        told = [f"{row['chosen_by']} {row['per_thousand']:.1f}" for row in rows if _known(row)]
        if told:
            said.append(f"As many visits chosen otherwise, on average: {'; '.join(told)}.")
        said += [_compared(row) for row in rows if _known(row)]
        if self.matched < self.burglaries:
            said.append(
                f"{self.burglaries - self.matched:,} of the {self.burglaries:,} burglaries since "
                "matched no home and count for nobody."
            )
        said.append(
            "This tells how many listed homes were burgled afterwards; it does not tell what a "
            "visit does."
        )
        return "\n".join(said)

    def headline(self) -> str:
        """Say what it comes to, in two sentences."""
        lists = self.table.iloc[0]
        if not lists["visits"]:
            return self.summary()
        others: list[Any] = self.table.iloc[1 + len(_RINGS) :].to_dict("records")
        known = [row for row in others if _known(row)]
        told = ", ".join(f"{row['chosen_by']} {row['per_thousand']:.1f}" for row in known)
        said = (
            f"Of 1,000 visits by {count(self.lists, 'list')} from {plain_day(self.first)} to "
            f"{plain_day(self.last)}, {_rate(lists)} would have been to a home that was burgled in "
            f"the {self.horizon_days} days after; of as many chosen otherwise: {told}."
        )
        unclear = [row["chosen_by"] for row in known if not row["difference_low"] > 0]
        if unclear:
            said += f" That the lists do better than {' or '.join(unclear)} is not shown."
        return said

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
    *,
    areas: gpd.GeoDataFrame | None = None,
    every_days: int = 7,
    horizon_days: int = 42,
    visit_days: int = 14,
    distance_m: float = 400.0,
    area_share: float = 0.01,
    seed: int | None = 0,
) -> TargetingAccuracy:
    """Replay past lists and count the burglaries that fell on listed homes in the weeks after.

    Parameters
    ----------
    incidents : GeoDataFrame
        As `read_incidents` gives them; ``recorded_at`` is respected where it is.
    addresses : GeoDataFrame
        As `read_addresses` gives them, in the CRS of the incidents.
    start, end : date
        The first list is made at the end of the day before `start`; the weeks after the last one
        end before `end`.
    areas : GeoDataFrame, optional
        The study area of the hotspots; without it the ground that the addresses cover.
    every_days : int
        From one list to the next.
    horizon_days : int
        How long after a list burglaries count, and how soon a home is not visited again unless
        it is burgled.
    visit_days, distance_m : int, float
        As of `cocooning_targets`. Every door of rings 0 to 2 is visited.
    area_share : float
        Share of the area that is called hotspots.
    seed : int or None
        Of the bootstrap; None draws one.

    Returns
    -------
    TargetingAccuracy

    Raises
    ------
    DataError
        If a frame is not in canonical shape or in another CRS, or dates are months only; every
        fault is told.
    ConfigError
        If a setting is out of range, or no list's weeks fit between `start` and `end`.

    Notes
    -----
    Each list knows what had ended and was recorded by the end of its day, nothing else. A visit
    is to a building. Burglaries count by the middle of their window, each once, for the newest
    visit before it.

    The other ways are worked out without drawing: of n homes drawn from N, on which H burglaries
    fall, n H / N are expected. They are: homes in the hotspots of the year before (quartic kernel,
    400 m, the top `area_share`); all homes; and homes on the street of a live burglary within
    `distance_m` of it, without the burgled one. Intervals and differences are of a bootstrap that
    draws runs of lists as long as the horizon, because neighbouring lists share their weeks.

    A home that was visited may have been spared for that reason: where visits were made, the
    lists look worse than they were.

    References
    ----------
    Künsch, H. R. (1989). The jackknife and the bootstrap for general stationary observations.
    Annals of Statistics 17(3), 1217-1241.

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
    >>> result = targeting_accuracy(burglaries, doors, "2026-01-04", "2026-02-15")
    >>> result.table.loc[0, ["visits", "burglaries", "per_thousand"]].tolist()
    [2.0, 1.0, 500.0]
    """
    first, days = _check(
        incidents, addresses, areas, start, end, every_days, horizon_days, visit_days, distance_m,
        area_share,
    )  # fmt: skip
    chosen = chosen_seed(seed)
    town = Town.of_addresses(addresses)
    crimes = match_crimes(incidents, town)
    lists = list(
        replayed(
            crimes,
            town,
            days,
            horizon_days=horizon_days,
            visit_days=visit_days,
            distance_m=distance_m,
            area_share=area_share,
            within=areas,
        )
    )
    after = crimes.distinct & (crimes.day > days[0]) & (crimes.day <= days[-1] + horizon_days)
    return TargetingAccuracy(
        table=_table(
            lists,
            hits(lists, crimes, town, horizon_days),
            math.ceil(horizon_days / every_days),
            chosen,
        ),
        lists=len(lists),
        first=first,
        last=first + pd.Timedelta(days=int(days[-1] - days[0])),
        horizon_days=horizon_days,
        burglaries=int(after.sum()),
        matched=int((after & (crimes.place >= 0)).sum()),
        seed=chosen,
    )


def _check(
    incidents: gpd.GeoDataFrame,
    addresses: gpd.GeoDataFrame,
    areas: gpd.GeoDataFrame | None,
    start: AsOf,
    end: AsOf,
    every_days: int,
    horizon_days: int,
    visit_days: int,
    distance_m: float,
    area_share: float,
) -> tuple[pd.Timestamp, npt.NDArray[np.int64]]:
    """Raise every problem at once; else give the day of the first list, and all of them."""
    problems = incident_problems(incidents)
    if not problems:
        problems = month_only_problems(incidents, "Targeting accuracy")
    told = frame_problems(addresses, "addresses", ("uprn", "address"))
    told = told or point_problems(addresses, "addresses")
    told += [] if areas is None else frame_problems(areas, "areas")
    if not problems and not told:
        problems = same_crs_problems(incidents, addresses=addresses, areas=areas)
    settings = positive_problems(distance_m=distance_m, area_share=area_share)
    for name, value, least in (
        ("every_days", every_days, 1),
        ("horizon_days", horizon_days, 1),
        ("visit_days", visit_days, 0),
    ):
        if not isinstance(value, (int, np.integer)) or value < least:
            settings.append(f"{name} must be a whole number, {least} or more, not {value!r}.")
    if problems or told:
        raise DataError([*problems, *told, *settings])
    if settings:
        raise ConfigError(settings)
    first = cutoff(start).normalize() - pd.Timedelta(days=1)
    room = (cutoff(end).normalize() - first).days - 1 - horizon_days
    if room < 0:
        raise ConfigError(
            f"From {start} to {end} there is no room for a list and the {horizon_days} days after."
        )
    day = (first - pd.Timestamp(0)).days
    return first, np.arange(day, day + room + 1, every_days)


def _table(
    lists: list[Day], counted: list[npt.NDArray[np.int64]], run: int, seed: int
) -> pd.DataFrame:
    """Sum over the lists, with intervals over runs of them."""
    visits, burglaries = _by_row(lists, counted)
    drawn = _draws(len(lists), run, seed)
    rate = _per_thousand(burglaries.sum(axis=0), visits.sum(axis=0))
    rates = _per_thousand(drawn @ burglaries, drawn @ visits)
    low, high = _middle(rates)
    apart_low, apart_high = _middle(rates[:, :1] - rates)
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


def _by_row(lists: list[Day], counted: list[npt.NDArray[np.int64]]) -> tuple[Floats, Floats]:
    """Count visits and burglaries of each list: all, each ring, and as many visits elsewhere."""
    visits, burglaries = [], []
    for told, burgled in zip(lists, counted, strict=True):
        rings = [told.rings == ring for ring in range(len(_RINGS))]
        total = len(told.places)
        elsewhere = np.where(np.isnan(told.chance), 0, total)
        visits.append([total, *(ring.sum() for ring in rings), *elsewhere])
        burglaries.append(
            [
                burgled.sum(),
                *(burgled[ring].sum() for ring in rings),
                *(elsewhere * np.nan_to_num(told.chance)),
            ]
        )
    return np.asarray(visits, dtype=float), np.asarray(burglaries, dtype=float)


def _draws(lists: int, run: int, seed: int) -> Floats:
    """Draw runs of neighbouring lists, around the end; how often each list is in each draw."""
    run = min(run, lists)
    rng = np.random.default_rng(seed)
    starts = rng.integers(0, lists, size=(_DRAWS, math.ceil(lists / run)))
    drawn = (starts[:, :, None] + np.arange(run)).reshape(_DRAWS, -1)[:, :lists] % lists
    times = np.zeros((_DRAWS, lists))
    np.add.at(times, (np.arange(_DRAWS)[:, None], drawn), 1)
    return times


def _per_thousand(burglaries: Floats, visits: Floats) -> Floats:
    rate = np.full(burglaries.shape, np.nan)
    np.divide(1000 * burglaries, visits, out=rate, where=visits > 0)
    return rate


def _middle(drawn: Floats) -> tuple[Floats, Floats]:
    """Give the middle 95 % of each column, NaN where it is never known."""
    known = ~np.isnan(drawn).all(axis=0)
    limits = np.full((2, drawn.shape[1]), np.nan)
    limits[:, known] = np.nanquantile(drawn[:, known], _LEVEL, axis=0)
    return limits[0], limits[1]


def _known(row: dict[str, Any]) -> bool:
    return not math.isnan(row["per_thousand"])


def _rate(row: "pd.Series[Any]") -> str:
    return f"{row['per_thousand']:.1f} ({row['low']:.1f} to {row['high']:.1f})"


def _compared(row: dict[str, Any]) -> str:
    """Say whether the lists did better than another way, or that it cannot be told."""
    other, low, high = row["chosen_by"], row["difference_low"], row["difference_high"]
    span = f"({low:+.1f} to {high:+.1f} a thousand)"
    if low > 0:
        return f"The lists did better than {other} {span}."
    if high < 0:
        return f"The lists did worse than {other} {span}."
    return f"Between the lists and {other} no difference is shown {span}."
