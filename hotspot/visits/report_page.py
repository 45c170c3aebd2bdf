"""The page of a report of visits: every share and what it is of, by team, ring and week."""

from typing import TYPE_CHECKING, Any

from hotspot import rule
from hotspot.english import long_day, percent, percent_interval
from hotspot.geo import NO_AREA
from hotspot.output.page_parts import Cell, PageSection, PageTable, ResultPage
from hotspot.visits.measures import HOURS, TEAM_TIME, measures, of_the_record

if TYPE_CHECKING:
    from hotspot.visits.report import VisitReport

SHOWS = (
    "It counts doors that a list asked for and visits that came back: places, not people. Doors "
    "that nobody went to in time are named: it is for the supervisor.",
    "It says how much of what was asked was done and when, not that a visit prevented a burglary.",
    "A visit that was made and not recorded is not in it.",
)
# The shares that an inspector asks for first, then the team's own.
_SHARES_FIRST = {
    **{f"attempted {of_the_record(hours)}": f"called at within {hours} h of the record"
       for hours in HOURS},
    f"attempted {TEAM_TIME}": "called at in the team's time",
}  # fmt: skip
_KEYS = {
    "asked": "doors asked",
    "due": "due",
    "attempted": "attempted",
    "found occupied": "occupied, as far as known",
    "reached": "reached",
    "face to face": "face to face",
    "overdue": "overdue",
}
_HEADS = {
    "area": "Team", "ring": "Ring", "week": "Week of the first list", "attempt": "Attempt",
}  # fmt: skip
# Of each group; every share of all is in the first table.
_COUNTED = (("Asked", "asked"), ("Due", "due"), ("Occupied", "found occupied"))
_SHARED = (
    "attempted",
    "reached",
    "face to face",
    *_SHARES_FIRST,
)
# What was not done stands after what was.
_LAST = ("not attempted", "overdue", "late for the force when listed", "expired, nobody went")
# What the names of both clocks' measures end with.
_ENDS = (*(of_the_record(hours) for hours in HOURS), TEAM_TIME)
# More would be a list nobody reads to its end; all are in the data of the report.
_MOST_NAMED = 60


def report_page(report: "VisitReport", scope: str) -> ResultPage:
    """Return what the page of a report says.

    Parameters
    ----------
    report : VisitReport
    scope : str
        Up to when it counts, which the page says at its head.

    Returns
    -------
    ResultPage
    """
    groups = [_groups(report, by) for by in _HEADS if report.groups(by)]
    return ResultPage(
        title="Visits: asked, occupied, reached",
        scope=scope,
        sentences=[line for line in report.summary().splitlines() if line != scope],
        picture_text="Bars from doors asked for down to face to face, and the share reached by "
        "team",
        limits=SHOWS,
        keys=_keys(report),
        sections=(
            *_expired(report),
            PageSection("Every share and what it is of", tables=[_overall(report)]),
            *groups,
            *_packs(report),
            PageSection("How it is counted", points=_how()),
        ),
        as_of=report.as_of,
        csv_columns={"counted_until": report.as_of},
    )


def _how() -> tuple[str, ...]:
    words = rule.result_words().values()
    no_home = " or ".join(word.label for word in words if not word.lives_there)
    reached = " or ".join(word.label for word in words if word.reached)
    return (
        "Each door counts once, however often it was listed or visited, and beside it the homes "
        "that the doors are: one home may have been a door twice, a building is several homes. By "
        "attempt each attempt that was asked for counts, with the visits before the next was.",
        f"Two clocks, of which no share is both. The force's runs from the record of the burglary, "
        f"night and day, to the first call: {' and '.join(map(str, HOURS))} h, of the doors for "
        "which so much time is over, and was not before the first list. The team's runs from the "
        "list that asked, in waking hours, to the time on the list, of the doors for which that is "
        "over. Late for the force when listed: its hours had passed before any team was asked.",
        "Due: visited, or past the team's time. Overdue: past it, and nobody called. Expired: the "
        "time of the last attempt asked for ended without it.",
        f"Found occupied: due, less the doors of which every visit said {no_home}. A door where "
        "nobody called yet is in it, so that no share rises by leaving doors out. Reached: "
        f"{reached}, or a leaflet left.",
        "In brackets: 95 % interval (Wilson). With few doors a share says little.",
    )


def _shares() -> list[str]:
    """Return every measure that is a share of something due, what was not done last."""
    names = [measure.name for measure in measures() if measure.of != "asked"]
    first = [name for name in names if name.endswith(tuple(_ENDS))]
    return [*first, *(name for name in names if name not in (*first, *_LAST)), *_LAST]


def _overall(report: "VisitReport") -> PageTable:
    rows = []
    for measure in _shares():
        row = report.row(measure)
        rows.append(
            [
                _capital(measure),
                f"{int(row['count']):,}",
                f"{int(row['homes']):,}",
                f"{int(row['out_of']):,} {row['of']}",
                percent(row["share"]),
                percent_interval(row["low"], row["high"]),
            ]
        )
    columns = [("Doors", "head"), ("Number", "n"), ("Homes", "n"), ("Of", "n"), ("Share", "n"),
               ("95 % interval", "n")]  # fmt: skip
    return PageTable.of(columns, rows, kind="narrow")


def _groups(report: "VisitReport", by: str) -> PageSection:
    """Return the table of one kind of group: numbers, shares with their intervals, what is late."""
    columns = [
        (_HEADS[by], "head"),
        ("Homes", "n"),
        *((head, "n") for head, _ in _COUNTED),
        *((_capital(measure), "n") for measure in _SHARED),
        ("Overdue", "n"),
    ]
    rows: list[list[str | Cell]] = []
    for group in report.groups(by):
        overdue = report.count("overdue", by, group)
        rows.append(
            [
                group,
                f"{report.homes('asked', by, group):,}",
                *(f"{report.count(measure, by, group):,}" for _, measure in _COUNTED),
                *(_share(report.row(measure, by, group)) for measure in _SHARED),
                Cell(f"{overdue:,}" if overdue else "", "n late"),
            ]
        )
    return PageSection(f"By {_HEADS[by].lower()}", tables=[PageTable.of(columns, rows)])


def _keys(report: "VisitReport") -> list[tuple[str, str]]:
    """Return the numbers at the head: what an inspector asks for, then the doors and homes."""
    shares = []
    for name, label in _SHARES_FIRST.items():
        row = report.row(name)
        shares.append((percent(row["share"]) if row["out_of"] else "none yet", label))
    numbers = [(f"{report.count(name):,}", label) for name, label in _KEYS.items()]
    return [*shares, numbers[0], (f"{report.homes('asked'):,}", "homes asked"), *numbers[1:]]


def _expired(report: "VisitReport") -> list[PageSection]:
    """Return the table of the doors that nobody went to in time, by name."""
    if report.expired.empty:
        return []
    named: list[Any] = list(report.expired.head(_MOST_NAMED).itertuples(index=False))
    rows = [
        [row.address or "no address", row.area or NO_AREA, row.task or "visit",
         long_day(row.first_as_of), long_day(row.expires), row.visit_id]
        for row in named
    ]  # fmt: skip
    columns = [("Door", "head"), ("Team", "text"), ("Asked for", "text"), ("First list", "text"),
               ("Time ended", "text"), ("Visit", "text")]  # fmt: skip
    more = len(report.expired) - _MOST_NAMED
    points = [f"{more:,} more, whose time ended before, are in the JSON file."] if more > 0 else []
    title = "Doors whose time ended and to which nobody went"
    return [PageSection(title, tables=[PageTable.of(columns, rows)], points=points)]


def _packs(report: "VisitReport") -> list[PageSection]:
    """Return the table of packs by tier."""
    if report.packs.empty:
        return []
    rows = [
        [tier, f"{doors:,}", f"{given:,}"]
        for tier, doors, given in report.packs.astype(object).itertuples(index=False, name=None)
    ]
    columns = [("Pack", "head"), ("Doors asked for with it", "n"), ("Given", "n")]
    return [PageSection("Packs", tables=[PageTable.of(columns, rows, kind="narrow")])]


def _share(row: Any) -> Cell:
    """Return a number, and below it its share with the interval, where it is a share of any."""
    interval = percent_interval(row["low"], row["high"])
    share = f"{percent(row['share'])} ({interval})" if interval else ""
    return Cell(f"{int(row['count']):,}", "n", share)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
