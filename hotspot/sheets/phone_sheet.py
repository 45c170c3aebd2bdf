"""The sheet for a phone: each visit is ticked without a network, and all are saved to a file."""

import hashlib
from itertools import groupby
from typing import Any

import pandas as pd

from hotspot import rule
from hotspot.english import count
from hotspot.output.pages import make_page, own_script
from hotspot.sheets.about import SHOWS, About
from hotspot.sheets.asked_back import asked_back, words_for
from hotspot.sheets.door_sheet import doors_to_show


def phone_sheet(rows: pd.DataFrame, title: str, area: str, about: About) -> str:
    """Return one area's doors as a page for a phone: offline, with one script of ours.

    Parameters
    ----------
    rows : DataFrame
        As `with_ages` returns them.
    title, area : str
    about : About

    Returns
    -------
    str
        HTML. Its policy lets only our script run, by its SHA-256, and lets it connect nowhere;
        the data stand in the page as text and attributes, never in the script. Every visit to a
        door is a row of the saved file, with its own time; a file that is saved later holds those
        of earlier ones too.
    """
    script, allowed = own_script("sheet_phone.js")
    # What was ticked belongs to this list, whatever else this browser keeps.
    content = "|".join([about.cut_off, *rows["visit_id"]])
    return make_page(
        "sheet_phone.html.j2",
        title=title,
        area=area,
        about=about,
        shows=SHOWS,
        doors=count(len(rows), "door"),
        streets=_streets(doors_to_show(rows, about.last_moment)),
        results=[rule.result_word(label) for label in words_for("result")],
        boxes=[
            asked
            for asked in asked_back(packs=bool(rows["tier"].notna().any()))
            if asked.kind == "yes or no"
        ],
        key=f"hotspot-{hashlib.sha256(content.encode()).hexdigest()[:16]}",
        script=script,
        allowed=allowed,
    )


def _streets(doors: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Group the doors, as they are walked, by their streets."""
    return [
        {"name": street, "doors": list(there)}
        for street, there in groupby(doors, key=lambda shown: shown["street"])
    ]
