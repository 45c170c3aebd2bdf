"""The page of a list of cameras: a table for each crime, the most urgent camera first."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from hotspot.cameras.camera_view import NO, UNKNOWN, YES
from hotspot.cameras.kept_footage import GONE, PART, UNTOLD
from hotspot.cameras.register_words import point_of
from hotspot.english import count, cut_off, long_moment, moment, window
from hotspot.output.handling import PLACES_NOT_PEOPLE
from hotspot.output.page_parts import Cell, PageSection, PageTable, ResultPage
from hotspot.output.pictures import Picture
from hotspot.output.text import clean_text

if TYPE_CHECKING:
    from hotspot.cameras.camera_list import CameraList

# Soon: a weekend lies between a request and who answers it.
_SOON_DAYS = 3
_MOST_CRIMES, _MOST_BARS, _LONGEST_NAME = 60, 30, 24
_COLOURS = {YES: "#123f6d", UNKNOWN: "#7f9dbb", NO: "#d9dde2"}
_LIMITS = (
    "In view is what the register says of direction, field and range. Nothing is claimed through "
    "buildings, walls or hedges, nor of the dark: look on the spot.",
    "A register knows of some cameras only. Where it names none there may be some, and this is no "
    "list of places without.",
    "How long footage is kept is what the register says, or what was assumed: a recorder that is "
    "full keeps less. Times are those of the clock on the wall; where clocks changed in between, "
    "allow for an hour.",
    "Bearings are from the camera to the crime, clockwise from grid north, which in Britain is "
    "within five degrees of true north.",
    "For whoever asks for the footage, and for nobody else: not for lists of doors, and not for "
    "the public. Owners are in none of it: their names stay in the register.",
    PLACES_NOT_PEOPLE,
)
_HEADS = (
    ("Camera", "head"), ("In view", ""), ("Distance", "n"), ("Bearing to the crime", "n"),
    ("Footage", ""), ("Gone from", ""), ("Days left", "n"), ("Asked", ""),
)  # fmt: skip


def sentences(result: "CameraList") -> list[str]:
    """Return what there is to ask, the most urgent first, and what is not known."""
    table = result.table
    if table.empty:
        told = [
            f"This register names no camera within {result.distance_m:,.10g} m that may be listed: "
            "that does not say that there is none. Look on the spot."
        ]
        return told + result.listed.sentences
    ask = result.to_ask
    crimes = table["crime_ref"].nunique()
    told = [
        f"{_cameras(ask)} to ask for {count(ask['crime_ref'].nunique(), 'crime')}: "
        f"{ask.loc[ask['in_view'] == YES, 'camera_id'].nunique():,} in view, the others not known."
    ]
    known = ask[ask["gone_from"].notna()]
    if not known.empty:
        first = known["gone_from"].min()
        soon = known[known["days_left"] <= _SOON_DAYS]
        went = "went" if first <= result.as_of else "goes"
        told.append(
            f"The first of that footage {went} {long_moment(first)}; of "
            f"{_cameras(soon)} within {_SOON_DAYS} days."
        )
    told += _left_words(ask, table)
    told += _retention_words(ask, result.assumed_days)
    asked = table[table["asked"].notna()]
    if len(asked):
        told.append(f"{_cameras(asked)} of {count(crimes, 'crime')} asked already.")
    elsewhere = table[table["in_view"] == NO]
    if len(elsewhere):
        looks = "looks" if elsewhere["camera_id"].nunique() == 1 else "look"
        told.append(
            f"{_cameras(elsewhere)} {looks} another way or not so far by the register: last in "
            "each list."
        )
    return told + result.listed.sentences


def _cameras(rows: pd.DataFrame) -> str:
    """Return how many cameras some rows are of: one may stand near several crimes."""
    return count(int(rows["camera_id"].nunique()), "camera")


def _left_words(ask: pd.DataFrame, table: pd.DataFrame) -> list[str]:
    """Return of how many footage is gone: in part, of those to ask, or whole."""
    part, gone = ask[ask["left"] == PART], table[table["left"] == GONE]
    told = []
    if len(part):
        told.append(f"Of {_cameras(part)} the beginning is gone, and the rest is there yet.")
    if len(gone):
        told.append(f"Of {_cameras(gone)} all of it is gone.")
    return told


def _retention_words(ask: pd.DataFrame, assumed_days: float | None) -> list[str]:
    """Return of how many to ask it is assumed, or not known, how long footage is kept."""
    told = []
    assumed = ask[ask["retention_assumed"].astype(bool)]
    if len(assumed):
        told.append(
            f"Of {_cameras(assumed)} the register does not tell how long footage is kept: "
            f"{assumed_days:,.10g} days are assumed."
        )
    unknown = ask[ask["left"] == UNTOLD]
    if len(unknown):
        told.append(f"Of {_cameras(unknown)} it is not known how long footage is kept: ask now.")
    return told


def list_page(result: "CameraList") -> ResultPage:
    """Return what the page of a list says.

    Parameters
    ----------
    result : CameraList

    Returns
    -------
    ResultPage
    """
    table, ask = result.table, result.to_ask
    by_crime = list(table.groupby("crime_ref", sort=False))
    left = len(by_crime) - _MOST_CRIMES
    more = [f"{left:,} more crimes are in the workbook and the CSV."] if left > 0 else []
    soon = ask["days_left"].fillna(np.iinfo(np.int32).max) <= _SOON_DAYS
    near = f"{result.distance_m:,.10g} m"
    return ResultPage(
        title="Cameras to ask",
        scope=f"Cameras of the register within {near} of {count(result.crimes, 'crime')} known by "
        f"{cut_off(result.as_of)}.",
        sentences=[*sentences(result), *more],
        picture_text="A bar for each camera to ask: the days left until its footage begins to go. "
        "The tables below hold the figures.",
        limits=_LIMITS,
        keys=[
            (f"{len(ask):,}", "cameras to ask"),
            (f"{int((ask['in_view'] == YES).sum()):,}", "of them in view"),
            (f"{int(soon.sum()):,}", f"go within {_SOON_DAYS} days"),
            (f"{int(table['asked'].notna().sum()):,}", "asked already"),
        ],
        sections=tuple(_section(str(ref), rows) for ref, rows in by_crime[:_MOST_CRIMES]),
        settings=[
            ("Cut-off", cut_off(result.as_of)),
            ("Distance", near),
            ("Retention assumed where not told", "none" if result.assumed_days is None
             else f"{result.assumed_days:,.10g} days"),
        ],
        as_of=result.as_of,
        csv_columns={"cut_off": f"{result.as_of:%Y-%m-%d %H:%M}"},
        landscape=True,
    )  # fmt: skip


def _section(ref: str, rows: pd.DataFrame) -> PageSection:
    """Return the table of one crime."""
    first = rows.iloc[0]
    area = first.get("area")
    where = "" if area is None or pd.isna(area) else f" ({area})"
    wanted = window(first["wanted_from"], first["wanted_to"], year=True)
    cells = [
        [
            row["camera_id"],
            Cell(row["in_view"], note=row["why"]),
            f"{row['distance_m']:,.0f} m",
            "" if pd.isna(row["bearing"])
            else f"{row['bearing']:.0f}° ({point_of(row['bearing'])})",
            row["footage"],
            "" if pd.isna(row["gone_from"])
            else Cell(moment(row["gone_from"], year=True),
                      note="assumed" if row["retention_assumed"] else ""),
            "" if pd.isna(row["days_left"]) or row["left"] == GONE else f"{row['days_left']:,}",
            "not yet" if pd.isna(row["asked"]) else moment(row["asked"], year=True),
        ]
        for row in rows.to_dict("records")
    ]  # fmt: skip
    return PageSection(
        f"Crime {ref}{where}",
        sentences=[f"Footage wanted: {wanted}, which is the window and half an hour each side."],
        tables=[PageTable.of(_HEADS, cells)],
    )


def draw(result: "CameraList") -> Figure:
    """Draw how many days are left for each camera to ask, the first to go on top.

    Parameters
    ----------
    result : CameraList

    Returns
    -------
    matplotlib.figure.Figure
    """
    ask = result.to_ask
    known = ask[ask["days_left"].notna()].sort_values(["days_left", "gone_from"], kind="stable")
    rows = known.head(_MOST_BARS).iloc[::-1]
    names = [
        clean_text(f"{camera}, {crime}")[: 2 * _LONGEST_NAME]
        for camera, crime in zip(rows["camera_id"], rows["crime_ref"], strict=True)
    ]
    figure = Picture(figsize=(9, 1.9 + 0.3 * len(names)), layout="constrained")
    axes = figure.subplots()
    days = rows["days_left"].astype(float).to_numpy()
    colours = [_COLOURS[one] for one in rows["in_view"]]
    bars = axes.barh(range(len(names)), days, color=colours)
    axes.bar_label(bars, labels=[f"{one:.0f}" for one in days], padding=3)
    axes.set_yticks(range(len(names)))
    # Ids come out of data, and are never read as a formula.
    axes.set_yticklabels(names, parse_math=False)
    axes.set_xlim(0, max(1.1 * days.max(initial=0), 1))
    axes.set_xlabel("Whole days until footage begins to go (dark: in view by the register)")
    others = len(known) - len(rows)
    shown = f", the first {len(rows)} of {len(known)}" if others else ""
    axes.set_title(f"Cameras to ask, by {cut_off(result.as_of)}{shown}", fontsize=10)
    return figure
