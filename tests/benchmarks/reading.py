"""The check of a million rows, beside a reader that checks nothing."""

import hashlib
import tempfile
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from tests.benchmarks.force import SAMPLE, later_dates, moved_coordinates
from tests.benchmarks.race import Race, Work

ROWS = 1_000_000
#: Processor seconds and MB that the check may take.
CPU_S, PEAK_MB = 5.0, 1024
_SEED = 2026
_SPREAD_M = 40_000


def incidents_file(rows: int = ROWS) -> Path:
    """Return a CSV of crimes drawn from those of the sample, faults and all; it is made once."""
    content = (SAMPLE / "burglaries.csv").read_bytes() + Path(__file__).read_bytes()
    name = f"hotspot-reading-{rows}-{hashlib.sha256(content).hexdigest()[:12]}.csv"
    path = Path(tempfile.gettempdir()) / name
    if not path.is_file():
        made = path.with_suffix(".part")
        drawn_rows(rows).to_csv(made, index=False)
        made.rename(path)
    return path


def drawn_rows(rows: int) -> pd.DataFrame:
    """Draw rows of the sample, each moved to a place and a week of its own.

    One row in two hundred is there twice, and one in a thousand has the reference of another crime.
    """
    random = np.random.default_rng(_SEED)
    sample = pd.read_csv(SAMPLE / "burglaries.csv", dtype=str, keep_default_na=False)
    drawn = sample.iloc[random.integers(0, len(sample), rows)].reset_index(drop=True)
    town = random.integers(0, 50, rows)
    # The sample town lies near the eastern edge of the grid: the copies lie to the west of it.
    offset = np.column_stack([-4_000.0 * (town % 10), -6_000.0 * (town // 10)])
    offset = offset + random.integers(-500, 500, (rows, 2)) / 10
    drawn = moved_coordinates(drawn, offset.T, ("Easting", "Northing"))
    weeks = -random.integers(0, 100, rows)
    for name in ("Date From", "Date To", "Date Recorded", "Attended", "Outcome Date"):
        drawn[name] = later_dates(drawn[name], weeks)
    number = np.arange(rows)
    number[2::1000] = number[::1000][: len(number[2::1000])]
    references = pd.Series([f"09{n:08d}" for n in number.tolist()])
    drawn["Crime Ref"] = references.where(drawn["Crime Ref"] != "", "")
    house = random.integers(1, 240, rows)
    drawn["UPRN"] = drawn["UPRN"].where(
        drawn["UPRN"] == "", (town + 10).astype(str) + drawn["UPRN"].str[2:]
    )
    drawn["Address"] = drawn["Address"].str.replace(r"^\d+ ", "", regex=True)
    numbered = house.astype(str).astype(object) + " "
    drawn["Address"] = np.where(house > 20, numbered, "") + drawn["Address"].astype(object)
    again = np.arange(rows)
    again[1::200] = again[::200][: len(again[1::200])]
    return drawn.iloc[again]


def ours(path: Path) -> Work:
    from hotspot.incidents import check_incidents

    return lambda: check_incidents(path, as_of="2026-03-31")


def pandas_arrow(path: Path) -> Work:
    import geopandas as gpd

    def work() -> gpd.GeoDataFrame:
        table = pd.read_csv(path, engine="pyarrow", dtype={"Crime Ref": str, "UPRN": str})
        x, y = (pd.to_numeric(table[name], errors="coerce") for name in ("Easting", "Northing"))
        return gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(x, y), crs="EPSG:27700")

    return work


class Reading:
    """The check of every row, then the reading alone."""

    def run(self) -> None:
        path = incidents_file()
        size = path.stat().st_size / 1e6
        race = Race(f"Check of a CSV of {ROWS:,} rows, {size:.0f} MB")
        race.add("hotspot, check_incidents", partial(ours, path), 1)
        race.add("pandas with pyarrow, points: no check", partial(pandas_arrow, path), 1)
        check, peer = race.run().values()
        told = f"{check.cpu / peer.cpu:.1f} times the processor time of the peer"
        met = "yes" if check.cpu <= CPU_S and check.peak <= PEAK_MB else "NO"
        print(f"  {told}; within {CPU_S:.0f} s and {PEAK_MB:,} MB: {met}.", flush=True)


def contenders() -> Reading:
    return Reading()
