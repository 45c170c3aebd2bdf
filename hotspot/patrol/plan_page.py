"""The sheet of a patrol plan: the visits of each day, and the hours of each place."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from hotspot.density.hours_of_week import PEAK_HOURS
from hotspot.english import count, long_day, percent, plain_day
from hotspot.output.handling import PLACES_NOT_PEOPLE
from hotspot.output.page_parts import PageSection, PageTable, ResultPage
from hotspot.output.pictures import Picture
from hotspot.output.text import clean_text
from hotspot.patrol.busiest_hours import PRIOR_BURGLARIES

if TYPE_CHECKING:
    from hotspot.patrol.patrol_times import PatrolPlan

_SHADES = LinearSegmentedColormap.from_list("hours", ["#ffffff", "#9db7d1", "#123f6d"])
_MOST_PLACES, _LONGEST_NAME = 30, 28
_MARK = "#c8102e"
_LIMITS = (
    "Koper (1995) watched disorder hotspots in Minneapolis, bars and shops with people about: "
    "after a visit of 11 to 15 minutes it stayed quiet longest, and further minutes added nothing. "
    "That this holds of burglary has not been shown.",
    "Hours are aoristic: a burglary counts in all hours between which it may have happened, which "
    "are wide where people were out all day.",
    "Times are drawn at random so that they cannot be foretold; what happens on the day goes "
    "before any of them.",
    PLACES_NOT_PEOPLE,
)
_VISIT_HEADS = (
    ("Time", "head"), ("Place", "text"), ("Shift", "text"), ("Visit", "n"), ("Arrived", "text"),
    ("Left", "text"),
)  # fmt: skip


def plan_sentences(result: "PatrolPlan") -> list[str]:
    """Return how many visits are planned, and on what their hours rest."""
    table, hours = result.table, result.hours.table
    days, minutes = table["day"].nunique(), result.settings["minutes"]
    told = [
        f"{count(len(table), 'visit')} of {minutes} minutes to {count(len(hours), 'place')} on "
        f"{count(days, 'day')}, {count(result.settings['visits_per_day'], 'visit')} a place and "
        f"day, times drawn at random (seed {result.settings['seed']})."
    ]
    few = hours[hours["basis"] == "mostly the whole ground"]
    if not result.hours.ground:
        told.append(
            "No burglary tells its time of day: each hour of the shifts is as good as another."
        )
    elif len(few):
        told.append(
            f"{count(len(few), 'place')} with fewer than {PRIOR_BURGLARIES} burglaries of known "
            "hours: too few to tell theirs, so that the hours of the whole ground are used for "
            "most of them."
        )
    return [*told, *result.notes]


def plan_page(result: "PatrolPlan") -> ResultPage:
    """Return what the page of a plan says: a sheet of visits for each day.

    Parameters
    ----------
    result : PatrolPlan

    Returns
    -------
    ResultPage
    """
    table = result.table
    days = [pd.Timestamp(str(day)) for day in table["day"].unique()]
    span = f"{plain_day(days[0])} to {plain_day(days[-1])}" if days else "no day"
    sheets = [
        PageSection(long_day(day), tables=[_visits(table[table["day"] == day])]) for day in days
    ]
    return ResultPage(
        title="Patrol plan",
        scope=(
            f"{span}. Hours from {count(result.hours.ground, 'burglary', 'burglaries')} of known "
            "hours."
        ),
        sentences=plan_sentences(result),
        picture_text=(
            "A row for each place and a column for each hour of the day, darker where more of its "
            "burglaries happen; a mark for each planned visit. The table below holds the hours."
        ),
        limits=_LIMITS,
        keys=[
            (f"{len(table):,}", "visits"),
            (f"{result.settings['minutes']} min", "each"),
            (f"{len(result.hours.table):,}", "places"),
        ],
        sections=(*sheets, PageSection("The hours of each place", tables=[_hours(result)])),
        settings=[(name.replace("_", " ").capitalize(), value)
                  for name, value in result.settings.items()],
        as_of=days[0] if days else None,
        csv_columns={"seed": result.settings["seed"]},
    )  # fmt: skip


def _visits(table: pd.DataFrame) -> PageTable:
    rows = [
        [f"{row['start']:%H:%M} to {row['end']:%H:%M}", row["place"], row["shift"],
         str(row["visit"]), "", ""]
        for row in table.to_dict("records")
    ]  # fmt: skip
    return PageTable.of(_VISIT_HEADS, rows)


def _hours(result: "PatrolPlan") -> PageTable:
    heads = [
        ("Place", "head"), ("Burglaries", "n"), (f"Busiest {PEAK_HOURS} hours", "text"),
        ("Share in them", "n"), ("Hours of", "text"),
    ]  # fmt: skip
    rows = [
        [row["place"], f"{row['burglaries']:,}", row["hours"], percent(row["share"]), row["basis"]]
        for row in result.hours.table.to_dict("records")
    ]
    return PageTable.of(heads, rows)


def visit_rows(table: pd.DataFrame) -> pd.DataFrame:
    """Return the visits as a sheet for officers, with room to note when they were there.

    Parameters
    ----------
    table : DataFrame
        As of `PatrolPlan`.

    Returns
    -------
    DataFrame
    """
    return pd.DataFrame(
        {
            "Day": table["day"],
            "From": table["start"].dt.strftime("%H:%M"),
            "To": table["end"].dt.strftime("%H:%M"),
            "Place": table["place"],
            "Shift": table["shift"],
            "Visit": table["visit"],
            "Arrived": "",
            "Left": "",
        }
    )


def draw_plan(result: "PatrolPlan") -> Figure:
    """Draw the hours of each place, with the visits in them.

    Parameters
    ----------
    result : PatrolPlan

    Returns
    -------
    matplotlib.figure.Figure
    """
    places = result.hours.table["place"].tolist()[:_MOST_PLACES]
    names = [clean_text(str(name))[:_LONGEST_NAME] for name in places]
    figure = Picture(figsize=(9, 1.7 + 0.3 * len(names)), layout="constrained")
    axes = figure.subplots()
    weights = result.hours.weights[: len(places)]
    most = max(float(weights.max(initial=0)), 0.01)
    extent = (0, 24, len(places) - 0.5, -0.5)
    axes.imshow(weights, aspect="auto", cmap=_SHADES, vmin=0, vmax=most, extent=extent)
    shown = result.table[result.table["place"].isin(places)]
    row = {name: number for number, name in enumerate(places)}
    hour = shown["start"].dt.hour + shown["start"].dt.minute / 60
    axes.plot(hour, np.array([row[one] for one in shown["place"]]), "|", color=_MARK, markersize=9,
              markeredgewidth=2, label="A planned visit")  # fmt: skip
    axes.set_yticks(range(len(names)))
    axes.set_yticklabels(names, parse_math=False)
    axes.set_xticks(range(0, 25, 3))
    axes.set_xticklabels([f"{one:02d}:00" for one in range(0, 25, 3)])
    axes.set_xlim(0, 24)
    axes.set_title("When each place is burgled, and the visits", fontsize=10)
    if len(shown):
        figure.legend(loc="outside lower center", frameon=False, fontsize=9)
    return figure
