"""A report as a page, a table and a picture."""

import base64
import io
from importlib.resources import files
from pathlib import Path
from typing import Any

from markupsafe import Markup

from hotspot import __version__
from hotspot.output.files import replacing_file
from hotspot.output.pages import make_page, write_page
from hotspot.output.tables import write_table
from hotspot.output.text import clean_text
from hotspot.visits.report import VisitReport, cut_off_words

SHOWS = (
    "It counts doors that a list asked for and visits that came back: places, not people.",
    "It says how much of what was asked was done and when, not that a visit prevented a burglary.",
    "A visit that was made and not recorded is not in it.",
)
HOW = (
    "Each door counts once, however often it was listed or visited. Due: visited, or past the time "
    "asked for. Overdue: due, and nobody called; not where the time had passed before the first "
    "list (before start).",
    "Found occupied: due, less the doors of which every visit said empty or address not found. A "
    "door where nobody called yet is in it, so that no share rises by leaving doors out. "
    "Reached: spoken to face to face, or a leaflet left.",
    "Within 24 h and 48 h: after the burglary was recorded. In time: by the time that the list "
    "asked for. Both out of the doors whose time had not passed before the first list.",
    "In brackets: 95 % interval (Wilson). With few doors a share says little.",
)
_NO_MARKING = "NO MARKING GIVEN: HANDLE AS SENSITIVE"
_HEADS = {"all": "", "area": "Team", "ring": "Ring", "week": "Week of the first list"}
_SHOWN = ("attempted", "reached", "face to face", "reached within 24 h", "reached within 48 h")
_SHARES = (
    "attempted", "empty or not found", "found occupied", "reached", "face to face",
    "leaflet only", "refused", "language or access", "no reply", "attempted within 24 h",
    "attempted within 48 h", "attempted in time", "reached within 24 h", "reached within 48 h",
    "reached in time", "not attempted", "overdue", "before start",
)  # fmt: skip


def write_report(report: VisitReport, folder: Path, marking: str | None) -> list[Path]:
    """Write a report. See `VisitReport.write`."""
    buffer = io.BytesIO()
    report.plot().savefig(buffer, format="png", dpi=150, metadata={"Software": None})
    picture = buffer.getvalue()
    marked = clean_text(marking or "").strip() or _NO_MARKING
    page, table, drawn = (folder / f"visit_report.{kind}" for kind in ("html", "csv", "png"))
    write_page(_page(report, picture, marked), page)
    rounded = report.table.round({"share": 4, "low": 4, "high": 4})
    write_table(rounded.assign(counted_until=report.as_of, marking=marked), table)
    with replacing_file(drawn) as temporary:
        temporary.write_bytes(picture)
    return [page, table, drawn]


def _page(report: VisitReport, picture: bytes, marking: str) -> str:
    return make_page(
        "visits_report.html.j2",
        title="Visits: asked, occupied, reached",
        style=_style(),
        marking=marking,
        # Written so that no character of it means anything in CSS.
        marking_css=Markup("".join(f"\\{ord(character):06x}" for character in marking)),
        cut_off=cut_off_words(report),
        keys=_keys(report),
        # The page says above up to when it counts.
        sentences=[line for line in report.summary().splitlines() if line != cut_off_words(report)],
        picture=base64.b64encode(picture).decode("ascii"),
        overall=[_share_row(report, measure) for measure in _SHARES],
        tables=[_groups(report, by) for by in ("area", "ring", "week") if report.groups(by)],
        how=HOW,
        shows=SHOWS,
        version=f"Made with hotspot {__version__}.",
    )


def _style() -> Markup:
    sheet = files("hotspot").joinpath("_assets", "visits_report.css")
    return Markup(sheet.read_text(encoding="utf-8"))


def _keys(report: VisitReport) -> list[dict[str, str]]:
    """Give the numbers that are read first, in the order of the funnel."""
    told = {
        "asked": "doors asked",
        "due": "due",
        "attempted": "attempted",
        "found occupied": "occupied, as far as known",
        "reached": "reached",
        "face to face": "face to face",
        "overdue": "overdue",
    }
    return [{"value": f"{report.count(name):,}", "label": words} for name, words in told.items()]


def _share_row(report: VisitReport, measure: str) -> dict[str, str]:
    row = report.row(measure)
    return {
        "measure": measure[0].upper() + measure[1:],
        "number": f"{int(row['count']):,}",
        "of": f"{int(row['out_of']):,} {row['of']}",
        "share": _percent(row["share"], int(row["out_of"])),
        "interval": _interval(row),
    }


def _groups(report: VisitReport, by: str) -> dict[str, Any]:
    """Make the table of one kind of group."""
    rows = []
    for group in report.groups(by):
        cells = [f"{report.count(name, by, group):,}" for name in ("asked", "due")]
        found = report.row("found occupied", by, group)
        cells.append(f"{int(found['count']):,}")
        shares = [report.row(measure, by, group) for measure in _SHOWN]
        told = [(f"{int(r['count']):,}", _with_interval(r)) for r in shares]
        overdue = report.count("overdue", by, group)
        late = f"{overdue:,}" if overdue else ""
        rows.append({"group": group, "cells": cells, "shares": told, "overdue": late})
    heads = ["Asked", "Due", "Occupied"]
    return {"head": _HEADS[by], "heads": heads, "shares": [_head(m) for m in _SHOWN], "rows": rows}


def _head(measure: str) -> str:
    return measure[0].upper() + measure[1:]


def _with_interval(row: Any) -> str:
    if not row["out_of"]:
        return ""
    return f"{_percent(row['share'], 1)} ({_interval(row)})"


def _interval(row: Any) -> str:
    if not row["out_of"]:
        return ""
    return f"{100 * row['low']:.0f} to {100 * row['high']:.0f} %"


def _percent(share: float, among: int) -> str:
    return f"{100 * share:.0f} %" if among else ""


__all__ = ["SHOWS", "write_report"]
