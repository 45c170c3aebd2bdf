"""The sheet for a phone: results are ticked without a network and saved to a file."""

import hashlib

import pandas as pd

from hotspot.output.pages import make_page, own_script
from hotspot.sheets.about import SHOWS, About
from hotspot.sheets.asked_back import ASKED, words_for
from hotspot.sheets.door_sheet import door, summary


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
        the data stand in the page as text and attributes, never in the script.
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
        summary=summary(rows),
        doors=[door(row, about.last_moment) for row in rows.itertuples(index=False)],
        results=words_for("result"),
        boxes=[asked for asked in ASKED if asked.kind == "yes or no"],
        key=f"hotspot-{hashlib.sha256(content.encode()).hexdigest()[:16]}",
        script=script,
        allowed=allowed,
    )
