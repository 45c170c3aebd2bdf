"""The sample: the files that a force has of Doggerby, and those that only a test knows."""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from hotspot._errors import OutputError
from hotspot.demo.camera_register import camera_register
from hotspot.demo.discovery import add_windows, recorded_offences
from hotspot.demo.export import OF_HOME, Entry, export_rows, neighbours_row
from hotspot.demo.export_dirt import make_dirty
from hotspot.demo.geojson_text import geojson
from hotspot.demo.known_effects import Operation, apply_operation, series_offences
from hotspot.demo.operation_files import operation_files
from hotspot.demo.process import Dice, Offence, Process, hours
from hotspot.demo.simulation import add_voids, is_home, simulate
from hotspot.demo.town_addresses import TOWN, make_addresses
from hotspot.demo.town_streets import (
    FORCE,
    NEIGHBOUR,
    Street,
    force_of_beats,
    make_beats,
    make_streets,
)
from hotspot.demo.truth import (
    truth_dirt,
    truth_events,
    truth_operation,
    truth_series,
    truth_summary,
)
from hotspot.output.files import replacing_files

# Chosen by eye among some dozens: a last fortnight with something to see in it.
SEED = 30
_VOIDS = 8
# Burglaries this near to the border may be on the books of both forces.
_STRIP_M = 450.0
_ON_BOTH_BOOKS = 4


@dataclass
class Town:
    """Doggerby and Wellbank: what stands there, and what happened there."""

    streets: list[Street]
    beats: dict[str, shapely.Polygon]
    addresses: pd.DataFrame
    offences: list[Offence]
    operation: Operation


def make_town(seed: int, process: Process) -> Town:
    """Draw the town and its offences, each part from a stream of its own."""
    dice, effects = (Dice([seed, part]) for part in (1, 3))
    streets, beats, addresses = _ground(seed)
    offences = simulate(dice, addresses, process)
    offences, operation = apply_operation(effects, addresses, offences, process)
    offences += series_offences(effects, addresses)
    return Town(streets, beats, addresses, offences, operation)


@lru_cache(maxsize=2)
def _ground(seed: int) -> tuple[list[Street], dict[str, shapely.Polygon], pd.DataFrame]:
    """Build the towns; what happens in them is drawn more often than they are."""
    ground = Dice([seed, 0])
    streets, beats = make_streets(ground), make_beats()
    return streets, beats, make_addresses(ground, streets, beats)


def make_sample(seed: int = SEED, process: Process | None = None) -> dict[str, str]:
    """Return the text of each file of the sample.

    Doggerby lies in the North Sea on the British National Grid, so that nobody takes it for a
    real place. Every street, address, reference and offence is drawn at random; any likeness is
    chance.

    Parameters
    ----------
    seed : int
        The same seed gives the same bytes on every machine.
    process : Process, optional
        Parameters of the simulated burglaries; those of the sample by default.

    Returns
    -------
    dict of str to str
        By the path of each file within its folder. What a force has: ``burglaries.csv`` (recorded
        by 06:00 on Monday 2 March 2026, with the dirt of a real export), ``addresses.csv``,
        ``beats.geojson``, ``streets.geojson``, ``exclude.csv`` (a stop list), ``cameras.csv`` (a
        register of cameras) and ``briefing.toml``. Of the neighbouring force
        ``neighbour/burglaries.csv``, in a layout of its own, ``neighbour/streets.geojson``, and the
        border in ``neighbour/forces.geojson``. Of an operation the ground, in
        ``operation/treated.geojson`` and ``operation/control.geojson``; ``operation.toml`` and the
        other files of ``operation/`` are of a district of its own, their truth in
        ``operation/README.md``. What only tests know: ``truth.json`` (parameters, counts, the
        effect of the operation, the series), ``truth_events.csv`` (per true offence its force, row,
        kind, what triggered it, its series, true time and place) and ``truth_dirt.csv`` (which rows
        were made bad, how, and what a reader must do with each).

    Examples
    --------
    >>> sample = make_sample()
    >>> sorted(sample)[:3]
    ['addresses.csv', 'beats.geojson', 'briefing.toml']
    """
    process = Process() if process is None else process
    town = make_town(seed, process)
    homes = town.addresses
    dice, slips = (Dice([seed, part]) for part in (4, 2))
    add_voids(dice, homes, town.offences, _VOIDS, process)
    add_windows(dice, town.offences, process)
    offences = recorded_offences(dice, town.offences, homes, process)
    ours, theirs = _by_force(slips, offences, homes, process)
    stopped, protected = stop_list(slips, ours, homes)
    station = homes[homes["classification"] == "CX01"].iloc[0]
    point = {"Easting": f"{station['easting']:.1f}", "Northing": f"{station['northing']:.1f}"}
    ours = make_dirty(slips, ours, protected, {**point, "UPRN": "", "Address": TOWN})
    events, dirt = truth_events(ours, theirs, homes), truth_dirt(ours)
    of_force = force_of_beats()
    own_beats = {name: town.beats[name] for name in town.beats if of_force[name] == FORCE}
    grounds = {
        force: shapely.union_all([town.beats[b] for b in town.beats if of_force[b] == force])
        for force in dict.fromkeys(of_force.values())
    }
    border, known = grounds[FORCE], homes[homes["force"] == FORCE]
    counts = {"rows": len(ours), "addresses": len(known), "homes": int(is_home(known).sum())}
    truth = {
        **truth_summary(seed, process, events, dirt, counts),
        "operation": truth_operation(town.operation, process, events),
        "series": truth_series(events),
    }
    briefing = files("hotspot").joinpath("_assets", "doggerby_briefing.toml")
    return {
        "briefing.toml": briefing.read_text(encoding="utf-8"),
        "burglaries.csv": _table(entry.cells for entry in ours),
        "addresses.csv": _table(known.drop(columns=["kind", "side", "beat", "force"])),
        "beats.geojson": _named("beats", "beat", own_beats),
        "streets.geojson": _of_streets(s for s in town.streets if border.contains(s.middle)),
        "exclude.csv": _table({"reference": one} for one in stopped),
        "cameras.csv": _table(
            camera_register(Dice([seed, 5]), known, town.streets, process.exported_at)
        ),
        "neighbour/burglaries.csv": _table(entry.cells for entry in theirs),
        "neighbour/streets.geojson": _of_streets(
            s for s in town.streets if not border.contains(s.middle)
        ),
        "neighbour/forces.geojson": _named("forces", "force", grounds),
        "operation/treated.geojson": _named("treated", "place", town.operation.treated),
        "operation/control.geojson": _named("control", "place", town.operation.control),
        **operation_files(seed),
        "truth.json": json.dumps(truth, indent=1, ensure_ascii=False) + "\n",
        "truth_events.csv": _table(events),
        "truth_dirt.csv": _table(dirt),
    }


def write_sample(
    folder: str | os.PathLike[str], seed: int = SEED, process: Process | None = None
) -> list[Path]:
    """Write the sample into a folder, where no file of the user's is overwritten.

    Parameters
    ----------
    folder : path
        Made where it is missing.
    seed : int
    process : Process, optional

    Returns
    -------
    list of Path
        The files, the set-up first.

    Raises
    ------
    OutputError
        If a file of the sample is there already, and differs.

    Examples
    --------
    >>> import tempfile
    >>> place = Path(tempfile.mkdtemp()) / "doggerby"
    >>> write_sample(place)[0].name
    'briefing.toml'
    """
    folder = Path(folder)
    sample = make_sample(seed, process)
    texts = {folder / name: text for name, text in sample.items()}
    taken = [path for path, text in texts.items() if _stands(path, text)]
    if taken:
        named = ", ".join(path.relative_to(folder).as_posix() for path in taken)
        raise OutputError(
            f"{folder} has files already that the sample would overwrite: {named}. Nothing was "
            "written. Name a new folder, or move them away."
        )
    with replacing_files(texts) as beside:
        for path, text in texts.items():
            beside[path].write_text(text, encoding="utf-8", newline="\n")
    return list(texts)


def _stands(path: Path, text: str) -> bool:
    """Return whether another file than this one is there."""
    return path.exists() and not (path.is_file() and path.read_bytes() == text.encode("utf-8"))


def _by_force(
    dice: Dice, offences: list[Offence], homes: pd.DataFrame, process: Process
) -> tuple[list[Entry], list[Entry]]:
    """Write both exports; some burglaries near the border are on the books of both."""
    own = (homes["force"] == FORCE).to_numpy()
    rows = export_rows(dice, offences, homes, process)
    both = list(zip(rows, offences, strict=True))
    ours = [Entry(cells, one) for cells, one in both if own[one.home]]
    theirs = [Entry(neighbours_row(cells, one), one) for cells, one in both if not own[one.home]]
    ground = shapely.union_all(shapely.points(homes.loc[~own, ["easting", "northing"]].to_numpy()))
    points = shapely.points(homes[["easting", "northing"]].to_numpy())
    near = np.asarray(shapely.dwithin(points, ground, _STRIP_M))
    strip = [e for e in ours if e.offence and near[e.offence.home] and e.offence.kind != "void"]
    for entry in (strip[i] for i in sorted(dice.permutation(len(strip))[:_ON_BOTH_BOOKS])):
        assert entry.offence is not None
        cells = neighbours_row(entry.cells, entry.offence)
        number = 900_000 + int(dice.randint(1, 9_999))
        cells["Crime Number"] = f"SP/{number}/{entry.offence.recorded.year % 100}"
        later = entry.offence.recorded + hours(dice.uniform(0.5, 30))
        cells["Recorded"] = f"{min(later, process.exported_at):%Y-%m-%d %H:%M}"
        for axis in ("Grid East", "Grid North"):
            cells[axis] = f"{float(cells[axis]) + dice.uniform(-6, 6):.1f}"
        cells |= {"Force": NEIGHBOUR, "UPRN": "", "Linked Series": "", "Outcome": ""}
        theirs.append(Entry(cells, None, "on both books", "merge", entry.offence.crime_ref))
    theirs.sort(key=lambda entry: entry.cells["Recorded"])
    return ours, theirs


def stop_list(
    dice: Dice, entries: Sequence[Entry], homes: pd.DataFrame
) -> tuple[list[str], set[str]]:
    """Choose two recent offences and a door beside a third; return the list and all three."""
    dwelling = is_home(homes) & (homes["force"] == FORCE).to_numpy()
    of_homes = [
        entry.offence
        for entry in entries
        if entry.offence and entry.cells["Offence"] == OF_HOME and entry.offence.kind != "void"
    ]
    recent = sorted(of_homes, key=lambda o: (o.end, o.home))[-8:]
    first, second, third = (recent[i] for i in dice.permutation(len(recent))[:3])
    places = homes[["easting", "northing"]].to_numpy(dtype=float)
    away = np.hypot(*(places - places[third.home]).T)
    beside = int(np.argmin(np.where(dwelling & (away > 1), away, np.inf)))
    listed = [first.crime_ref, second.crime_ref, homes["uprn"].iloc[beside]]
    return listed, {first.crime_ref, second.crime_ref, third.crime_ref}


def _table(rows: pd.DataFrame | Iterable[Mapping[str, str]]) -> str:
    frame = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows))
    return frame.to_csv(index=False, lineterminator="\n")


def _named(name: str, column: str, shapes: Mapping[str, BaseGeometry]) -> str:
    return geojson(name, (({column: one}, shape) for one, shape in shapes.items()))


def _of_streets(streets: Iterable[Street]) -> str:
    return geojson("streets", (({"street": s.name, "usrn": s.usrn}, s.line) for s in streets))
