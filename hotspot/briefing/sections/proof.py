"""How well the map and the lists did, and what was asked and reached so far."""

import pandas as pd

from hotspot.briefing.findings import Findings
from hotspot.briefing.sections.table_text import Section, only, table
from hotspot.english import count, percent


def map_proof(findings: Findings) -> Section | None:
    """Say how well the layers of the map foresaw, beside it."""
    proof = findings.proof
    if proof.backtest is not None:
        return only(*proof.backtest.sentences(), proof.backtest.trust())
    return None if proof.no_backtest is None else only(proof.no_backtest)


def worth(findings: Findings) -> Section | None:
    """Say what visits could prevent and how well they were aimed."""
    proof = findings.proof
    found = [each.headline() for each in (proof.preventable, proof.accuracy) if each is not None]
    if proof.no_worth is not None:
        found.append(proof.no_worth)
    return only(*found) if found else None


def so_far(findings: Findings) -> Section | None:
    """Say what was asked and what was reached, where a ledger is kept."""
    if findings.lists is None or findings.lists.so_far is None:
        return None
    report = findings.lists.so_far
    if not report.count("asked"):
        return only("This is the first list that the ledger knows.")
    reached, timely = report.row("reached"), report.row("reached in time")
    sentences = [
        f"{count(report.count('asked'), 'door was', 'doors were')} asked for on "
        f"{count(report.lists, 'earlier list')}. Of {report.count('due'):,} due "
        f"{report.count('found occupied'):,} are homes found occupied, or not yet known to be "
        f"otherwise; {report.count('reached'):,} of these were reached{_interval(reached)}, "
        f"{report.count('face to face'):,} of them face to face."
    ]
    if timely["out_of"]:
        sentences.append(
            f"Of {int(timely['out_of']):,} homes due since the ledger began "
            f"{report.count('reached in time'):,} were reached by the time asked for"
            f"{_interval(timely)}."
        )
    rows = [
        {
            "area": area,
            **{
                name: f"{report.count(name, 'area', area):,}"
                for name in ("asked", "due", "found occupied", "reached", "face to face")
            },
        }
        for area in report.groups("area")
    ]
    columns = [
        ("area", "Beat", "text"),
        ("asked", "Asked", "n"),
        ("due", "Due", "n"),
        ("found occupied", "Occupied", "n"),
        ("reached", "Reached", "n"),
        ("face to face", "Face to face", "n"),
    ]
    return {"sentences": sentences, "table": table(columns, rows)}


def _interval(row: pd.Series) -> str:
    """Write a share with its interval, where there is one."""
    if not row["out_of"]:
        return ""
    return f" ({percent(row['share'])}, {percent(row['low'])} to {percent(row['high'])})"
