"""The newest week against the last and against the same week of last year."""

from hotspot.briefing.figures.weeks import WeekChange, weekly_comparison
from hotspot.briefing.sections.section import Section, Sources, table
from hotspot.english import week_days

# The usual level: with four weeks looked at a month, one in five months differs by chance.
_ALPHA = 0.05
_COLUMNS = [
    ("label", "Week", "text"),
    ("days", "Days", "text"),
    ("count", "Burglaries found", "n"),
    ("words", "This week against it", "text"),
]


def weeks(sources: Sources) -> Section:
    """Write this week's count beside those of the last week and of last year's."""
    now, changes = weekly_comparison(sources.inputs.known)
    this_week = {
        "label": "This week",
        "days": week_days(sources.inputs.last),
        "count": f"{now:,}",
        "words": "",
    }
    earlier = [
        {
            "label": change.label.capitalize(),
            "days": week_days(change.last),
            "count": "not known" if change.count is None else f"{change.count:,}",
            "words": week_words(now, change),
        }
        for change in changes
    ]
    basis = (
        "Burglaries count in the week in which they were found, if they were known at its end: so "
        "late reports make no newest week look quiet."
    )
    return Section([basis], [table(_COLUMNS, [this_week, *earlier])])


def week_words(now: int, change: WeekChange) -> str:
    """Return what a difference between two weeks is worth.

    Examples
    --------
    >>> import pandas as pd
    >>> day = pd.Timestamp("2026-03-02")
    >>> week_words(12, WeekChange("last week", day, 9, 1.33, 0.52, 3.6, 0.66))
    '3 more. A difference this small is usual from week to week.'
    """
    if change.count is None:
        return "The data do not reach back to it."
    difference = now - change.count
    if difference == 0:
        return "The same number."
    how = f"{abs(difference):,} {'more' if difference > 0 else 'fewer'}. "
    if change.p_value >= _ALPHA:
        return how + "A difference this small is usual from week to week."
    return how + (
        "More than weeks here usually differ by; a few offenders can make such a difference."
    )
