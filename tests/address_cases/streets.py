"""Small made streets: a burglary, how it was told, and the rings of the doors around it.

Doors are named by the first words of their address. Rings that a case does not name are not held
to; an empty ring 0 means that no door of the file may be taken for the burgled home.
"""

import warnings
from collections.abc import Iterable
from dataclasses import dataclass, field

import pandas as pd

import hotspot as hs

Doors = dict[str, tuple[float, float]]
FAR = "Anytown, AB1 2CD"


@dataclass(frozen=True)
class Street:
    """A burglary in a street; `told` are columns of the export, default the UPRN of `burgled`."""

    kind: str
    title: str
    doors: Doors
    burgled: str
    rings: dict[int, Iterable[str]]
    told: dict[str, object] | None = None
    near: str = ""
    never: Iterable[str] = ()
    lines: dict[str, str] = field(default_factory=dict)
    classes: dict[str, str] = field(default_factory=dict)
    uprns: dict[str, str] = field(default_factory=dict)


def side(street: str, numbers: str, y: float = 0, x: float = 0, step: float = 10) -> Doors:
    """Return the doors of one side of a street, `step` metres apart."""
    return {f"{n} {street}": (x + step * at, y) for at, n in enumerate(numbers.split())}


def named(street: str, numbers: str) -> tuple[str, ...]:
    """Return the names of the doors with these numbers."""
    return tuple(f"{n} {street}" for n in numbers.split())


EVENS, ODDS = "2 4 6 8 10 12 14 16 18 20 22 24", "1 3 5 7 9 11 13 15 17 19 21 23"
ROAD = side("High Street", EVENS) | side("High Street", ODDS, y=20)
SUFFIXED = side("High Street", "2 4 4A 4B 6 8 10 12 14") | side("High Street", "1 3 5 7", y=20)
RANGED = side("High Street", "2 4 6 8-10 12 14 16 18 20")
BLOCK = {f"Flat {n}, 12 High Street": (50.0, 0.0) for n in (1, 2, 3)}
BLOCK |= {door: at for door, at in ROAD.items() if door != "12 High Street"}
FLATS = tuple(f"Flat {n}, 12 High Street" for n in (1, 2, 3))
MEWS = side("High Street", "2 4 6 8 10 12") | side("Mill Mews, High Street", "2 4 6 8", y=-25)
#: How an export writes a street, and how the address file does.
ABBREVIATED = {
    "12 Station Rd": "Station Road",
    "12 STATION ROAD": "Station Road",
    "12 High St": "High Street",
    "12 High St.": "HIGH STREET",
    "12 Elm Ave": "Elm Avenue",
    "12 Park Cl": "Park Close",
    "12 Mount Cres": "Mount Crescent",
    "12 Abbey Gdns": "Abbey Gardens",
    "12 Castle Sq": "Castle Square",
    "12 Railway Tce": "Railway Terrace",
    "12 Orchard Dr": "Orchard Drive",
    "12 Mill La": "Mill Lane",
    "12 Market Pl": "Market Place",
    "12 Elm Grove": "Elm Gr",
    "12 St Johns Road": "St John's Road",
    "12 Saint Johns Road": "St. John's Road",
    "12 St John's Rd, Anytown": "Saint Johns Road",
    "12 Kings Avenue": "King’s Avenue",
    "12, Queens Road": "Queens Road",
    "12 QUEENS RD ANYTOWN AB1 2CD": "Queens Road",
    "No 12 Broadway": "Broadway",
    "12 THE GREEN": "The Green",
    "12 Mt Pleasant": "Mount Pleasant",
    "12 Gt Western Rd": "Great Western Road",
    "12 Lwr Road": "Lower Road",
    "12 Sea Vw": "Sea View",
    "12 Elm Wk": "Elm Walk",
    "12 Mill Rd North": "Mill Road North",
    "12 St James St": "Saint James's Street",
    "12 St Marys St": "St Mary's Street",
    "12 Stow on the Hill Road": "Stow-on-the-Hill Road",
    "12 Crown and Rose Yard": "Crown & Rose Yard",
    "12 Lon Las": "Lôn Las",
    "012 High Street": "High Street",
}
#: Streets that are easily taken for each other.
SIMILAR = (
    ("Mill Lane", "Hill Lane"),
    ("North Road", "South Road"),
    ("East Street", "West Street"),
    ("First Avenue", "Third Avenue"),
    ("St Johns Road", "St James Road"),
    ("Albert Road", "Albury Road"),
    ("Elm Close", "Elm Grove"),
    ("Station Road", "Station Road East"),
    ("Old Mill Lane", "Mill Lane"),
    ("Upper Church Street", "Lower Church Street"),
    ("Broadway", "Broadway Close"),
    ("Church Road", "Church Rd North"),
    ("The Green", "Green Lane"),
    ("Sixth Street", "Sixteenth Street"),
    ("High Street", "High Street North"),
    ("Long Lane", "Lone Lane"),
    ("Heol y Bryn", "Heol y Bont"),
    ("St Marys Street", "St Marys Road"),
)


def _similar_streets() -> list[Street]:
    # The street that was told lies 60 m off, or is not in the file at all.
    return [
        Street(
            "similar streets",
            f"{told} is not {other}{'' if both else ', the only one there'}",
            side(other, EVENS) | (side(told, EVENS, y=60) if both else {}),
            f"12 {other}",
            {0: [f"12 {told}"] if both else []},
            told={"Address": f"12 {told}"},
            near=f"12 {other}",
        )
        for pair in SIMILAR
        for told, other in (pair, pair[::-1])
        for both in (True, False)
    ]


def _abbreviations() -> list[Street]:
    # The point lies at the next door, as geocoded points do: only the words tell the right one.
    return [
        Street(
            "told in other words",
            f"{told} for 12 {street}",
            side(street, EVENS) | side(street, ODDS, y=20),
            f"12 {street}",
            {0: [f"12 {street}"], 1: named(street, "4 6 8 10 14 16 18 20")},
            told={"Address": told},
            near=f"14 {street}",
        )
        for told, street in ABBREVIATED.items()
    ]


def _told(kind: str, told: str, doors: Doors, right: Iterable[str], near: str, **more) -> Street:
    return Street(kind, told, doors, near, {0: right}, told={"Address": told}, near=near, **more)


STREETS: list[Street] = [
    Street(
        "sides",
        "the middle of a street",
        ROAD,
        "12 High Street",
        {1: named("High Street", "4 6 8 10 14 16 18 20"), 2: named("High Street", "7 9 11 13 15")},
    ),
    Street(
        "sides",
        "its end",
        ROAD,
        "2 High Street",
        {1: named("High Street", "4 6 8 10"), 2: named("High Street", "1 3 5 7 9")},
    ),
    Street(
        "sides",
        "the odd side",
        ROAD,
        "11 High Street",
        {1: named("High Street", "3 5 7 9 13 15 17 19"), 2: named("High Street", "8 10 12 14 16")},
    ),
    Street(
        "sides",
        "numbers left out of the file",
        side("High Street", "2 4 10 12 20") | side("High Street", ODDS, y=20),
        "10 High Street",
        {1: named("High Street", "2 4 12 20")},
    ),
    Street(
        "sides",
        "a gap of more than 100 m",
        side("High Street", "2 4 6") | side("High Street", "8 10", x=180),
        "6 High Street",
        {1: named("High Street", "2 4")},
    ),
    Street(
        "sides",
        "a close that is numbered along one side",
        side("Park Close", "1 2 3 4 5 6 7 8 9 10 11 12"),
        "6 Park Close",
        {1: named("Park Close", "2 3 4 5 7 8 9 10")},
    ),
    Street(
        "suffixes",
        "4, 4A and 4B are three houses",
        SUFFIXED,
        "4A High Street",
        {0: ["4A High Street"], 1: named("High Street", "2 4 4B 6 8 10")},
    ),
    Street(
        "suffixes",
        "4 beside 4A",
        SUFFIXED,
        "4 High Street",
        {0: ["4 High Street"], 1: named("High Street", "2 4A 4B 6 8")},
    ),
    Street(
        "suffixes",
        "4B comes before 6",
        SUFFIXED,
        "6 High Street",
        {1: named("High Street", "2 4 4A 4B 8 10 12 14")},
    ),
    _told("suffixes", "4A High Street", SUFFIXED, ["4A High Street"], "4 High Street"),
    _told("suffixes", "4 a High St", SUFFIXED, ["4A High Street"], "4B High Street"),
    _told("suffixes", "4 High Street", SUFFIXED, ["4 High Street"], "4A High Street"),
    _told("suffixes", "4B HIGH STREET ANYTOWN", SUFFIXED, ["4B High Street"], "4 High Street"),
    _told("told a number that is not in the file", "4C High Street", SUFFIXED, [], "4 High Street"),
    _told("told a number that is not in the file", "4A High Street", ROAD, [], "4 High Street"),
    _told("told a number that is not in the file", "26 High Street", ROAD, [], "24 High Street"),
    _told("told a number that is not in the file", "112 High Street", ROAD, [], "12 High Street"),
    _told("told a number that is not in the file", "33 High St", ROAD, [], "12 High Street"),
    _told(
        "told a number that is not in the file", "Flat 2, 33 High St", ROAD, [], "12 High Street"
    ),
    _told("told a number that is not in the file", "33A HIGH STREET", ROAD, [], "11 High Street"),
    Street(
        "told a number that is not in the file",
        "12 High Street is neither 10 nor 14; 12A and 12B may be all that is left of it",
        side("High Street", "8 10 12A 12B 14 16"),
        "12A High Street",
        {},
        told={"Address": "12 High Street"},
        near="14 High Street",
        never=named("High Street", "8 10 14 16"),
    ),
    Street(
        "told a number that is not in the file",
        "12 High Street lies 300 m away: the door at the point is not it",
        side("High Street", "2 4 6 8") | side("High Street", "12 14", x=330),
        "12 High Street",
        {},
        told={"Address": "12 High Street"},
        near="8 High Street",
        never=named("High Street", "2 4 6 8 14"),
    ),
    Street(
        "told a number that is not in the file",
        "12B is the flat B of 12, or not found; it is no other flat",
        {f"Flat {letter}, 12 High Street": (0.0, 0.0) for letter in "ABC"},
        "Flat B, 12 High Street",
        {},
        told={"Address": "12B High Street"},
        never=["Flat A, 12 High Street", "Flat C, 12 High Street"],
    ),
    _told("streets", "High Street", ROAD, ["12 High Street"], "12 High Street"),
    _told(
        "streets",
        "Station Road",
        side("High Street", "2 4 6") | side("Station Road", "1", y=18),
        ["1 Station Road"],
        "2 High Street",
    ),
    _told(
        "ranges",
        "8-10 High St",
        side("High Street", "6 8 8-10 10 12"),
        ["8-10 High Street"],
        "8 High Street",
    ),
    _told(
        "streets",
        "18 Hill Heights",
        side("Hill Heights", EVENS),
        ["18 Hill Heights"],
        "16 Hill Heights",
    ),
    _told(
        "names",
        "TY GWYN, HEOL Y BRYN",
        {"Tŷ Gwyn, Heol y Bryn": (0, 0), "Tŷ Mawr, Heol y Bryn": (20, 0)},
        ["Tŷ Gwyn, Heol y Bryn"],
        "Tŷ Mawr, Heol y Bryn",
    ),
    _told(
        "names",
        "Old Rectory, Church Lane",
        {"The Old Rectory, Church Lane": (0, 0), "The Old Mill, Church Lane": (20, 0)},
        ["The Old Rectory, Church Lane"],
        "The Old Mill, Church Lane",
    ),
    _told(
        "names",
        "Flat 2, Ash Court, Mill Rd",
        {
            **{f"Flat {n}, Ash Court, Mill Road": (0, 0) for n in (1, 2, 3)},
            "Flat 2, Elm Court, Mill Road": (25, 0),
        },
        ["Flat 2, Ash Court, Mill Road"],
        "Flat 2, Elm Court, Mill Road",
    ),
    Street(
        "ranges",
        "8-10 between 6 and 12",
        RANGED,
        "6 High Street",
        {1: named("High Street", "2 4 8-10 12 14 16")},
    ),
    Street(
        "ranges",
        "8-10 itself",
        RANGED,
        "8-10 High Street",
        {0: ["8-10 High Street"], 1: named("High Street", "2 4 6 12 14 16 18")},
    ),
    _told("ranges", "8 - 10 High Street", RANGED, ["8-10 High Street"], "6 High Street"),
    _told("ranges", "8 & 10 High St", RANGED, ["8-10 High Street"], "12 High Street"),
    Street(
        "ranges",
        "8 High Street is in 8-10, or not found; it is no other door",
        RANGED,
        "8-10 High Street",
        {},
        told={"Address": "8 High Street"},
        near="6 High Street",
        never=named("High Street", "2 4 6 12 14 16 18 20"),
    ),
    Street(
        "ranges",
        "8-10 High Street where the file has 8 and 10: no other door",
        ROAD,
        "8 High Street",
        {},
        told={"Address": "8-10 High Street"},
        near="6 High Street",
        never=named("High Street", "2 4 6 12 14 5 7 9 11"),
    ),
    Street(
        "halves",
        "12½ stands between 12 and 14",
        side("High Street", "8 10 12 12½ 14 16 18 20 22"),
        "12½ High Street",
        {0: ["12½ High Street"], 1: named("High Street", "8 10 12 14 16 18 20")},
    ),
    Street(
        "flats",
        "the flats of a building are one step",
        BLOCK,
        "10 High Street",
        {1: (*named("High Street", "2 4 6 8 14 16 18"), *FLATS)},
    ),
    Street(
        "flats",
        "the other flats of the building are next door",
        BLOCK,
        "Flat 2, 12 High Street",
        {
            0: ["Flat 2, 12 High Street"],
            1: (*named("High Street", "4 6 8 10 14 16 18 20"), FLATS[0], FLATS[2]),
        },
    ),
    _told("flats", "Flat 2, 12 High St", BLOCK, FLATS[1:2], "10 High Street"),
    _told("flats", "12 Flat 2 High Street", BLOCK, FLATS[1:2], "14 High Street"),
    _told("flats", "FLAT 2 12 HIGH STREET ANYTOWN AB1 2CD", BLOCK, FLATS[1:2], "14 High Street"),
    _told("flats", "12 High Street, Flat 3, Anytown", BLOCK, FLATS[2:], "14 High Street"),
    _told("flats", "12 High Street", BLOCK, FLATS, "14 High Street"),
    Street(
        "flats",
        "a flat that the file does not have: the building, or nothing",
        BLOCK,
        FLATS[0],
        {},
        told={"Address": "Flat 9, 12 High Street"},
        near="14 High Street",
        never=named("High Street", "10 14 11 13 15"),
    ),
    _told(
        "flats",
        "2/1 14 Byre Lane",
        {f"{n}, 14 Byre Lane": (0.0, 0.0) for n in ("1/1", "1/2", "2/1", "2/2")},
        ["2/1, 14 Byre Lane"],
        "1/1, 14 Byre Lane",
    ),
    _told(
        "flats",
        "First Floor Flat, 12 Mill Road",
        {"GROUND FLOOR FLAT, 12 MILL ROAD": (0.0, 0.0), "1ST FLOOR FLAT, 12 MILL ROAD": (0.0, 0.0)},
        ["1ST FLOOR FLAT, 12 MILL ROAD"],
        "GROUND FLOOR FLAT, 12 MILL ROAD",
    ),
    _told("mews", "4 High Street", MEWS, ["4 High Street"], "4 Mill Mews, High Street"),
    _told("mews", "4 Mill Mews", MEWS, ["4 Mill Mews, High Street"], "4 High Street"),
    _told("mews", "4 Mill Mews, High St", MEWS, ["4 Mill Mews, High Street"], "6 High Street"),
    Street(
        "mews",
        "a mews is no part of the street in front",
        MEWS,
        "4 High Street",
        {0: ["4 High Street"], 1: named("High Street", "2 6 8 10 12")},
    ),
    Street(
        "mews",
        "nor the street of the mews behind",
        MEWS,
        "4 Mill Mews, High Street",
        {1: named("Mill Mews, High Street", "2 6 8")},
    ),
    _told(
        "streets",
        "12 Station Road",
        side("Station Avenue", EVENS) | side("Station Road", EVENS, y=50),
        ["12 Station Road"],
        "12 Station Avenue",
    ),
    _told(
        "streets",
        "12 Church Street Close",
        side("Church Street", EVENS) | side("Church Street Close", EVENS, y=50),
        ["12 Church Street Close"],
        "12 Church Street",
    ),
    _told(
        "streets",
        "5 Y STRYD FAWR",
        side("Y Stryd Fawr", ODDS),
        ["5 Y Stryd Fawr"],
        "3 Y Stryd Fawr",
    ),
    Street(
        "streets",
        "another postcode is another street",
        {"12 High Street": (0, 0), "12 High Street, Little Sutton": (60, 0)},
        "12 High Street, Little Sutton",
        {},
        told={"Address": "12 High Street, Little Sutton, AB9 9ZZ"},
        near="12 High Street",
        never=["12 High Street"],
        lines={"12 High Street, Little Sutton": "12 High Street, Little Sutton, AB9 9ZZ"},
    ),
    Street(
        "UPRN",
        "leading zeros in the file",
        ROAD,
        "12 High Street",
        {0: ["12 High Street"]},
        told={"UPRN": 100012345},
        near="14 High Street",
        uprns={"12 High Street": "000100012345"},
    ),
    Street(
        "UPRN",
        "leading zeros in the export",
        ROAD,
        "12 High Street",
        {0: ["12 High Street"]},
        told={"UPRN": "000100012345"},
        near="14 High Street",
        uprns={"12 High Street": "100012345"},
    ),
    Street(
        "UPRN",
        "a formula that keeps zeros",
        ROAD,
        "12 High Street",
        {0: ["12 High Street"]},
        told={"UPRN": '="000100012345"'},
        near="14 High Street",
        uprns={"12 High Street": "100012345"},
    ),
    Street(
        "UPRN",
        "a formula in the file",
        ROAD,
        "12 High Street",
        {0: ["12 High Street"]},
        told={"UPRN": "100012345"},
        near="14 High Street",
        uprns={"12 High Street": '="100012345"'},
    ),
    Street(
        "UPRN",
        "a decimal point",
        ROAD,
        "12 High Street",
        {0: ["12 High Street"]},
        told={"UPRN": 100012345.0},
        near="14 High Street",
        uprns={"12 High Street": "100012345"},
    ),
    Street(
        "one home under two UPRNs",
        "next door is another home, the second UPRN is none",
        ROAD | {"12 High Street, Anytown": (52.0, 1.0)},
        "12 High Street",
        {1: named("High Street", "4 6 8 10 14 16 18 20")},
        never=named("High Street", "10 14 11"),
        lines={"12 High Street, Anytown": f"12 High Street, {FAR}"},
    ),
    _told(
        "names",
        "Rose Cottage, Mill Lane",
        {"Rose Cottage, Mill Lane": (0, 0), "Elm Cottage, Mill Lane": (20, 0)},
        ["Rose Cottage, Mill Lane"],
        "Elm Cottage, Mill Lane",
    ),
    _told(
        "names",
        "12 Mill Lane",
        side("Mill Lane", "10 14") | {"Rose Cottage, 12 Mill Lane": (30, 0)},
        ["Rose Cottage, 12 Mill Lane"],
        "14 Mill Lane",
    ),
    _told(
        "names",
        "Rose Cottage, 12 Mill Ln",
        side("Mill Lane", "10 12 14"),
        ["12 Mill Lane"],
        "14 Mill Lane",
    ),
    Street(
        "homes",
        "a shop is no neighbour",
        side("High Street", "2 4 6 8 10"),
        "4 High Street",
        {1: named("High Street", "2 8 10")},
        classes={"6 High Street": "CR08"},
    ),
    Street(
        "homes",
        "a burgled shop makes no visit",
        side("High Street", "2 4 6 8 10"),
        "6 High Street",
        {0: [], 1: []},
        classes={"6 High Street": "Shop"},
    ),
    Street(
        "homes",
        "homes by other words",
        side("High Street", "2 4 6 8 10"),
        "4 High Street",
        {1: named("High Street", "2 6 8 10")},
        classes={
            "2 High Street": "House in Multiple Occupation",
            "4 High Street": "Terraced",
            "6 High Street": "Dual Use",
            "8 High Street": "Sheltered Accommodation",
            "10 High Street": "Caravan",
        },
    ),
    *_abbreviations(),
    *_similar_streets(),
]


def address_file(street: Street) -> pd.DataFrame:
    """Return the address file of a street, lines of text with ids, points and classes."""
    return pd.DataFrame(
        [
            (
                street.uprns.get(door, f"2000{number:04}"),
                street.lines.get(door, f"{door}, {FAR}"),
                street.classes.get(door, "RD04"),
                451_000 + at[0],
                340_000 + at[1],
            )
            for number, (door, at) in enumerate(street.doors.items())
        ],
        columns=["UPRN", "ADDRESS", "CLASS", "Easting", "Northing"],
    )


def wrong(street: Street) -> str:
    """Return what is wrong with the rings of a street, or nothing."""
    file = address_file(street)
    ids = dict(zip(street.doors, file["UPRN"].str.strip('="'), strict=True))
    easting, northing = street.doors[street.near or street.burgled]
    told = street.told or {"UPRN": ids[street.burgled]}
    row = {"Crime Ref": "B1", "Date From": "26/11/2026 18:00"} | told
    row |= {"Easting": 451_000 + easting, "Northing": 340_000 + northing}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            burglary, doors = hs.read_incidents(pd.DataFrame([row])), hs.read_addresses(file)
            targets = hs.cocooning_targets(burglary, doors, "2026-11-28")
        except hs.HotspotError as error:
            return f"not read: {error}"
    by_id = {uprn.lstrip("0"): door for door, uprn in ids.items()}
    got: dict[int, set[str]] = {}
    for listed in targets.dropna(subset="uprns").itertuples():
        doors_of = {by_id[uprn.strip('="').lstrip("0")] for uprn in listed.uprns.split("; ")}
        got.setdefault(int(listed.ring), set()).update(doors_of)
    faults = [
        f"ring {ring}: {_some(set(right) - found)} missing, {_some(found - set(right))} too many"
        for ring, right in street.rings.items()
        if (found := got.get(ring, set())) != set(right)
    ]
    if taken := got.get(0, set()) & set(street.never):
        faults.append(f"{_some(taken)} taken for the burgled home")
    return "; ".join(faults)


def _some(doors: set[str]) -> str:
    return ", ".join(sorted(doors)) or "none"


def measured() -> pd.DataFrame:
    """Return a row per street: kind, title, what is wrong."""
    rows = [(street.kind, street.title, wrong(street)) for street in STREETS]
    return pd.DataFrame(rows, columns=["kind", "title", "wrong"])
