"""A district of like squares, and two operations in it whose true effect is known."""

from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from hotspot.demo.process import Dice, hours
from hotspot.impact.random_draw import RandomisedPlan, randomised_plan

Floats = npt.NDArray[np.float64]
Period = tuple[pd.Timestamp, pd.Timestamp]

BEFORE = pd.Timestamp("2023-03-01"), pd.Timestamp("2025-02-28")
AFTER = pd.Timestamp("2025-03-01"), pd.Timestamp("2026-02-28")
SEED = 7
# South-west corner, in the North Sea east of Doggerby; further apart than the rule reaches.
_EAST, _NORTH, _STEP_M, _ROWS = 652_000.0, 366_000.0, 1_000.0, "ABCD"
_DAY = pd.Timedelta(days=1)


@dataclass(frozen=True)
class DistrictProcess:
    """Parameters of the district.

    Parameters
    ----------
    columns : int
        Squares in each of four rows.
    side_m : float
    a_year : float
        Mean burglaries of a square a year; squares differ by a gamma of shape `shape`.
    shape : float
    ring_a_year : float
        Around each square, within `ring_m`.
    ring_m : float
    offspring, offspring_days, offspring_m : float
        What each burglary triggers on average, how much later and how far away.
    trend_per_year, season : float
    pairs : int
        Of the worst squares, of which one each is treated by Op Beacon.
    ratio, small_ratio : float
        True ratio of the rate on treated ground to what it had been: of Op Beacon, and of Op Ember,
        of three squares.
    displaced_share : float
        Of what was prevented, the share that happens in the ring instead.
    """

    columns: int = 8
    side_m: float = 400.0
    a_year: float = 17.0
    shape: float = 6.0
    ring_a_year: float = 4.0
    ring_m: float = 250.0
    offspring: float = 0.25
    offspring_days: float = 10.0
    offspring_m: float = 40.0
    trend_per_year: float = -0.06
    season: float = 0.2
    pairs: int = 12
    ratio: float = 0.55
    small_ratio: float = 0.8
    displaced_share: float = 0.15


@dataclass(frozen=True)
class DistrictOperation:
    """An operation of the district, and what it did.

    Parameters
    ----------
    name : str
    ratio : float
        The true one.
    treated, control : list of str
    draw : RandomisedPlan or None
    without : int
        How many burglaries there had been on treated ground after the start.
    prevented, displaced : int
    """

    name: str
    ratio: float
    treated: list[str]
    control: list[str]
    draw: RandomisedPlan | None
    without: int = 0
    prevented: int = 0
    displaced: int = 0


@dataclass(frozen=True)
class District:
    """What happened in the district.

    Parameters
    ----------
    squares : GeoDataFrame
        ``place``.
    burglaries : DataFrame
        ``when``, ``easting``, ``northing``.
    operations : list of DistrictOperation
    """

    squares: gpd.GeoDataFrame
    burglaries: pd.DataFrame
    operations: list[DistrictOperation] = field(default_factory=list)

    def ground(self, names: list[str]) -> gpd.GeoDataFrame:
        """Return some of the squares."""
        chosen = self.squares[self.squares["place"].isin(names)]
        return gpd.GeoDataFrame(chosen.reset_index(drop=True), crs=self.squares.crs)

    def incidents(self) -> gpd.GeoDataFrame:
        """Return the burglaries as `read_incidents` has them, each known to the minute."""
        frame = pd.DataFrame(
            {
                "crime_ref": [f"W{number:05d}" for number in range(len(self.burglaries))],
                "occurred_from": self.burglaries["when"].to_numpy(),
                "occurred_to": self.burglaries["when"].to_numpy(),
            }
        )
        points = shapely.points(self.burglaries[["easting", "northing"]].to_numpy(dtype=float))
        return gpd.GeoDataFrame(frame, geometry=np.asarray(points), crs="EPSG:27700")


def make_district(seed: int = SEED, process: DistrictProcess | None = None) -> District:
    """Draw the district, its burglaries, and what two operations did to them.

    Parameters
    ----------
    seed : int
    process : DistrictProcess, optional

    Returns
    -------
    District
    """
    process = DistrictProcess() if process is None else process
    dice = Dice([seed, 11])
    squares = _squares(process)
    when, at = _offences(dice, squares, process)
    inside = _square_of(at, squares)
    early = (when >= BEFORE[0]) & (when < BEFORE[1] + _DAY)
    held = np.bincount(inside[early & (inside >= 0)], minlength=len(squares))
    # Equal counts by name, so that nothing but counts and names decides.
    worst = [str(squares["place"][n]) for n in np.lexsort((squares["place"], -held))]
    paired, others = worst[: 2 * process.pairs], worst[2 * process.pairs :]
    draw = randomised_plan(list(zip(paired[::2], paired[1::2], strict=True)), seed)
    beacon = DistrictOperation("Op Beacon", process.ratio, draw.treated, draw.control, draw)
    ember = DistrictOperation(
        "Op Ember", process.small_ratio, sorted(others[:6:2]), sorted(others[1:6:2]), None
    )
    gone = np.zeros(len(when), dtype=bool)
    done = []
    for operation in (beacon, ember):
        which = squares["place"].isin(operation.treated).to_numpy()
        # One more entry for what lies in no square.
        on_it = np.append(which, False)[inside] & (when >= AFTER[0])
        prevented = on_it & (dice.uniform(size=len(when)) >= operation.ratio)
        moved = prevented & (dice.uniform(size=len(when)) < process.displaced_share)
        at[moved] = _around(dice, squares, inside[moved], process)
        gone |= prevented & ~moved
        counts = (int(one.sum()) for one in (on_it, prevented, moved))
        done.append(_with(operation, *counts))
    burglaries = pd.DataFrame(
        {"when": when[~gone], "easting": at[~gone, 0].round(1), "northing": at[~gone, 1].round(1)}
    ).sort_values("when", ignore_index=True)
    return District(squares, burglaries, done)


def _with(
    operation: DistrictOperation, without: int, prevented: int, displaced: int
) -> DistrictOperation:
    return DistrictOperation(
        operation.name, operation.ratio, operation.treated, operation.control, operation.draw,
        without, prevented, displaced,
    )  # fmt: skip


def _squares(process: DistrictProcess) -> gpd.GeoDataFrame:
    names, shapes = [], []
    for row, letter in enumerate(_ROWS):
        for column in range(process.columns):
            west, south = _EAST + column * _STEP_M, _NORTH + row * _STEP_M
            names.append(f"{letter}{column + 1}")
            shapes.append(shapely.box(west, south, west + process.side_m, south + process.side_m))
    return gpd.GeoDataFrame({"place": names}, geometry=shapes, crs="EPSG:27700")


def _offences(
    dice: Dice, squares: gpd.GeoDataFrame, process: DistrictProcess
) -> tuple["npt.NDArray[np.datetime64]", Floats]:
    """Draw when and where burglaries were, each with what it triggered."""
    days = (AFTER[1] - BEFORE[0]).days + 1
    day = np.arange(days)
    weight = (1 + process.trend_per_year) ** (day / 365.25) * (
        1 + process.season * np.cos(2 * np.pi * (day + BEFORE[0].day_of_year - 10) / 365.25)
    )
    share = np.cumsum(weight) / weight.sum()
    # What is triggered comes on top, so that the mean of a square is the one named.
    rates = process.a_year * dice.gamma(process.shape, 1 / process.shape, size=len(squares))
    own = dice.poisson(rates * days / 365.25 * (1 - process.offspring))
    ring = dice.poisson(process.ring_a_year * days / 365.25, size=len(squares))
    of = np.repeat(np.arange(len(squares)), own)
    corner = shapely.bounds(squares.geometry.to_numpy())[:, :2]
    inside = corner[of] + dice.uniform(0, process.side_m, size=(len(of), 2))
    around = _around(dice, squares, np.repeat(np.arange(len(squares)), ring), process)
    at = np.concatenate([inside, around])
    when = np.searchsorted(share, dice.uniform(size=len(at))) + dice.uniform(size=len(at))
    all_at, all_when = [at], [when]
    while len(at):
        parent = np.repeat(np.arange(len(at)), dice.poisson(process.offspring, size=len(at)))
        away = dice.exponential(process.offspring_m, size=len(parent))
        turn = dice.uniform(0, 2 * np.pi, size=len(parent))
        at = at[parent] + away[:, None] * np.column_stack([np.cos(turn), np.sin(turn)])
        when = when[parent] + dice.exponential(process.offspring_days, size=len(parent))
        at, when = at[when < days], when[when < days]
        all_at.append(at)
        all_when.append(when)
    minutes = np.floor(np.concatenate(all_when) * 1440).astype("timedelta64[m]")
    return BEFORE[0].to_datetime64().astype("datetime64[ns]") + minutes, np.concatenate(all_at)


def _around(
    dice: Dice, squares: gpd.GeoDataFrame, of: npt.NDArray[np.int64], process: DistrictProcess
) -> Floats:
    """Draw points in the ring around squares."""
    middle = shapely.get_coordinates(shapely.centroid(squares.geometry.to_numpy()))
    half = process.side_m / 2 + process.ring_m
    at = np.empty((len(of), 2))
    left = np.arange(len(of))
    while len(left):
        offset = dice.uniform(-half, half, size=(len(left), 2))
        in_ring = np.abs(offset).max(axis=1) > process.side_m / 2 + 1
        at[left] = middle[of[left]] + offset
        left = left[~in_ring]
    return at


def _square_of(at: Floats, squares: gpd.GeoDataFrame) -> npt.NDArray[np.int64]:
    """Return the square that each point lies in, -1 for none."""
    found = np.full(len(at), -1, dtype=np.int64)
    point, square = shapely.STRtree(squares.geometry.to_numpy()).query(
        shapely.points(at), predicate="intersects"
    )
    found[point] = square
    return found


def district_rows(district: District, seed: int = SEED) -> pd.DataFrame:
    """Return the burglaries as a force exports them: when they can have been, and recorded.

    Parameters
    ----------
    district : District
    seed : int

    Returns
    -------
    DataFrame of str
    """
    dice = Dice([seed, 12])
    rows = []
    exported = AFTER[1] + pd.Timedelta(hours=30)
    for number, one in enumerate(district.burglaries.to_dict("records"), 1):
        when = pd.Timestamp(one["when"])
        start = (when - hours(dice.uniform(0.1, 5))).floor("5min")
        end = (when + hours(dice.uniform(0.1, 5))).ceil("5min")
        recorded = min(end + hours(dice.uniform(0.2, 12)), exported)
        rows.append(
            {
                "Crime Ref": f"WB/{number:05d}/{when.year % 100}",
                "Offence": "Residential burglary of a home",
                "Date From": f"{start:%d/%m/%Y}", "Time From": f"{start:%H:%M}",
                "Date To": f"{end:%d/%m/%Y}", "Time To": f"{end:%H:%M}",
                "Recorded": f"{recorded:%d/%m/%Y %H:%M}",
                "Easting": f"{one['easting']:.1f}", "Northing": f"{one['northing']:.1f}",
            }
        )  # fmt: skip
    return pd.DataFrame(rows)
