"""The page of a patrol dosage: what is not known of it first."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from hotspot.english import count, percent, plain_day, some_of
from hotspot.output.handling import PLACES_NOT_PEOPLE
from hotspot.output.page_parts import PageSection, PageTable, ResultPage
from hotspot.output.pictures import Picture
from hotspot.output.text import clean_text
from hotspot.patrol.presence import SILENT_HOURS, STILL_HOURS, STILL_M

if TYPE_CHECKING:
    from hotspot.patrol.dosage import PatrolDosage

_KINDS = (
    ("patrol_minutes", "A unit on patrol", "#123f6d"),
    ("unknown_minutes", "Not known (unit minutes)", "#d9a441"),
    ("driving_minutes", "Driving (unit minutes)", "#9aa7b4"),
    ("still_minutes", "Still for hours (unit minutes)", "#d9dde2"),
)
_MOST_PLACES, _LONGEST_NAME, _MOST_DAYS = 30, 28, 62
_LIMITS = (
    "A fix tells where a receiver was, not what anyone did there, nor how exactly: near the edge "
    "of a place a step may count on the wrong side.",
    "Minutes on patrol are those that fixes show. Officers without a receiver are in none.",
    f"Still: a unit that for {STILL_HOURS:g} hours did not leave a square of {STILL_M:g} m, as a "
    "radio left in the station or a scene that is guarded; receivers that scatter more are missed.",
    "Units are pseudonyms and are in no table: this is no record of anyone's work, and too coarse "
    "to judge one by.",
    PLACES_NOT_PEOPLE,
)
_ASKED_HEADS = (("Asked", "n"), ("Made of asked", "n"))
_HEADS = (
    ("Place", "head"), ("Not known", "n"), ("Visits", "n"), *_ASKED_HEADS,
    ("Patrol", "n"), ("Officers", "n"), ("Driving", "n"), ("Still", "n"), ("Silent", "n"),
)  # fmt: skip


def sentences(result: "PatrolDosage") -> list[str]:
    """Return how much patrol the places got, what is not known of it first."""
    total = result.table.sum(numeric_only=True)
    silent = total["silent_minutes"]
    unknown = total["unknown_minutes"] - silent
    in_places = total["officer_minutes"] + total["driving_minutes"] + total["still_minutes"]
    share = share_words(unknown, unknown + in_places)
    of_time = f" ({share} of their time there)" if unknown else ""
    off_duty = (
        f" A further {minutes_words(silent)} lie between fixes over {SILENT_HOURS:g} hours apart: "
        "off duty, as a rule."
        if silent
        else ""
    )
    told = [
        f"Not known: {minutes_words(unknown)} of units last or next seen in these places lie "
        f"between fixes over {result.settings['max_gap_s']:g} s apart{of_time}.{off_duty}"
    ]
    if result.days_without_fix:
        told.append(
            f"No unit has a fix on {count(result.days_without_fix, 'day')} of the period: nought "
            "there means not known."
        )
    told.append(
        f"{count(int(total['visits']), 'visit')} to {count(len(result.places), 'place')} by "
        f"{count(result.units, 'unit')}: {minutes_words(total['patrol_minutes'])} with a unit on "
        f"patrol, {minutes_words(total['officer_minutes'])} of units added up ("
        f"{share_words(total['officer_minutes'] / 60, result.known_hours)} of all that fixes show)."
    )
    told += _apart(result, float(total["driving_minutes"]), float(total["still_minutes"]))
    return told + _asked_words(result)


def _apart(result: "PatrolDosage", driving: float, still: float) -> list[str]:
    """Return what is in no patrol minute, and where radios lay still."""
    if not driving and not still:
        return []
    by_place = result.by_place
    lay = by_place.loc[by_place["still_minutes"] > by_place["officer_minutes"], "place"].tolist()
    where = f" Mostly still: {some_of(lay, 3)}: is a station in it?" if lay else ""
    return [
        f"In none of these minutes: {minutes_words(driving)} of driving faster than "
        f"{result.settings['max_speed_mps']:g} m/s and {minutes_words(still)} in which a unit "
        f"stood still for hours.{where}"
    ]


def _asked_words(result: "PatrolDosage") -> list[str]:
    """Return how many of the visits asked for were made."""
    table = result.table[result.table["asked"] > 0]
    if table.empty:
        return []
    made = float(np.minimum(table["visits"], table["asked"]).sum())
    by_place = result.by_place
    none = by_place.loc[(by_place["asked"] > 0) & (by_place["visits"] == 0), "place"].tolist()
    missed = f" Never seen: {some_of(none, 5)}." if none else ""
    asked = float(table["asked"].sum())
    return [
        f"Of {count(int(asked), 'visit')} asked for {made:,.0f} were made "
        f"({percent(made / asked)}).{missed}"
    ]


def dosage_page(result: "PatrolDosage") -> ResultPage:
    """Return what the page of a dosage says.

    Parameters
    ----------
    result : PatrolDosage

    Returns
    -------
    ResultPage
    """
    settings = result.settings
    first, last = (pd.Timestamp(settings[name]) for name in ("start", "end"))
    total = result.table.sum(numeric_only=True)
    street = settings["street_m"]
    on = f" A fix is on the nearest street within {street:g} m." if street else ""
    return ResultPage(
        title="Patrol by place",
        scope=(
            f"{count(result.fixes, 'fix', 'fixes')} of {count(result.units, 'unit')}; "
            f"{plain_day(first)} to {plain_day(last)}, days in {settings['timezone']} time.{on}"
        ),
        sentences=sentences(result),
        picture_text=(
            "A bar for each place: hours with a unit on patrol, then hours not known, driving and "
            "still. The table below holds the figures."
        ),
        limits=_LIMITS,
        keys=[
            (minutes_words(total["unknown_minutes"] - total["silent_minutes"]), "not known"),
            (f"{int(total['visits']):,}", "visits"),
            (minutes_words(total["patrol_minutes"]), "with a unit on patrol"),
            (minutes_words(total["officer_minutes"]), "of units added up"),
        ],
        sections=(
            PageSection(
                "By place",
                tables=[place_table(result)],
                note=(
                    "Not known, officers, driving, still and silent (no fix for over "
                    f"{SILENT_HOURS:g} hours) are minutes of units added up; patrol is minutes "
                    "with any unit there. A visit lasts "
                    f"{settings['min_visit_s']:g} s or more; absences up to "
                    f"{settings['merge_s']:g} s do not end it. In workbook, CSV and JSON "
                    "unknown_minutes are both, not known and silent."
                ),
            ),
            PageSection("By day", tables=[_day_table(result)], note=_day_note(result)),
        ),
        settings=[(name.replace("_", " ").capitalize(), value) for name, value in settings.items()
                  if value is not None],
        as_of=last,
        csv_columns={"max_gap_s": settings["max_gap_s"], "timezone": settings["timezone"]},
        landscape=True,
    )  # fmt: skip


def place_table(result: "PatrolDosage") -> PageTable:
    """Return the places with what they got, in minutes."""
    by_place = result.by_place
    asked = bool(by_place["asked"].notna().any())
    rows = [
        [
            row["place"], _minutes(row["unknown_minutes"] - row["silent_minutes"]),
            f"{row['visits']:,}",
            *(["" if pd.isna(row["asked"]) else f"{row['asked']:,.10g}", percent(row["share"])]
              if asked else []),
            *(_minutes(row[name]) for name in
              ("patrol_minutes", "officer_minutes", "driving_minutes", "still_minutes",
               "silent_minutes")),
        ]
        for row in by_place.to_dict("records")
    ]  # fmt: skip
    heads = [head for head in _HEADS if asked or head not in _ASKED_HEADS]
    return PageTable.of(heads, rows, "Minutes by place")


def _day_table(result: "PatrolDosage") -> PageTable:
    by_day = result.table.groupby("day", sort=True).sum(numeric_only=True)
    heads = [
        ("Day", "head"), ("Not known", "n"), ("Visits", "n"), ("Patrol", "n"), ("Officers", "n"),
    ]  # fmt: skip
    rows = [
        [plain_day(pd.Timestamp(str(day))),
         _minutes(row["unknown_minutes"] - row["silent_minutes"]),
         f"{row['visits']:,.0f}", _minutes(row["patrol_minutes"]),
         _minutes(row["officer_minutes"])]
        for day, row in by_day.head(_MOST_DAYS).iterrows()
    ]  # fmt: skip
    return PageTable.of(heads, rows, "Minutes by day, all places")


def _day_note(result: "PatrolDosage") -> str:
    days = result.table["day"].nunique()
    if days <= _MOST_DAYS:
        return "Each place on each day is in the workbook and the CSV."
    return f"The first {_MOST_DAYS} of {days:,} days; all are in the workbook and the CSV."


def _minutes(minutes: float) -> str:
    return f"{minutes:,.0f}" if minutes == 0 or minutes >= 0.5 else "under 1"


def draw(result: "PatrolDosage") -> Figure:
    """Draw the hours of each place by what is known of them.

    Parameters
    ----------
    result : PatrolDosage

    Returns
    -------
    matplotlib.figure.Figure
    """
    by_place = result.by_place.head(_MOST_PLACES).iloc[::-1]
    by_place["unknown_minutes"] -= by_place["silent_minutes"]
    names = [clean_text(str(name))[:_LONGEST_NAME] for name in by_place["place"]]
    figure = Picture(figsize=(9, 1.9 + 0.3 * len(names)), layout="constrained")
    axes = figure.subplots()
    left = np.zeros(len(names))
    for column, label, colour in _KINDS:
        hours = by_place[column].to_numpy() / 60
        axes.barh(range(len(names)), hours, left=left, color=colour, label=label)
        left = left + hours
    axes.set_yticks(range(len(names)))
    # Names come out of data, and are never read as a formula.
    axes.set_yticklabels(names, parse_math=False)
    axes.set_xlim(0, max(1.05 * left.max(initial=0), 0.1))
    axes.set_xlabel("Hours")
    axes.set_title(
        f"Patrol by place, {result.settings['start']} to {result.settings['end']}", fontsize=10
    )
    figure.legend(loc="outside lower center", ncols=2, frameon=False, fontsize=9)
    return figure


def minutes_words(minutes: float) -> str:
    """Return minutes as people say them.

    Examples
    --------
    >>> minutes_words(4), minutes_words(480), minutes_words(0.2)
    ('4 minutes', '8.0 hours', 'less than a minute')
    """
    if 0 < minutes < 0.5:
        return "less than a minute"
    return f"{minutes / 60:,.1f} hours" if minutes >= 120 else count(round(minutes), "minute")


def share_words(part: float, whole: float) -> str:
    """Return a share in words; of nothing, nothing."""
    return percent(part / whole) if whole > 0 else "0 %"
