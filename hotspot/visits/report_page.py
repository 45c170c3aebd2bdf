"""The page of a report of visits: every share and what it is of, by team, ring and week."""

from typing import TYPE_CHECKING, Any

from hotspot import rule
from hotspot.english import percent, percent_interval
from hotspot.output.page_parts import Cell, PageSection, PageTable, ResultPage
from hotspot.visits.measures import HOURS, measures

if TYPE_CHECKING:
    from hotspot.visits.report import VisitReport

SHOWS = (
    "It counts doors that a list asked for and visits that came back: places, not people.",
    "It says how much of what was asked was done and when, not that a visit prevented a burglary.",
    "A visit that was made and not recorded is not in it.",
)
_KEYS = {
    "asked": "doors asked",
    "due": "due",
    "attempted": "attempted",
    "found occupied": "occupied, as far as known",
    "reached": "reached",
    "face to face": "face to face",
    "overdue": "overdue",
}
_HEADS = {"area": "Team", "ring": "Ring", "week": "Week of the first list"}
# Of each group; every share of all is in the first table.
_COUNTED = (("Asked", "asked"), ("Due", "due"), ("Occupied", "found occupied"))
_SHARED = (
    "attempted",
    "reached",
    "face to face",
    *(f"reached within {hours} h" for hours in HOURS),
)
# What was not done stands after what was.
_LAST = ("not attempted", "overdue", "before start")


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
        keys=[(f"{report.count(name):,}", label) for name, label in _KEYS.items()],
        sections=(
            PageSection("Every share and what it is of", tables=[_overall(report)]),
            *groups,
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
        "Each door counts once, however often it was listed or visited. Due: visited, or past the "
        "time asked for. Overdue: due, and nobody called; not where the time had passed before the "
        "first list (before start).",
        f"Found occupied: due, less the doors of which every visit said {no_home}. A door where "
        "nobody called yet is in it, so that no share rises by leaving doors out. Reached: "
        f"{reached}, or a leaflet left.",
        f"Within {' h and '.join(map(str, HOURS))} h: after the burglary was recorded. In time: by "
        "the time that the list asked for. Both out of the doors whose time had not passed before "
        "the first list.",
        "In brackets: 95 % interval (Wilson). With few doors a share says little.",
    )


def _shares() -> list[str]:
    """Return every measure that is a share of something due, what was not done last."""
    names = [measure.name for measure in measures() if measure.of != "asked"]
    return [*(name for name in names if name not in _LAST), *_LAST]


def _overall(report: "VisitReport") -> PageTable:
    rows = []
    for measure in _shares():
        row = report.row(measure)
        rows.append(
            [
                _capital(measure),
                f"{int(row['count']):,}",
                f"{int(row['out_of']):,} {row['of']}",
                percent(row["share"]),
                percent_interval(row["low"], row["high"]),
            ]
        )
    columns = [("Doors", "head"), ("Number", "n"), ("Of", "n"), ("Share", "n"),
               ("95 % interval", "n")]  # fmt: skip
    return PageTable.of(columns, rows, kind="narrow")


def _groups(report: "VisitReport", by: str) -> PageSection:
    """Return the table of one kind of group: numbers, shares with their intervals, what is late."""
    columns = [
        (_HEADS[by], "head"),
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
                *(f"{report.count(measure, by, group):,}" for _, measure in _COUNTED),
                *(_share(report.row(measure, by, group)) for measure in _SHARED),
                Cell(f"{overdue:,}" if overdue else "", "n late"),
            ]
        )
    return PageSection(f"By {_HEADS[by].lower()}", tables=[PageTable.of(columns, rows)])


def _share(row: Any) -> Cell:
    """Return a number, and below it its share with the interval, where it is a share of any."""
    interval = percent_interval(row["low"], row["high"])
    share = f"{percent(row['share'])} ({interval})" if interval else ""
    return Cell(f"{int(row['count']):,}", "n", share)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
