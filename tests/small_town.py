"""A town of two streets, small enough to know every door of, written as a force would export it."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

X, Y = 640_000, 370_000
STREETS = {"Mill Lane": Y, "Sea View": Y + 120}
HEADINGS = ["Crime Ref", "Offence", "Date From", "Time From", "Date To", "Time To", "Recorded",
            "Easting", "Northing", "UPRN", "Address", "MO"]  # fmt: skip


def uprn(street: str, number: int) -> str:
    return f"0900{list(STREETS).index(street)}{number:04d}"


def door(street: str, number: int) -> tuple[float, float]:
    return X + 8.0 * number, STREETS[street] + (12.0 if number % 2 else -12.0)


@dataclass
class Burglary:
    """One row of the export; what is None is left blank."""

    ref: str
    found: str
    street: str = "Mill Lane"
    number: int = 20
    hours: float = 8
    mo: str | None = "REAR"
    offence: str = "Burglary - residential"
    with_uprn: bool = True
    cells: dict[str, str] = field(default_factory=dict)

    def row(self) -> dict[str, str]:
        end = pd.Timestamp(self.found)
        start = end - pd.Timedelta(hours=self.hours)
        x, y = door(self.street, self.number)
        told = {
            "Crime Ref": self.ref,
            "Offence": self.offence,
            "Date From": f"{start:%d/%m/%Y}",
            "Time From": f"{start:%H:%M}",
            "Date To": f"{end:%d/%m/%Y}",
            "Time To": f"{end:%H:%M}",
            "Recorded": f"{end + pd.Timedelta(hours=1):%d/%m/%Y %H:%M}",
            "Easting": f"{x}",
            "Northing": f"{y}",
            "UPRN": uprn(self.street, self.number) if self.with_uprn else "",
            "Address": f"{self.number} {self.street}, Doggerby",
            "MO": self.mo or "",
        }
        return told | self.cells


def usual() -> list[Burglary]:
    """Three years in miniature: old ones for the density, and a run of new ones."""
    old = [
        Burglary(f"OLD/{n:03d}", f"2025-{1 + n % 11:02d}-{1 + n % 27:02d} 18:30",
                 "Sea View" if n % 3 else "Mill Lane", 1 + (7 * n) % 60)
        for n in range(40)
    ]  # fmt: skip
    last_year = [Burglary("OLD/100", "2024-12-01 12:00"), Burglary("OLD/101", "2025-02-26 12:00")]
    new = [
        Burglary("NEW/001", "2026-03-02 09:00", "Mill Lane", 20, mo="FRONT"),
        Burglary("NEW/002", "2026-02-27 18:00", "Sea View", 31),
        Burglary("NEW/003", "2026-02-20 18:00", "Mill Lane", 20),
        Burglary("NEW/004", "2026-02-26 18:00", "Sea View", 45),
    ]
    return [*old, *last_year, *new]


def write_town(
    folder: Path, burglaries: Iterable[Burglary] | None = None, settings: str = ""
) -> Path:
    """Write the export, its layers and a set-up, and give the path of the set-up."""
    folder.mkdir(parents=True, exist_ok=True)
    write_burglaries(folder / "burglaries.csv", usual() if burglaries is None else burglaries)
    with (folder / "addresses.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["UPRN", "Address", "Number", "Street", "Easting", "Northing"])
        for street in STREETS:
            for number in range(1, 61):
                address = f"{number} {street}, Doggerby"
                cells = [uprn(street, number), address, number, street, *door(street, number)]
                writer.writerow(cells)
    halves = [shapely.box(X - 900, Y - 900, X + 250, Y + 900)]
    halves.append(shapely.box(X + 250, Y - 900, X + 1400, Y + 900))
    beats = gpd.GeoDataFrame({"beat": ["West", "East"]}, geometry=halves, crs="EPSG:27700")
    beats.to_file(folder / "beats.geojson", driver="GeoJSON")
    lines = [shapely.LineString([(X, y), (X + 500, y)]) for y in STREETS.values()]
    streets = gpd.GeoDataFrame({"street": list(STREETS)}, geometry=lines, crs="EPSG:27700")
    streets.to_file(folder / "streets.geojson", driver="GeoJSON")
    path = folder / "briefing.toml"
    path.write_text(
        'as_of = 2026-03-02\n[incidents]\npath = "burglaries.csv"\n'
        '[addresses]\npath = "addresses.csv"\n[areas]\npath = "beats.geojson"\n'
        f'[basemap]\nstreets = "streets.geojson"\n{settings}',
        encoding="utf-8",
    )
    return path


def quick_town(
    folder: Path, settings: str = "", burglaries: Iterable[Burglary] | None = None
) -> Path:
    """Write a town whose set-up leaves out what takes time: how well map and lists did lately."""
    path = write_town(folder, burglaries, settings)
    text = path.read_text(encoding="utf-8")
    path.write_text(f"backtest = false\nworth = false\n{text}", encoding="utf-8")
    return path


def write_burglaries(path: Path, burglaries: Iterable[Burglary]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, HEADINGS)
        writer.writeheader()
        writer.writerows(burglary.row() for burglary in burglaries)
    return path
