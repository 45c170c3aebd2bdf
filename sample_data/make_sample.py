"""Make the sample data: Doggerby, a town that does not exist, and three years of its burglaries.

Doggerby lies in the North Sea on the British National Grid, so that nobody takes it for a real
place. Every street, address, reference and offence is drawn at random; any likeness is chance.

    python sample_data/make_sample.py [--seed 30] [--folder sample_data]

What a reader is given, in the shape of a force's own export:

- ``burglaries.csv``: burglaries recorded by 06:00 on Monday 2 March 2026, with the dirt of a real
  export. Times are local, the day comes first. "Date To" is blank where one moment is known.
- ``addresses.csv``: every address, with numbers on two sides of the street, flats under their
  building (classification PP, a parent shell), shops, works and lock-up garages.
- ``beats.geojson`` and ``streets.geojson``, in EPSG:27700, named as GDAL reads it.
- ``exclude.csv``, a stop list. ``briefing.toml``, written by hand, ties the files together.

What only the tests know:

- ``truth.json``: the parameters of the process, and what a reader should count.
- ``truth_events.csv``: per true offence its row in ``burglaries.csv``, whether it was background,
  a repeat or a near repeat, the offence that triggered it, and its true time and place.
- ``truth_dirt.csv``: which rows were made bad, how, and what the reader must do with each
  (reject it, warn of it, or accept it as it stands).

The process: background offences fall on addresses in proportion to a weight (kind of street,
beat, a random factor per street and per address) and on days in proportion to a weight (falling
trend, season, day of the week). Every offence, triggered ones too, then triggers a Poisson number
of repeats at its own address and of near repeats at other dwellings; the lag is exponential, and
a near repeat falls on a dwelling d metres away with weight exp(-d / scale), which is a mean
distance of about twice the scale. A triggered offence keeps the date of its lag and draws its own
hour of the day.

Random numbers come from numpy's legacy generator because its streams are frozen: the same seed
gives the same files under every version of numpy. Of some sixty seeds the one kept as default
was chosen by eye, for a last fortnight with something to see in it.
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from doggerby import TOWN, Dice
from doggerby.addresses import make_addresses
from doggerby.burglaries import (
    EXPORTED_AT,
    FIRST_DAY,
    LAST_DAY,
    PARAMETERS,
    Offence,
    add_voids,
    add_windows,
    recorded_offences,
    simulate,
)
from doggerby.export import Entry, export_row, make_dirty
from doggerby.streets import make_beats, make_streets
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry


def geojson(name: str, features: Iterable[tuple[dict[str, str], BaseGeometry]]) -> str:
    """Write features one a line, with the older ``crs`` member that GDAL reads."""
    lines = [
        json.dumps(
            {"type": "Feature", "properties": row, "geometry": mapping(shape)},
            ensure_ascii=False,
            separators=(",", ":"),
        )
        for row, shape in features
    ]
    crs = '{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::27700"}}'
    head = f'{{"type":"FeatureCollection","name":"{name}","crs":{crs},"features":[\n'
    return head + ",\n".join(lines) + "\n]}\n"


def truth_events(entries: Sequence[Entry], addresses: pd.DataFrame) -> pd.DataFrame:
    """Tell per true offence what it was, when and where."""
    rows = []
    for number, entry in enumerate(entries, start=2):
        offence = entry.offence
        if offence is None or offence.kind == "void":
            continue
        home = addresses.iloc[offence.home]
        rows.append(
            {
                "crime_ref": offence.crime_ref, "row": number, "kind": offence.kind,
                "parent_ref": offence.parent.crime_ref if offence.parent else "",
                "occurred_at": f"{offence.time:%Y-%m-%d %H:%M}", "uprn": home["uprn"],
                "easting": home["easting"], "northing": home["northing"], "beat": home["beat"],
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def truth_dirt(entries: Sequence[Entry]) -> pd.DataFrame:
    """Tell per bad row what is wrong with it and what the reader must do."""
    rows = {id(entry): number for number, entry in enumerate(entries, start=2)}
    return pd.DataFrame(
        {
            "row": rows[id(entry)],
            "crime_ref": entry.offence.crime_ref if entry.offence else entry.cells["Crime Ref"],
            "kind": entry.kind, "outcome": entry.outcome, "detail": entry.detail,
            "same_as_row": str(rows[id(entry.same_as)]) if entry.same_as else "",
        }
        for entry in entries
        if entry.kind
    )  # fmt: skip


def stop_list(
    dice: Dice, offences: Sequence[Offence], addresses: pd.DataFrame
) -> tuple[list[str], set[str]]:
    """Choose two recent offences and a door beside a third; return the list and all three."""
    fresh = EXPORTED_AT - pd.Timedelta(days=10)
    dwelling = addresses["classification"].str.startswith("RD").to_numpy()
    recent = [o for o in offences if o.end > fresh and o.kind != "void" and dwelling[o.home]]
    first, second, third = (recent[i] for i in dice.permutation(len(recent))[:3])
    places = addresses[["easting", "northing"]].to_numpy(dtype=float)
    away = np.hypot(*(places - places[third.home]).T)
    beside = int(np.argmin(np.where(dwelling & (away > 1), away, np.inf)))
    listed = [first.crime_ref, second.crime_ref, addresses["uprn"].iloc[beside]]
    return listed, {first.crime_ref, second.crime_ref, third.crime_ref}


def summary(
    seed: int, addresses: pd.DataFrame, events: pd.DataFrame, dirt: pd.DataFrame, rows: int
) -> str:
    """Write the parameters, and what a reader should count."""
    rejected = int((dirt["outcome"] == "reject").sum())
    return json.dumps(
        {
            "seed": seed,
            "first_day": f"{FIRST_DAY:%Y-%m-%d}", "last_day": f"{LAST_DAY:%Y-%m-%d}",
            "exported_at": f"{EXPORTED_AT:%Y-%m-%d %H:%M}",
            "parameters": PARAMETERS,
            "addresses": len(addresses),
            "events": {"all": len(events), **events["kind"].value_counts().to_dict()},
            "reader": {"rows": rows, "accepted": rows - rejected, "rejected": rejected},
            "dirt": dict(sorted(Counter(dirt["kind"]).items())),
        },
        indent=1, ensure_ascii=False,
    ) + "\n"  # fmt: skip


def make_sample(seed: int) -> dict[str, str]:
    """Make everything; return the text of each file by its name."""
    ground, dice, slips = (Dice([seed, part]) for part in range(3))
    streets, beats = make_streets(ground), make_beats()
    town = make_addresses(ground, streets, beats)
    offences = simulate(dice, town)
    add_voids(dice, town, offences, 13)
    add_windows(dice, offences)
    offences = recorded_offences(dice, offences)
    stopped, protected = stop_list(slips, offences, town)
    methods: dict[int, str] = {}
    clean = [Entry(export_row(slips, o, town.iloc[o.home], methods), o) for o in offences]
    station = town[town["classification"] == "CX01"].iloc[0]
    point = {"Easting": f"{station['easting']:.1f}", "Northing": f"{station['northing']:.1f}"}
    entries = make_dirty(slips, clean, protected, {**point, "UPRN": "", "Address": TOWN})
    events, dirt = truth_events(entries, town), truth_dirt(entries)

    def table(frame: pd.DataFrame) -> str:
        return frame.to_csv(index=False, lineterminator="\n")

    return {
        "burglaries.csv": table(pd.DataFrame([entry.cells for entry in entries])),
        "addresses.csv": table(town.drop(columns=["kind", "side", "beat"])),
        "beats.geojson": geojson("beats", (({"beat": name}, beats[name]) for name in beats)),
        "streets.geojson": geojson(
            "streets", (({"street": s.name, "usrn": s.usrn}, s.line) for s in streets)
        ),
        "exclude.csv": table(pd.DataFrame({"reference": stopped})),
        "truth.json": summary(seed, town, events, dirt, len(entries)),
        "truth_events.csv": table(events),
        "truth_dirt.csv": table(dirt),
    }


def write_files(files: dict[str, str], folder: Path) -> None:
    """Write each file beside its place, then put it there."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        beside = folder / f"{name}.part"
        beside.write_text(text, encoding="utf-8", newline="\n")
        beside.replace(folder / name)


def main() -> None:
    """Read the command line and write the files."""
    parser = argparse.ArgumentParser(description="Make the sample data of Doggerby.")
    parser.add_argument("--seed", type=int, default=30)
    parser.add_argument("--folder", type=Path, default=Path(__file__).parent)
    arguments = parser.parse_args()
    write_files(make_sample(arguments.seed), arguments.folder)


if __name__ == "__main__":
    main()
