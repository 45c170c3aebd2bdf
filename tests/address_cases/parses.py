"""The cases of the CSV files: read as a file of their layout, compared part by part."""

import re
import warnings
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyproj

import hotspot as hs

FOLDER = Path(__file__).parent
#: Columns of a frame of addresses that a case says the right value of; the street that another
#: leads off is compared with the street, see `_streets`.
PARTS = ("unit", "building", "number", "locality", "postcode")


@dataclass(frozen=True)
class Case:
    """An address as a file writes it, and the answers that are right."""

    layout: str
    kind: str
    written: dict[str, str]
    right: tuple[dict[str, str], ...]

    @property
    def text(self) -> str:
        """Return the address as a person would look for it in the file."""
        return ", ".join(
            f"{k}={v}" if len(self.written) > 1 else v for k, v in self.written.items() if v
        )


def cases() -> list[Case]:
    """Read every case of every layout, in the order of the files."""
    found = []
    for path in sorted(FOLDER.glob("*.csv")):
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
        written = [c for c in frame if c != "kind" and not c.startswith("is_")]
        answers = frame.filter(regex="^is_").rename(columns=lambda c: c.removeprefix("is_"))
        for at, kind in enumerate(frame["kind"]):
            answer = answers.iloc[at].to_dict()
            if not kind:
                last = found.pop()
                found.append(Case(last.layout, last.kind, last.written, (*last.right, answer)))
            else:
                found.append(Case(path.stem, kind, frame.loc[at, written].to_dict(), (answer,)))
    return found


def source(layout: str, wanted: list[Case]) -> pd.DataFrame:
    """Return the file of a layout: the addresses of the cases with ids, 200 m apart."""
    frame = pd.DataFrame([case.written for case in wanted])
    ids = [f"1000{number:05}" for number in range(len(wanted))]
    easting = [451_000.0 + 200 * number for number in range(len(wanted))]
    northing = [340_000.0] * len(wanted)
    to_degrees = pyproj.Transformer.from_crs(27700, 4326, always_xy=True)
    longitude, latitude = to_degrees.transform(easting, northing)
    if layout == "osm":
        return frame.assign(osm_id=ids, lat=latitude, lon=longitude)
    if layout == "open_uprn":
        frame = frame.assign(LATITUDE=latitude, LONGITUDE=longitude)
    if layout.startswith(("addressbase", "open")):
        return frame.assign(UPRN=ids, X_COORDINATE=easting, Y_COORDINATE=northing)
    return frame.assign(UPRN=ids, Easting=easting, Northing=northing)


def homes(addresses: gpd.GeoDataFrame) -> set[str]:
    """Return the UPRNs that are visited when they are burgled: these are taken for homes."""
    found = pd.DatetimeIndex(["2026-11-26 18:00"] * len(addresses))
    burglaries = gpd.GeoDataFrame(
        {
            "crime_ref": [f"B{number}" for number in range(len(addresses))],
            "occurred_from": found,
            "occurred_to": found,
            "uprn": addresses["uprn"].to_list(),
        },
        geometry=addresses.geometry.to_list(),
        crs=addresses.crs,
    )
    targets = hs.cocooning_targets(burglaries, addresses, "2026-11-28")
    burgled = targets.loc[targets["ring"] == 0, "uprns"].dropna()
    return set("; ".join(burgled).split("; "))


def _plain(text: object) -> str:
    """Return a text as it is compared: without case, full stops, odd dashes and quotes."""
    if text is None or pd.isna(text):
        return ""
    text = str(text).casefold().replace("–", "-").replace("’", "'").replace(".", "")
    return re.sub(r"\s+", " ", re.sub(r"\s*-\s*", "-", text.replace(",", " "))).strip()


def _compared(part: str, text: object) -> str:
    plain = _plain(text)
    if part == "unit":
        # Whether "Flat 3" is kept with its word is the model's choice; which flat it is, is not.
        plain = re.sub(r"^(?:flats?|fflat|apartments?|apt|unit) (?=\S)", "", plain)
        return plain.replace("1st ", "first ").replace("3rd ", "third ")
    if part == "number":
        return re.sub(r"\s*1/2$", "½", plain).replace(" ", "")
    return plain.replace(" ", "") if part == "postcode" else plain


def _streets(right: dict[str, str], row: dict[str, object]) -> bool:
    """Test whether the street is right, and that the street it leads off is known where told."""
    if right["street"] == "*":
        return True
    other, street = _plain(right.get("other_street")), _plain(row.get("street"))
    if street not in {_plain(one) for one in right["street"].split("|")}:
        return False
    return not other or other in (
        _plain(row.get("dependent_street")),
        _plain(row.get("main_street")),
    )


def wrong(right: dict[str, str], row: dict[str, object], *, joined: bool = True) -> list[str]:
    """Return the parts of an address that are not as they should be.

    An address that was `joined` of columns names them all; a line stays as it was written.
    """
    faults = [] if _streets(right, row) else ["street"]
    for part in PARTS:
        either = right.get(part, "").split("|")
        # A town and a locality look alike in one line: a locality is held to only where told.
        if either == ["*"] or (part == "locality" and either == [""]):
            continue
        if _compared(part, row.get(part)) not in {_compared(part, one) for one in either}:
            faults.append(part)
    said = _plain(row.get("address")).replace(" ", "")
    for part in ("unit", "building", "number", "street") if joined else ():
        either = right.get(part, "").split("|")
        if not any(one == "*" or _compared(part, one).replace(" ", "") in said for one in either):
            faults.append(f"{part} in the text")
    if (right.get("home", "yes") == "yes") != row["home"]:
        faults.append("home")
    return faults


def faults_of(layout: str, wanted: list[Case]) -> list[list[str]]:
    """Return what is wrong with each case of a layout, all of them read as one file."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            frame = source(layout, wanted)
            addresses = hs.read_addresses(frame)
            visited = homes(addresses)
        except hs.HotspotError as error:
            return [[f"not read: {error}"] for _ in wanted]
    rows = addresses.set_index("uprn", drop=False)
    faults = []
    for case, uprn in zip(wanted, frame["osm_id" if layout == "osm" else "UPRN"], strict=True):
        if uprn not in rows.index:
            faults.append(["row left out"])
            continue
        row = rows.loc[uprn].to_dict() | {"home": uprn in visited}
        answers = [{"street": ""} | right for right in case.right]
        joined = not any("ADDRESS" in column for column in case.written)
        faults.append(min((wrong(right, row, joined=joined) for right in answers), key=len))
    return faults


def measured() -> pd.DataFrame:
    """Return a row per case: layout, kind, text, the parts that are wrong, joined by "; "."""
    found: dict[str, list[Case]] = {}
    for case in cases():
        found.setdefault(case.layout, []).append(case)
    return pd.DataFrame(
        [
            (case.layout, case.kind, case.text, "; ".join(faults))
            for layout, wanted in found.items()
            for case, faults in zip(wanted, faults_of(layout, wanted), strict=True)
        ],
        columns=["layout", "kind", "address", "wrong"],
    )
