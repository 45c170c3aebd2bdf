"""The briefing of a force: 54 copies of the sample town, from its files to what the teams get."""

import csv
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

COPIES, BURGLARIES, YEARS = 54, 31_600, 3
ADDRESSES = 505_000
AS_OF = pd.Timestamp("2026-03-02")
SAMPLE = Path(__file__).resolve().parents[2] / "sample_data"
_COLUMNS, _PITCH_M = 9, 12_000.0
# Copies lie in rows from the south-west on, well within the national grid.
_CORNER = np.array([350_000.0, 150_000.0])
_DATES = ("Date From", "Date To", "Date Recorded", "Attended", "Outcome Date")

_SET_UP = """
as_of = 2026-03-02
[incidents]
path = "burglaries.csv"
[addresses]
path = "addresses.csv"
[areas]
path = "beats.geojson"
name = "beat"
[basemap]
streets = "streets.geojson"
[cocooning]
exclude = "exclude.csv"
exclude_may_match_nothing = true
[output]
folder = "briefing"
marking = "OFFICIAL"
"""

_RUN = """
import json, resource, sys, time
from hotspot.cli import main
start = time.perf_counter()
if main(["brief", "briefing.toml"]):
    sys.exit(1)
own, others = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
cpu = [used.ru_utime + used.ru_stime for used in (own, others)]
peaks = [own.ru_maxrss / 1024, others.ru_maxrss / 1024]
print(json.dumps([time.perf_counter() - start, sum(cpu), *peaks]))
"""


def force_folder() -> Path:
    """Return the folder of a force's files; it is made once for what the sample holds."""
    sources = [SAMPLE / name for name in ("addresses.csv", "burglaries.csv", "beats.geojson")]
    content = b"".join(path.read_bytes() for path in [*sources, Path(__file__)])
    name = f"hotspot-force-{hashlib.sha256(content).hexdigest()[:12]}"
    folder = Path(tempfile.gettempdir()) / name
    if not folder.is_dir():
        made = Path(tempfile.mkdtemp(prefix=name))
        _write_force(made)
        made.rename(folder)
    return folder


def _write_force(folder: Path) -> None:
    towns = _offsets()
    addresses = pd.read_csv(SAMPLE / "addresses.csv", dtype=str, keep_default_na=False)
    burglaries = pd.read_csv(SAMPLE / "burglaries.csv", dtype=str, keep_default_na=False)
    addresses = _thinned(addresses, burglaries["UPRN"])
    parts = [_moved_addresses(addresses, nth, offset) for nth, offset in enumerate(towns)]
    pd.concat(parts).head(ADDRESSES).to_csv(folder / "addresses.csv", index=False)
    _drawn(burglaries, towns).to_csv(folder / "burglaries.csv", index=False)
    for name, field in (("beats.geojson", "beat"), ("streets.geojson", "street")):
        layer = json.loads((SAMPLE / name).read_text("utf-8"))
        layer["features"] = [
            _moved_feature(feature, field, nth, offset)
            for nth, offset in enumerate(towns)
            for feature in layer["features"]
        ]
        (folder / name).write_text(json.dumps(layer), "utf-8")
    with (folder / "exclude.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["reference"], ["F0000000"], ["F0000001"]])
    (folder / "briefing.toml").write_text(_SET_UP, "utf-8")


def _thinned(addresses: pd.DataFrame, burgled: pd.Series) -> pd.DataFrame:
    """Return a town's share of the force's addresses; who was burgled and who has flats stay."""
    kept = addresses["uprn"].isin(burgled) | addresses["uprn"].isin(addresses["parent_uprn"])
    others = np.flatnonzero(~kept.to_numpy())
    surplus = len(addresses) - -(-ADDRESSES // COPIES)
    left_out = np.random.default_rng(2026).choice(others, max(surplus, 0), replace=False)
    return addresses.drop(addresses.index[left_out])


def _offsets() -> np.ndarray:
    """Return how far each copy is moved, in metres."""
    at = np.array([divmod(nth, _COLUMNS)[::-1] for nth in range(COPIES)]) * _PITCH_M
    addresses = pd.read_csv(SAMPLE / "addresses.csv", usecols=["easting", "northing"])
    return np.asarray(_CORNER + at - addresses.min().to_numpy()).round(0)


def moved_coordinates(
    table: pd.DataFrame, offset: np.ndarray, names: tuple[str, str]
) -> pd.DataFrame:
    """Return a table whose coordinates are moved, where they are numbers."""
    moved = {}
    for name, by in zip(names, offset, strict=True):
        number = pd.to_numeric(table[name], errors="coerce") + by
        moved[name] = number.round(1).astype(str).where(number.notna(), table[name])
    return table.assign(**moved)


def _moved_addresses(addresses: pd.DataFrame, nth: int, offset: np.ndarray) -> pd.DataFrame:
    moved = moved_coordinates(addresses, offset, ("easting", "northing"))
    names = {name: _numbered(addresses[name], nth) for name in ("uprn", "parent_uprn", "usrn")}
    postcode = addresses["postcode"].str.replace("ZZ", f"Z{chr(65 + nth // 26)}{nth % 26}")
    return moved.assign(**names, postcode=postcode)


def _numbered(keys: pd.Series, nth: int) -> pd.Series:
    """Return the keys of a copy: its number in place of the first two digits."""
    return keys.where(keys == "", f"{nth + 10:02d}" + keys.str[2:])


def _drawn(burglaries: pd.DataFrame, towns: np.ndarray) -> pd.DataFrame:
    """Draw burglaries of three years; one that is drawn again for a town is of another day."""
    random = np.random.default_rng(2026)
    found = pd.to_datetime(burglaries["Date To"], format="%d/%m/%Y", errors="coerce")
    since = AS_OF - pd.DateOffset(years=YEARS)
    recent = np.flatnonzero(((found > since) & (found <= AS_OF)).to_numpy())
    pairs = random.choice(len(recent) * len(towns), BURGLARIES, replace=True)
    row, town = recent[pairs % len(recent)], pairs // len(recent)
    again = pd.Series(pairs).duplicated().to_numpy()
    age = (AS_OF - found.iloc[row]).dt.days.to_numpy()
    # To a day of the same weekday in the three years.
    weeks = (random.integers(0, YEARS * 52, len(row)) - (YEARS * 365 - age) // 7) * again
    drawn = burglaries.iloc[row].reset_index(drop=True)
    parts = []
    for nth, offset in enumerate(towns):
        moved = moved_coordinates(drawn[town == nth], offset, ("Easting", "Northing"))
        parts.append(moved.assign(UPRN=_numbered(moved["UPRN"], nth)))
    made = pd.concat(parts).sort_index()
    for name in _DATES:
        made[name] = later_dates(made[name], weeks)
    beats = zip(made["Beat"], town, strict=True)
    made["Beat"] = [f"{beat} {nth + 1}" if beat else "" for beat, nth in beats]
    made["Crime Ref"] = [f"F{nth:07d}" for nth in range(len(made))]
    return made


def later_dates(texts: pd.Series, weeks: np.ndarray) -> pd.Series:
    """Return dates some weeks later, but for those that are none."""
    day = pd.to_datetime(texts.str[:10], format="%d/%m/%Y", errors="coerce")
    moved = (day + pd.to_timedelta(weeks * 7, unit="D")).dt.strftime("%d/%m/%Y")
    return texts.where(day.isna(), moved + texts.str[10:])


def _moved_feature(feature: Any, field: str, nth: int, offset: np.ndarray) -> Any:
    geometry = feature["geometry"]
    named = {**feature["properties"], field: feature["properties"][field]}
    if field == "beat":
        named[field] = f"{named[field]} {nth + 1}"
    if "usrn" in named:
        named["usrn"] = f"{nth + 10:02d}{named['usrn'][2:]}"
    at = _moved_points(geometry["coordinates"], offset)
    return {**feature, "properties": named, "geometry": {**geometry, "coordinates": at}}


def _moved_points(at: Any, offset: np.ndarray) -> Any:
    if at and isinstance(at[0], list):
        return [_moved_points(part, offset) for part in at]
    return [round(float(value + by), 1) for value, by in zip(at, offset, strict=True)]


class ForceRun(NamedTuple):
    """What a briefing took: seconds by the clock and of processor, and peaks in MB.

    ``peak`` is that of the process that was called, ``peak_others`` the largest of those that it
    started.
    """

    seconds: float
    cpu: float
    peak: float
    peak_others: float


class ForceBriefing:
    """The briefing of a force, run once by its command in a process of its own."""

    def run(self) -> ForceRun:
        """Print what it took, and return it."""
        folder = force_folder()
        shutil.rmtree(folder / "briefing", ignore_errors=True)
        done = subprocess.run(
            [sys.executable, "-c", _RUN], cwd=folder, capture_output=True, text=True, check=True
        )
        taken = ForceRun(*json.loads(done.stdout.splitlines()[-1]))
        homes = f"{COPIES} copies of the sample town, {ADDRESSES:,} addresses"
        print(f"\nhotspot brief: {homes}, {BURGLARIES:,} burglaries in {YEARS} years")
        print(f"  {'seconds':>9}{'CPU s':>9}{'peak MB':>9}{'largest child, MB':>20}")
        seconds, cpu, *peaks = taken
        print(f"  {seconds:>9.1f}{cpu:>9.1f}{peaks[0]:>9.0f}{peaks[1]:>20.0f}", flush=True)
        return taken


def contenders() -> ForceBriefing:
    return ForceBriefing()
