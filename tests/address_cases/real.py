"""Real addresses: how many are read right as columns and as lines, and how many doors are found.

The files are the folders of `HOTSPOT_DATA`: addresses of the Isle of Man (OSM columns), the same
in the layout of AddressBase Plus, and 950 crimes at known doors of it.
"""

import re
import warnings
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

import hotspot as hs
from hotspot.cocooning import cocooning_lists

#: The columns of a file that hold unit, name, number, street, town and postcode.
OSM = ("addr:unit", "addr:housename", "addr:housenumber", "addr:street", "addr:city")
OSM = (*OSM, "addr:postcode")
PAF = ("SUB_BUILDING_NAME", "BUILDING_NAME", "BUILDING_NUMBER", "THOROUGHFARE", "POST_TOWN")
PAF = (*PAF, "POSTCODE")
SHORT = {"Road": "Rd", "Street": "St", "Avenue": "Ave", "Terrace": "Tce", "Close": "Cl"}
SHORT |= {"Drive": "Dr", "Crescent": "Cres", "Gardens": "Gdns", "Lane": "Ln", "Saint": "St"}


def _numbers(text: pd.Series) -> pd.Series:
    """Return the first and last house number of each text: 20/22 and 20-22 are the same two.

    "Unit 9A" in a column of numbers is a unit, so that it has none.
    """
    plain = text.fillna("").str.casefold()
    found = plain.where(~plain.str.match("[a-z]{2}")).str.findall(r"\d+[a-z]?(?![a-z])")
    return found.map(lambda one: f"{one[0]} {one[-1]}" if isinstance(one, list) and one else "")


def _streets(text: pd.Series) -> pd.Series:
    return text.fillna("").str.casefold().str.replace(r"\s+", " ", regex=True).str.strip()


def _read(frame: pd.DataFrame, **options: object) -> gpd.GeoDataFrame:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return hs.read_addresses(frame, **options)


def _lines(frame: pd.DataFrame, parts: tuple[str, ...], comma: str) -> pd.Series:
    unit, name, number, street, town, code = (frame[part].fillna("") for part in parts)
    envelope = [unit, name, (number + " " + street).str.strip(), town, code]
    lines = pd.concat(envelope, axis=1).agg(
        lambda row: comma.join(one for one in row if one), axis=1
    )
    return lines if "," in comma else lines.str.upper()


def parse_shares(name: str, frame: pd.DataFrame, parts: tuple[str, ...]) -> pd.DataFrame:
    """Return the share of numbers and streets that are as the columns of a file say.

    Read as the file stands, as lines with commas, and as lines in capitals without a comma.
    """
    frame = frame.loc[frame[parts[3]].notna()].reset_index(drop=True)
    osm = name == "isle_of_man"
    point = ["lat", "lon"] if osm else ["X_COORDINATE", "Y_COORDINATE"]
    rows = []
    for written in ("columns", "commas", "no commas"):
        file, options = frame, {} if osm else {"crs": 27700}
        if written != "columns":
            line = _lines(frame, parts, ", " if written == "commas" else " ")
            file = frame[point].assign(UPRN=[f"U{at}" for at in frame.index], ADDRESS=line)
        read = _read(file, **options)
        truth = frame.loc[read.index]
        number = _numbers(read.get("number", pd.Series(index=read.index, dtype=object)))
        right_number = number == _numbers(truth[parts[2]])
        street = truth[parts[3]]
        if written == "columns" and "addr:substreet" in truth:
            # The lines name only the wider street, the columns that which the number stands on.
            street = truth["addr:substreet"].fillna(street)
        right_street = _streets(read["street"]) == _streets(street)
        both = (right_number & right_street).sum()
        counts = (len(frame), right_number.sum(), right_street.sum(), both)
        rows.append((name, written, *counts, round(100 * both / len(frame), 1)))
    return pd.DataFrame(rows, columns=["file", "as", "rows", "number", "street", "both", "both %"])


def doors_found(crimes: pd.DataFrame, file: pd.DataFrame, moved_m: float = 15) -> pd.DataFrame:
    """Return how many crimes get their own door, another number's, or none, by how it was told.

    The points are moved at random as geocoding moves them. A door is judged by the columns of
    the file, not by what was parsed.
    """
    rng = np.random.default_rng(5)
    angle = rng.random(len(crimes)) * 2 * np.pi
    place = (crimes["house_no"] + " " + crimes["street"]).rename("Address")
    short = place.str.replace("|".join(rf"\b{word}$" for word in SHORT), _shorten, regex=True)
    lines = (place + " " + crimes["town"].fillna("") + " " + crimes["postcode"]).str.upper()
    addresses = _read(file, crs=27700)
    doors = file.set_index("UPRN")
    rows = []
    for told, text in {"as in the file": place, "shortened": short, "one line": lines}.items():
        found = hs.read_incidents(
            pd.DataFrame(
                {
                    "Crime Ref": [f"B{at:04}" for at in range(len(crimes))],
                    "Date From": "26/11/2026",
                    "Address": text,
                    "Easting": crimes["e"].astype(float) + moved_m * np.cos(angle),
                    "Northing": crimes["n"].astype(float) + moved_m * np.sin(angle),
                }
            )
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            lists = cocooning_lists(found, addresses, "2026-11-28")
        # A door lists every burglary that reaches it; only its own are linked as burgled.
        own = lists.links[lists.links["link"] == "Burgled"]
        uprns = own["visit_id"].map(lists.targets.set_index("visit_id")["uprns"])
        by_ref = dict(zip(own["crime_ref"], uprns, strict=True))
        words = [
            _judged(by_ref.get(f"B{at:04}"), crimes.iloc[at], doors) for at in range(len(crimes))
        ]
        counts = pd.Series(words).value_counts()
        rows.append((told, len(crimes), *(int(counts.get(w, 0)) for w in ("own", "other", "none"))))
    return pd.DataFrame(rows, columns=["told", "crimes", "own door", "another's", "none"])


def _shorten(word: re.Match[str]) -> str:
    return SHORT[word.group()]


def _judged(uprns: object, crime: pd.Series, doors: pd.DataFrame) -> str:
    """Return whether the home taken for the burgled one is the crime's own, another, or none."""
    if not isinstance(uprns, str):
        return "none"
    door = doors.loc[uprns.split("; "), ["BUILDING_NUMBER", "THOROUGHFARE"]]
    told = _numbers(pd.Series([crime["house_no"]]))[0]
    number = _numbers(door["BUILDING_NUMBER"])
    same = ((number == told) & (number != "")) | (door["BUILDING_NUMBER"] == crime["house_no"])
    own = same & (_streets(door["THOROUGHFARE"]) == crime["street"].casefold())
    return "own" if own.any() else "other"


def measured(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the shares of parses of both files, and the doors found for the crimes."""
    island = pd.read_csv(folder / "isle_of_man_addresses" / "addresses.csv", dtype=str)
    plus = pd.read_csv(folder / "force_export" / "addressbase_plus.csv.gz", dtype=str)
    crimes = pd.read_csv(folder / "force_export" / "truth.csv.gz", dtype=str)
    shares = [parse_shares("isle_of_man", island, OSM), parse_shares("addressbase_plus", plus, PAF)]
    return pd.concat(shares, ignore_index=True), doors_found(crimes, plus)
