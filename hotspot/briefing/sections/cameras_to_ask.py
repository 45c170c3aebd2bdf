"""Cameras to ask: for the crimes whose footage goes first, which cameras, and until when."""

import pandas as pd

from hotspot.briefing.result_folders import CAMERAS
from hotspot.briefing.sections.section import Section, Sources, left_out, table
from hotspot.cameras import CameraList
from hotspot.cameras.kept_footage import GONE
from hotspot.english import moment, window

_MOST_CRIMES = 15
_COLUMNS = [
    ("crime", "Crime", "text ref"),
    ("area", "Beat", "text"),
    ("wanted", "Footage wanted", "text"),
    ("camera", "Camera", "text ref"),
    ("in_view", "In view", "text"),
    ("distance", "Metres", "n"),
    ("footage", "Footage", "text"),
    ("days_left", "Days left", "n"),
    ("asked", "Asked", "text"),
]
_LIMITS = (
    "For whoever asks for the footage, and for nobody else: cameras are on no list of doors, no "
    "team's map and no public map, and owners are nowhere. In view is what the register says of "
    "direction, field and range: nothing is claimed through buildings."
)


def cameras(sources: Sources) -> Section:
    """Write the cameras to ask, the crimes whose footage goes first first."""
    found = sources.findings.footage
    if found is None:
        return Section()
    sentences = found.summary().splitlines()
    crimes = list(found.table["crime_ref"].drop_duplicates())
    if not crimes:
        return Section(sentences)
    shown = found.table[found.table["crime_ref"].isin(crimes[:_MOST_CRIMES])]
    more = left_out(len(crimes) - _MOST_CRIMES, "crime", "crimes", "with cameras in the workbook")
    where = f"All of it, ready to be ticked off: {CAMERAS}/{CAMERAS}.xlsx beside this page."
    return Section(
        [*sentences, _LIMITS],
        (table(_COLUMNS, _rows(shown, found)),),
        " ".join(filter(None, (more, where))),
    )


def _rows(shown: pd.DataFrame, found: CameraList) -> list[dict[str, str | None]]:
    """Describe the cameras of each crime: its own cells stand once, in the first row."""
    rows: list[dict[str, str | None]] = []
    told = None
    for row in shown.to_dict("records"):
        again, told = row["crime_ref"] == told, row["crime_ref"]
        wanted = window(row["wanted_from"], row["wanted_to"])
        area = row.get("area")
        gone = pd.isna(row["days_left"]) or row["left"] == GONE
        assumed = " (assumed)" if row["retention_assumed"] else ""
        rows.append(
            {
                "crime": "" if again else str(told),
                "area": None if area is None or pd.isna(area) else "" if again else str(area),
                "wanted": "" if again else wanted,
                "camera": str(row["camera_id"]),
                "in_view": f"{row['in_view']}: {row['why']}",
                "distance": f"{row['distance_m']:,.0f}",
                "footage": f"{row['footage']}{assumed}",
                "days_left": "" if gone else f"{row['days_left']:,}",
                "asked": "not yet" if pd.isna(row["asked"]) else moment(row["asked"]),
            }
        )
    return rows
