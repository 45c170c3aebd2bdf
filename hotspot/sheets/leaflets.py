"""Leaflets for residents: a message and nothing else. No victim, no reference, no method, no date.

The first page is for the team that delivers them, and stays with it.
"""

from typing import NamedTuple

import pandas as pd

from hotspot.addresses.flats import natural_key
from hotspot.english import count
from hotspot.output.pages import make_page
from hotspot.output.text import clean_text
from hotspot.sheets.about import SHOWS, About

# A street is named only where so many homes get the leaflet that its name points at none.
FEWEST_HOMES = 5
DEFAULT_MESSAGE = """\
There have been burglaries in your neighbourhood.

After a burglary, other homes nearby can be at more risk for some weeks. Most of them are never \
burgled, and a few minutes now can make yours harder to get into:

- Lock doors and windows, at the back too, even when you are at home.
- Double-lock a uPVC door: lift the handle and turn the key. Take the key out of the lock.
- Leave a light on, or a timer, when you go out in the evening.
- Keep keys, post and valuables out of sight from windows and the letter box.
- Lock side gates, sheds and garages, and put ladders and tools away.
- Ask a neighbour to keep an eye on your home while you are away.

If you see a burglary happening, call 999. To tell us of anything you noticed, or to ask for \
advice, call 101. To stay anonymous, call Crimestoppers on 0800 555 111."""


class _Round(NamedTuple):
    """One street's leaflets; without a name those of all other streets."""

    street: str | None
    homes: int


def leaflets(homes: pd.DataFrame, area: str, about: About, message: str | None = None) -> str:
    """Return the leaflets of one area: a page for the team, then one to copy for each street.

    Parameters
    ----------
    homes : DataFrame
        Every home that gets one, burgled or not, so that none stands out: ``street`` is read,
        nothing else.
    area : str
    about : About
    message : str, optional
        Instead of `DEFAULT_MESSAGE`. An empty line begins a paragraph, a line that begins with
        a dash is an item of a list; ``{street}`` and ``{area}`` are filled in.

    Returns
    -------
    str
        HTML, A4.
    """
    rounds = _rounds(homes)
    text = DEFAULT_MESSAGE if message is None else message
    return make_page(
        "sheet_leaflets.html.j2",
        area=area,
        about=about,
        shows=SHOWS,
        total=count(len(homes), "leaflet"),
        rounds=rounds,
        fewest=FEWEST_HOMES,
        pages=[
            {
                "to": f"To the residents of {one.street}" if one.street else "To residents",
                "blocks": _blocks(text, one.street or "your street", area),
            }
            for one in rounds
        ],
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


def _blocks(text: str, street: str, area: str) -> list[dict[str, object]]:
    """Read a message as paragraphs and lists. It is text: markup in it is shown, not run."""
    # Not a template: braces that mean nothing here stay as they are.
    text = text.replace("{street}", street).replace("{area}", area)
    blocks: list[dict[str, object]] = []
    for paragraph in text.replace("\r\n", "\n").split("\n\n"):
        lines = [clean_text(line).strip() for line in paragraph.split("\n") if line.strip()]
        if lines and all(line.startswith("-") for line in lines):
            blocks.append({"items": [line.lstrip("- ") for line in lines], "text": ""})
        elif lines:
            blocks.append({"items": [], "text": " ".join(lines)})
    return blocks
