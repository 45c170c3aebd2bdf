"""Leaflets for residents: a message and nothing else. No victim, no reference, no method, no date.

They carry no marking, for they are handed to everybody. How many each street gets stands on a page
of its own, which is the team's.
"""

from typing import NamedTuple

import pandas as pd

from hotspot.addresses.flats import natural_key
from hotspot.english import and_list, count
from hotspot.output.pages import make_page
from hotspot.output.text import clean_text
from hotspot.sheets.about import SHOWS, About
from hotspot.sheets.message_texts import MessageTexts

# A street is named only where so many homes get the leaflet that its name points at none.
FEWEST_HOMES = 5
# A first line that is no longer stands as the heading.
_LONGEST_HEADING = 100


class _Round(NamedTuple):
    """One street's leaflets; without a name those of all other streets."""

    street: str | None
    homes: int


def leaflets(homes: pd.DataFrame, area: str, texts: MessageTexts, weeks: int) -> str:
    """Return the leaflets of one area: for each street a page a language, to be copied.

    Parameters
    ----------
    homes : DataFrame
        Every home that gets one, burgled or not, so that none stands out: ``street`` is read,
        nothing else.
    area : str
    texts : MessageTexts
    weeks : int
        For how long risk is raised by the rule.

    Returns
    -------
    str
        HTML, A4; printed two to a sheet, or on A5, it can still be read.
    """
    filled = {language: texts.filled(language, area, weeks) for language in texts.texts}
    pages = [
        {"street": one.street or "", "language": language, **_parts(text)}
        for one in _rounds(homes)
        for language, text in filled.items()
        if text is not None
    ]
    return make_page("sheet_leaflets.html.j2", area=area, pages=pages)


def leaflet_round(
    homes: pd.DataFrame, area: str, about: About, texts: MessageTexts, weeks: int
) -> str:
    """Return the page for the team that delivers the leaflets: how many each street gets.

    Parameters
    ----------
    homes, area, texts, weeks
        As of `leaflets`.
    about : About

    Returns
    -------
    str
        HTML, A4.
    """
    left_out = [name for name in texts.texts if texts.filled(name, area, weeks) is None]
    return make_page(
        "sheet_leaflet_round.html.j2",
        area=area,
        about=about,
        shows=SHOWS,
        total=count(len(homes), "leaflet"),
        rounds=_rounds(homes),
        fewest=FEWEST_HOMES,
        languages=and_list([name for name in texts.texts if name not in left_out]),
        left_out=and_list(left_out) if left_out else "",
        is_example=texts.is_example,
    )


def _rounds(homes: pd.DataFrame) -> list[_Round]:
    """Count the leaflets of each street that may be named; all others are one round."""
    # Counted as printed: spellings that differ in what nobody sees are one street.
    streets = homes["street"].fillna("").map(clean_text).str.strip()
    sizes = streets[streets != ""].value_counts()
    named = sizes[sizes >= FEWEST_HOMES]
    rounds = [_Round(str(name), int(named[name])) for name in sorted(named.index, key=natural_key)]
    rest = len(homes) - int(named.sum())
    return [*rounds, _Round(None, rest)] if rest else rounds


def _parts(text: str) -> dict[str, object]:
    """Return the heading of a text, where its first paragraph is short, and the rest of it."""
    blocks = _blocks(text)
    first = blocks[0]["text"] if blocks else ""
    is_heading = 0 < len(str(first)) <= _LONGEST_HEADING
    return {"heading": first if is_heading else "", "blocks": blocks[1:] if is_heading else blocks}


def _blocks(text: str) -> list[dict[str, object]]:
    """Read a message as paragraphs and lists. It is text: markup in it is shown, not run."""
    blocks: list[dict[str, object]] = []
    for paragraph in text.split("\n\n"):
        lines = [line.strip() for line in paragraph.split("\n") if line.strip()]
        if lines and all(line.startswith("-") for line in lines):
            blocks.append({"items": [line.lstrip("- ") for line in lines], "text": ""})
        elif lines:
            blocks.append({"items": [], "text": " ".join(lines)})
    return blocks
