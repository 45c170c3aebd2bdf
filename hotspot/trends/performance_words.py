"""What the performance table says: what rose or fell, by how much, and whether it matters."""

from typing import TYPE_CHECKING, Any

import pandas as pd

from hotspot.english import and_list, count, month, percent, some_of
from hotspot.trends.comparison_words import (
    COMPARABLE,
    DETERIORATED,
    HIGHER,
    IMPROVED,
    LOWER,
)
from hotspot.trends.definition_changes import signed
from hotspot.trends.periods import span_words
from hotspot.trends.two_counts import FROM_MONTHS, NOT_KNOWN

if TYPE_CHECKING:
    from hotspot.trends.performance import PerformanceTable

_BURGLARY = ("burglary", "burglaries")


def sentences(result: "PerformanceTable") -> list[str]:
    """Write the table in sentences, that which matters most first.

    Parameters
    ----------
    result : PerformanceTable

    Returns
    -------
    list of str
    """
    told = [twelve_months(result), one_month(result)]
    areas = [by_area(result)] if len(result.areas) else []
    return [*told, *areas, *_how_sure(result)]


def twelve_months(result: "PerformanceTable") -> str:
    """Write whether twelve months are lower or higher, by how much, and what that is worth."""
    row = result.total
    now = span_words(result.months["twelve months"])
    if pd.isna(row["rolling_12"]) or pd.isna(row["reference_12"]):
        return _no_year(result)
    held = f"{row['reference_12']:,.10g} in {reference_words(result)}"
    return (
        f"{_verdict(row)}: {count(int(row['rolling_12']), *_BURGLARY)} in the 12 months "
        f"{now}, against {held} ({signed(row['change'])}). {_worth(row, result.settings, '')}"
    )


def _verdict(row: pd.Series) -> str:
    """Write whether burglary rose or fell, as its word says."""
    if row["word"] == COMPARABLE:
        return "Burglary is neither clearly up nor clearly down"
    return f"Burglary {'rose' if row['change'] > 0 else 'fell'}"


def one_month(result: "PerformanceTable") -> str:
    """Write whether the month is lower or higher than its own month of earlier years."""
    row = result.total
    earlier = [row[f"same_month_{back}"] for back in range(1, result.settings["years"] + 1)]
    years = [result.month.year - back for back in range(1, len(earlier) + 1)]
    known = [
        (f"{number:,} in {year}") for year, number in zip(years, earlier, strict=True)
        if not pd.isna(number)
    ]  # fmt: skip
    named = month(result.month.start_time)
    counted = f"{named}: {count(int(row['current']), *_BURGLARY)}"
    if not known:
        return f"{counted}. There is no {named.split()[0]} of an earlier year to compare it with."
    mean = "" if len(known) == 1 else f", mean {row['mean_same_month']:,.1f}"
    return (
        f"{counted}, against {and_list(known)}{mean} ({signed(row['month_change'])}). "
        f"{_worth(row, result.settings, 'month_')}"
    )


def by_area(result: "PerformanceTable") -> str:
    """Write which areas rose or fell in twelve months, and how many would by chance."""
    areas = result.areas[result.areas["word"] != ""]
    if areas.empty:
        return "By area there are no two years to compare."
    parts = []
    for words, verb in (((HIGHER, IMPROVED, DETERIORATED), "rose"), ((LOWER,), "fell")):
        up = areas["change"] > 0 if verb == "rose" else areas["change"] < 0
        moved = areas[areas["word"].isin([*words, IMPROVED, DETERIORATED]) & up]
        if len(moved):
            moved = moved.sort_values("change", key=abs, ascending=False)
            named = [
                f"{row['area']} ({row['rolling_12']:,} against {row['reference_12']:,.10g}, "
                f"{signed(row['change'])})"
                for row in moved.to_dict("records")
            ]
            parts.append(f"{some_of(named)} {verb}")
    rest = int((areas["word"] == COMPARABLE).sum())
    told = f"By area, over the 12 months: {'; '.join(parts) or 'none rose or fell beyond noise'}"
    if rest and parts:
        told += f"; {count(rest, 'other is', 'others are')} comparable"
    chance = (1 - result.settings["confidence"]) * len(areas)
    if result.settings["rule"] == "band":
        return f"{told}. The band alone calls most areas changed where nothing is."
    if not parts:
        return f"{told} ({count(len(areas), 'area')})."
    return f"{told}. By chance alone about {chance:.1f} of {len(areas):,} areas would be named."


def reference_words(result: "PerformanceTable") -> str:
    """Return what twelve months are held against, in words."""
    months = result.months["reference"]
    if result.settings["baseline"] is None:
        return f"the 12 before, {span_words(months)}"
    mean = "the mean year of " if len(months) > 12 else ""
    return f"{mean}the baseline, {span_words(months)}"


def _no_year(result: "PerformanceTable") -> str:
    """Write that there is no year to compare, and from when on there would be."""
    first = result.counts.periods[0]
    now = result.months["twelve months"]
    total = result.total["rolling_12"]
    begun = f"The data begin in {month(first.start_time)}"
    if pd.isna(total):
        left = now.intersection(result.counts.left_out)
        if len(left):
            return f"No twelve months to compare: {span_words(left)} of them are left out."
        return f"No year to compare: {begun[0].lower()}{begun[1:]}, and twelve months are not full."
    counted = f"12 months, {span_words(now)}: {count(int(total), *_BURGLARY)}."
    left = (now - 12).intersection(result.counts.left_out)
    if len(left):
        return f"{counted} No year to compare: {span_words(left)} of the 12 before are left out."
    return f"No year to compare. {begun}, so that there are no twelve months before. {counted}"


def _worth(row: pd.Series, settings: "dict[str, Any] | Any", prefix: str) -> str:
    """Write what a change is worth: its word, and whether it is more than noise."""
    word, band = row[f"{prefix}word"], percent(settings["band"])
    moved = row[f"{prefix}by_band"] != COMPARABLE
    beyond = row[f"{prefix}by_significance"] != COMPARABLE
    z = f"z {row[f'{prefix}z']:.1f}"
    if moved and beyond:
        why = f"more than {band}, and more than such counts differ by here by themselves ({z})"
    elif moved:
        why = f"more than {band}, but such counts differ by as much here by themselves ({z})"
    elif beyond:
        why = f"more than chance ({z}), but within {band}"
    else:
        why = f"within {band}, and within what such counts differ by here ({z})"
    return f"{word}: {why}."


def _how_sure(result: "PerformanceTable") -> list[str]:
    """Write how it is known how much counts vary, where the data are too short to tell it well."""
    row, told = result.total, []
    if row["word"] and row["dispersion_from"] == FROM_MONTHS:
        told.append(
            "How much 12 months differ by themselves is taken from within these two years, for the "
            "data hold no two years before them: a change may be noise more often than it says."
        )
    if NOT_KNOWN in {row["dispersion_from"], row["month_dispersion_from"]} and row["month_word"]:
        told.append(
            "How much such counts vary here is not known: they are judged as if every burglary "
            "came by itself, and a change may be noise."
        )
    return told


def short_month(period: pd.Period) -> str:
    """Return a month in short.

    Examples
    --------
    >>> short_month(pd.Period("2026-02"))
    'Feb 2026'
    """
    name, year = month(period.start_time).split()
    return f"{name[:3]} {year}"
