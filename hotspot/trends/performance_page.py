"""The page of the performance table, and its table as a board reads it."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from hotspot.english import count, percent, plain_day
from hotspot.output.handling import PLACES_NOT_PEOPLE
from hotspot.output.page_parts import Cell, PageSection, PageTable, ResultPage
from hotspot.trends.comparison_words import DETERIORATED, HIGHER
from hotspot.trends.definition_changes import signed
from hotspot.trends.performance_words import reference_words, sentences, short_month
from hotspot.trends.periods import span_words
from hotspot.trends.process_charts import process_chart

if TYPE_CHECKING:
    from hotspot.trends.performance import PerformanceTable

_LIMITS = (
    "It counts recorded burglaries: recording and reporting change it as well as burglary does.",
    'A word tells of a difference, not of a cause: "Lower" after an operation is no proof of it.',
    PLACES_NOT_PEOPLE,
)
_CHART_MONTHS, _FEWEST_MONTHS = 60, 12
_PICTURE = (
    "Left: burglaries by month, and twelve months rolling, with what they are held against. "
    "Right: twelve months of each area beside its reference, marked where it rose or fell. The "
    "tables below hold the figures."
)
_RULES = {
    "both": "A change is called so if it lies beyond {band} and beyond chance at {confidence}.",
    "band": "A change is called so if it lies beyond {band}, whatever chance gives.",
    "significance": "A change is called so if it lies beyond chance at {confidence}.",
}


def performance_page(result: "PerformanceTable") -> ResultPage:
    """Return what the page of the performance table says.

    Parameters
    ----------
    result : PerformanceTable

    Returns
    -------
    ResultPage
    """
    settings, now = result.settings, short_month(result.month)
    areas = "By area" if len(result.areas) else "In figures"
    return ResultPage(
        title=f"Burglary up or down: {now}",
        scope=(
            f"{settings['basis']} Complete months only; the data reach to "
            f"{plain_day(result.counts.last_day)}."
        ),
        sentences=sentences(result),
        picture_text=_PICTURE,
        limits=(*_LIMITS, *result.notes),
        keys=_keys(result),
        sections=(
            PageSection(
                f"{areas}: 12 months to {now}", tables=[year_table(result)], note=_words(result)
            ),
            PageSection(f"{areas}: {now}", tables=[month_table(result)], note=_months_note(result)),
            *_chart_sections(result),
            PageSection("What each column is", points=definitions(result)),
        ),
        settings=[
            ("Month", now),
            *((name.capitalize(), _plain(settings[name])) for name in
              ("baseline", "years", "better", "rule", "band", "confidence", "date", "without")),
        ],
        as_of=result.month.end_time.floor("s"),
        csv_columns={"month": str(result.month), "counted_by": settings["basis"]},
        landscape=True,
    )  # fmt: skip


def _chart_sections(result: "PerformanceTable") -> list[PageSection]:
    """Return which months stand out from the usual ups and downs, where enough are known."""
    counts = result.counts
    months = counts.periods[counts.periods <= result.month][-_CHART_MONTHS:]
    # A chart has no gaps: it begins after the last month that is left out or not known.
    unknown = months[months.isin(counts.left_out) | months.isin(counts.gaps)]
    if len(unknown):
        months = months[months > unknown[-1]]
    if len(months) < _FEWEST_MONTHS:
        return []
    series = pd.Series(counts.table[months].sum().to_numpy(), months)
    return [
        PageSection(
            "Month by month: what stands out",
            points=process_chart(series).summary().splitlines(),
            note="A process chart of single values (XmR): hs.process_chart draws it.",
        )
    ]


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(value) or "none"
    return "the 12 months before" if value is None else str(value)


def _keys(result: "PerformanceTable") -> list[tuple[str, str]]:
    """Return the numbers that are read first."""
    row, now = result.total, short_month(result.month)
    keys = []
    if not pd.isna(row["rolling_12"]):
        keys.append((f"{row['rolling_12']:,}", f"in 12 months to {now}"))
    if row["word"]:
        held = "baseline" if result.settings["baseline"] else "12 months before"
        keys += [
            (f"{row['reference_12']:,.10g}", f"in the {held}"),
            (signed(row["change"]), f"12 months: {row['word']}"),
        ]
    keys.append((f"{row['current']:,}", f"in {now}"))
    if row["month_word"]:
        keys.append((signed(row["month_change"]), f"{now}: {row['month_word']}"))
    return keys


def year_table(result: "PerformanceTable") -> PageTable:
    """Return twelve months by area, each with its word and the rule behind it."""
    now = short_month(result.month)
    heads = [
        ("Area", "head"), (f"12 months to {now}", "n"), (_held(result), "n"), ("Change", "n"),
        ("Word", "text"), ("The rule behind it", "text"),
    ]  # fmt: skip
    rows = [
        [
            row["area"], _whole(row["rolling_12"]), _number(row["reference_12"]),
            signed(row["change"]), _word(row["word"]), _why(row["rule"]),
        ]
        for row in result.table.to_dict("records")
    ]  # fmt: skip
    return _with_total(PageTable.of(heads, rows, "12 months by area"), result)


def month_table(result: "PerformanceTable") -> PageTable:
    """Return the month by area beside the same month of earlier years."""
    years = range(1, result.settings["years"] + 1)
    heads = [
        ("Area", "head"), (short_month(result.month), "n"),
        *((short_month(result.month - 12 * back), "n") for back in years),
        ("Mean of these", "n"), ("Change", "n"), ("Word", "text"), ("z", "n"),
        ("Mean month of 12 before", "n"), ("Mean month of 36 before", "n"),
    ]  # fmt: skip
    rows = [
        [
            row["area"], _whole(row["current"]),
            *(_whole(row[f"same_month_{back}"]) for back in years),
            _number(row["mean_same_month"]), signed(row["month_change"]),
            _word(row["month_word"]),
            "" if pd.isna(row["month_z"]) else f"{row['month_z']:.1f}",
            _number(row["mean_month_12"]), _number(row["mean_month_36"]),
        ]
        for row in result.table.to_dict("records")
    ]  # fmt: skip
    return _with_total(PageTable.of(heads, rows, "The month by area"), result)


def _with_total(table: PageTable, result: "PerformanceTable") -> PageTable:
    """Return a table with its last row as that of totals."""
    if not len(result.areas):
        return table
    return PageTable(table.heads, table.rows[:-1], table.rows[-1], table.caption)


def _word(word: str) -> Cell:
    """Return a word, marked where it is a change."""
    worse = word in (HIGHER, DETERIORATED)
    return Cell(word or "no word", "day late" if worse else "day")


def _why(rule: str) -> str:
    """Return a rule without its name, which stands below the table once."""
    return rule.partition(": ")[2] or rule


def _whole(number: Any) -> str:
    return "not known" if pd.isna(number) else f"{int(number):,}"


def _number(number: float) -> str:
    if pd.isna(number):
        return "not known"
    return f"{number:,.0f}" if float(number).is_integer() else f"{number:,.1f}"


def _held(result: "PerformanceTable") -> str:
    """Return the heading of what twelve months are held against."""
    months = result.months["reference"]
    if result.settings["baseline"] is None:
        return "12 months before"
    mean = ", mean year" if len(months) > 12 else ""
    return f"Baseline {short_month(months[0])} to {short_month(months[-1])}{mean}"


def _words(result: "PerformanceTable") -> str:
    settings = result.settings
    rule = _RULES[settings["rule"]].format(
        band=percent(settings["band"]), confidence=percent(settings["confidence"])
    )
    return (
        f"{rule} Chance allows for how much such counts differ here from year to year. Both are "
        "printed in every row, so that a reader sees where they part."
    )


def _months_note(result: "PerformanceTable") -> str:
    return (
        "The word is against the mean of the same months. None is given against the mean month of "
        "the 12 and 36 months before: they hold every season, and a winter month is above them "
        "every year."
    )


def definitions(result: "PerformanceTable") -> list[str]:
    """Return what each column is, with its months."""
    now, months = short_month(result.month), result.months
    same = len(months["same months"])
    return [
        f"{now}: burglaries of that month. {result.settings['basis']}",
        f"Mean of these: of the same month in {count(same, 'earlier year')}, as far as the data "
        "hold them and they are not left out.",
        f"Mean month of 12 before: {span_words(months['12 months before'])}, a twelfth of their "
        f"sum; {now} itself is not in it. Of 36 before: the 36 months that end with the same one.",
        f"12 months to {now}: {span_words(months['twelve months'])}, their sum.",
        f"Held against: {reference_words(result)}." if len(months["reference"]) else
        "Held against: nothing, there are no twelve months before.",
        "z: standard deviations between the two, over-dispersion allowed for: "
        "2 (sqrt x - sqrt m) / sqrt(1 + 1/k), divided by the root of the dispersion; for fewer "
        "than 20 the p-value is that of the E-test (Krishnamoorthy and Thomson 2004).",
    ]  # fmt: skip


def board_tables(result: "PerformanceTable") -> dict[str, pd.DataFrame]:
    """Return twelve months and the month with the headings and the precision of a board paper.

    Parameters
    ----------
    result : PerformanceTable

    Returns
    -------
    dict of str to DataFrame
        A row per area; changes in per cent. Each is as wide as a page.
    """
    table, now = result.table, short_month(result.month)
    year = {
        "Area": table["area"],
        f"12 months to {now}": table["rolling_12"],
        _held(result): table["reference_12"].round(1),
        "Change, %": _percent(table["change"]),
        "Word": table["word"],
        "The rule behind it": table["rule"].map(_why),
    }
    back = range(1, result.settings["years"] + 1)
    month = {
        "Area": table["area"],
        now: table["current"],
        **{short_month(result.month - 12 * one): table[f"same_month_{one}"] for one in back},
        "Mean of these": table["mean_same_month"].round(1),
        "Change, %": _percent(table["month_change"]),
        "Word": table["month_word"],
        "Mean month of 12 before": table["mean_month_12"].round(1),
        "Mean month of 36 before": table["mean_month_36"].round(1),
    }
    return {"12 months": pd.DataFrame(year), now: pd.DataFrame(month)}


def _percent(changes: pd.Series) -> list[float | str]:
    """Return changes in per cent, and in words where there was none before."""
    return ["none before" if np.isinf(one) else round(100 * one, 1) for one in changes]
