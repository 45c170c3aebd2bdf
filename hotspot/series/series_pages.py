"""The pages and pictures of series, leads and evaluations: what they are not stands first."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from hotspot.english import count, window
from hotspot.output.handling import NOT_EVIDENCE, PLACES_NOT_PEOPLE
from hotspot.output.page_parts import PageSection, PageTable, ResultPage
from hotspot.output.pictures import Picture
from hotspot.output.text import clean_text

if TYPE_CHECKING:
    from hotspot.series.leads import SeriesLeads
    from hotspot.series.linkage_evaluation import LinkageEvaluation
    from hotspot.series.linked_crimes import CrimeSeries

_BLUE, _RED, _GREY = "#123f6d", "#b3261e", "#9aa7b4"
_MOST_SERIES, _MOST_LEADS, _LONGEST_NAME = 25, 20, 28
_PARTS = {
    "score_distance": ("Distance", "#123f6d"), "score_days": ("Days", "#4f8fca"),
    "score_hour": ("Hours", "#d9a441"), "score_weekday": ("Weekday", "#9aa7b4"),
    "score_mo": ("Method", "#7a4b94"),
}  # fmt: skip
_CAUTION = PageSection("Read this first", points=(NOT_EVIDENCE,))
_LIMITS = (
    NOT_EVIDENCE,
    "Crimes may be alike because burglars and homes are: the nearest in place and time are often "
    "of different people.",
    "Only recorded crime went in: no person, no tag position, no intelligence.",
    PLACES_NOT_PEOPLE,
)


def series_page(result: "CrimeSeries") -> ResultPage:
    """Return what the page of series says.

    Parameters
    ----------
    result : CrimeSeries

    Returns
    -------
    ResultPage
    """
    frame, crimes = result.frame, result.crimes
    extra = [c for c in frame.columns[1:2] if c != "crimes"]
    heads = [
        ("Series", "head"), *((name.capitalize(), "") for name in extra), ("Crimes", "n"),
        ("When", ""), ("Days", "n"), ("Metres across", "n"), ("Hours", ""), ("Forces", ""),
    ]  # fmt: skip
    rows = [
        [
            _text(row["series_id"]), *(_text(row[name]) for name in extra), f"{row['crimes']:,}",
            window(row["first"], row["last"], year=True), f"{row['span_days']:,}",
            f"{row['extent_m']:,.0f}", _text(row["hours"]), _text(row["forces"]),
        ]
        for _, row in frame.iterrows()
    ]  # fmt: skip
    sections = [PageSection("Series, the newest first", tables=[PageTable.of(heads, rows)])]
    crime_heads = [
        ("No", "n"), ("Crime", "head"), ("Force", ""), ("When", ""), ("Method", ""),
        ("Days to the next", "n"), ("Metres to the next", "n"),
    ]  # fmt: skip
    for name, one in crimes.groupby("series_id", sort=False):
        listed = [
            [
                f"{row['number']}", _text(row["crime_ref"]), _text(row.get("force")),
                window(row["occurred_from"], row["occurred_to"], year=True),
                _text(row.get("mo")), _number(row["days_to_next"]), _number(row["metres_to_next"]),
            ]
            for _, row in one.iterrows()
        ]  # fmt: skip
        sections.append(
            PageSection(f"Crimes of {_text(name)}, in the order of time",
                        tables=[PageTable.of(crime_heads, listed, kind="small")])
        )  # fmt: skip
    return ResultPage(
        title="Series of linked crimes",
        scope="Crimes with the force's own number of a series, however old.",
        sentences=result.summary().splitlines(),
        picture_text="When the crimes of each series happened. The tables below hold the figures",
        limits=("A series is what the force has linked by its number, on whatever grounds: this "
                "page adds none.", *_LIMITS),
        sections=sections,
        settings=[("Crimes of no series", f"{result.without:,}"),
                  ("Crimes of several series", f"{result.in_several:,}")],
        csv_columns={"caution": NOT_EVIDENCE},
        first=[_CAUTION],
        landscape=True,
    )  # fmt: skip


def leads_page(result: "SeriesLeads") -> ResultPage:
    """Return what the page of leads says.

    Parameters
    ----------
    result : SeriesLeads

    Returns
    -------
    ResultPage
    """
    heads = [
        ("Rank", "n"), ("Crime", "head"), ("Force", ""), ("When", ""), ("Why", ""),
        ("Score", "n"), ("Series", ""),
    ]  # fmt: skip
    rows = [
        [
            f"{row['rank']}", _text(row["crime_ref"]), _text(row.get("force")),
            window(row["occurred_from"], row["occurred_to"], year=True), _text(row["reason"]),
            f"{row['score']:+.1f}", _text(row.get("series_id")),
        ]
        for _, row in result.table.iterrows()
    ]  # fmt: skip
    members = [
        [
            f"{row['number']}", _text(row["crime_ref"]), _text(row.get("force")),
            window(row["occurred_from"], row["occurred_to"], year=True), _text(row.get("mo")),
        ]
        for _, row in result.members.iterrows()
    ]  # fmt: skip
    member_heads = [("No", "n"), ("Crime", "head"), ("Force", ""), ("When", ""), ("Method", "")]
    return ResultPage(
        title="Crimes that may belong to a series",
        scope=f"{count(len(result.members), 'crime')} taken as the series; others within "
        f"{count(result.max_days, 'day')} of one of them.",
        sentences=[result.summary().splitlines()[0], result.basis, NOT_EVIDENCE],
        picture_text="The score of each lead and its parts. The table below holds the figures",
        limits=(result.basis, *_LIMITS),
        sections=[
            PageSection("Leads, the likeliest first", tables=[PageTable.of(heads, rows)],
                        note="Score: the natural logarithm of how many times likelier such "
                        "evidence is for crimes of one series than of two. Numbers of members are "
                        "those below."),
            PageSection("The series", tables=[PageTable.of(member_heads, members, kind="small")]),
        ],
        settings=[("Crimes looked at", f"{result.looked_at:,}"),
                  ("Days from a member at most", f"{result.max_days:,}")],
        csv_columns={"basis": result.basis, "caution": NOT_EVIDENCE},
        first=[_CAUTION],
        landscape=True,
    )  # fmt: skip


def evaluation_page(result: "LinkageEvaluation") -> ResultPage:
    """Return what the page of an evaluation says.

    Parameters
    ----------
    result : LinkageEvaluation

    Returns
    -------
    ResultPage
    """
    rows = [
        [f"{row.first:,}", f"{row.true_links:,}", f"{row.by_chance:.1f}", f"{row.share:.0%}"]
        for row in result.table.itertuples()
    ]
    heads = [("Pairs looked at", "n"), ("True links", "n"), ("By chance", "n"), ("Share", "n")]
    return ResultPage(
        title="How well linked crimes are told",
        scope="Pairs of solved crimes, each scored by a model that knew neither series.",
        sentences=result.summary().splitlines(),
        picture_text="True links found as more pairs are looked at",
        limits=("Solved series are those that were found: they are easier to find than others.",
                *_LIMITS),
        sections=[PageSection("Among the first pairs", tables=[PageTable.of(heads, rows)])],
        settings=[("Connected groups", f"{result.groups:,}"), ("Parts", result.folds),
                  ("Seed", result.seed)],
        csv_columns={"caution": NOT_EVIDENCE},
        first=[_CAUTION],
    )  # fmt: skip


def series_picture(result: "CrimeSeries") -> Figure:
    """Draw when the crimes of each series happened.

    Parameters
    ----------
    result : CrimeSeries

    Returns
    -------
    Figure
    """
    names = list(result.frame["series_id"].drop_duplicates()[:_MOST_SERIES])
    figure = Picture(figsize=(8, 1.6 + 0.32 * max(len(names), 1)), layout="constrained")
    axes = figure.subplots()
    for at, name in enumerate(names):
        one = result.crimes[result.crimes["series_id"] == name]
        middle = one["occurred_from"] + (one["occurred_to"] - one["occurred_from"]) / 2
        axes.plot(middle, np.full(len(one), -at), "-o", color=_BLUE, markersize=5, linewidth=1)
    axes.set_yticks(-np.arange(len(names)))
    axes.set_yticklabels([_short(name) for name in names], parse_math=False)
    axes.set_ylim(-len(names) + 0.4, 0.6)
    axes.grid(axis="x", alpha=0.3)
    axes.set_title(f"When the crimes of each series happened. {NOT_EVIDENCE}", fontsize=9)
    figure.autofmt_xdate(rotation=30)
    return figure


def leads_picture(result: "SeriesLeads") -> Figure:
    """Draw the parts of the score of each lead, to the right what speaks for it.

    Parameters
    ----------
    result : SeriesLeads

    Returns
    -------
    Figure
    """
    table = result.table.head(_MOST_LEADS)
    figure = Picture(figsize=(8, 1.8 + 0.32 * max(len(table), 1)), layout="constrained")
    axes = figure.subplots()
    place = -np.arange(len(table))
    right, left = np.zeros(len(table)), np.zeros(len(table))
    for column, (label, colour) in _PARTS.items():
        if column in table:
            part = table[column].to_numpy(dtype=float)
            axes.barh(place, part, left=np.where(part > 0, right, left), color=colour, label=label)
            right, left = right + np.maximum(part, 0), left + np.minimum(part, 0)
    axes.axvline(0, color="#1d2733", linewidth=0.8)
    axes.set_yticks(place)
    names = [f"{row.rank}. {_short(row.crime_ref)}" for row in table.itertuples()]
    axes.set_yticklabels(names, parse_math=False)
    axes.set_xlabel("Parts of the score against the member that speaks most for it")
    axes.set_title(NOT_EVIDENCE, fontsize=10)
    if len(table):
        axes.legend(fontsize=8, frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    return figure


def evaluation_picture(result: "LinkageEvaluation") -> Figure:
    """Draw how many true links are found as more pairs are looked at.

    Parameters
    ----------
    result : LinkageEvaluation

    Returns
    -------
    Figure
    """
    most = int(min(len(result.pairs), 4 * result.table["first"].max()))
    looked = np.arange(1, most + 1)
    figure = Picture(figsize=(6, 4), layout="constrained")
    axes = figure.subplots()
    axes.plot(looked, result.pairs["linked"].to_numpy()[:most].cumsum(), color=_BLUE, label="found")
    axes.plot(looked, looked, ":", color=_GREY, label="every one a link")
    axes.plot(looked, looked * result.pairs["linked"].mean(), "--", color=_RED, label="by chance")
    axes.set(xlabel="Pairs looked at, the highest score first", ylabel="True links among them")
    axes.set_title(NOT_EVIDENCE, fontsize=10)
    axes.legend(frameon=False)
    return figure


def _text(value: object) -> str:
    return "" if value is None or pd.isna(value) else clean_text(str(value))  # type: ignore[call-overload]


def _short(value: object) -> str:
    text = _text(value)
    return text if len(text) <= _LONGEST_NAME else text[: _LONGEST_NAME - 1] + "…"


def _number(value: object) -> str:
    return "" if pd.isna(value) else f"{value:,.0f}"  # type: ignore[call-overload]
