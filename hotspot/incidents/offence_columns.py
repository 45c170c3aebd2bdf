"""Columns whose heading is not known and whose cells are titles of offences."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

import pandas as pd

from hotspot.incidents.offence_titles import (
    has_burglary,
    home_office_code,
    normalise_offence,
)
from hotspot.incidents.offences import told_kinds
from hotspot.incidents.unknown_layout import how_to_map
from hotspot.reading.cells import to_text, without_missing_words
from hotspot.reading.chunks import Chunk, Source
from hotspot.reading.contents import Contents

#: Words of offences, as a column of them has in most rows.
OFFENCE_WORDS = (
    r"burg|break|b ?& ?e|thef|larcen|robb|assault|crim|offen|fraud|homicid|murder|violen|arson"
    r"|vandal|\b(?:28|29|30|31)[a-z]?\b"
)
_MORE_OFFENCES = (
    r"|shoplift|drug|public order|weapon|harass|stalk|sexual|rape|social|damage|burn|kidnap|firearm"
)
_OFFENCE = re.compile(OFFENCE_WORDS + _MORE_OFFENCES)
# Headings of an offence that is not the one recorded, and of text; cells of who looks into it.
_OF_ANOTHER = re.compile(
    r"\b(?:prev\w*|last|link\w*|relat\w*|similar|series|charg\w*|arrest\w*|suspect\w*|outcome\w*"
    r"|disposal|open\w*|initial|origin\w*|team|squad|unit|desk|officer|oic|dep(?:artmen)?t|owner"
    r"|operation|op|priority|flags?|mo|method|modus|summary|notes?|keywords?)\b"
)
_WHO = re.compile(r"\b(?:teams?|squads?|desks?|units?|charged|suspect)\b")
_MOST_TITLES, _LONGEST_TITLE = 200, 100
_MOSTLY, _NEARLY_ALL, _ARE_TITLES = 0.9, 0.99, 0.75


def better_offences(
    opened: Source, mapped: Mapping[str, Sequence[str]], rows: Chunk
) -> tuple[str | None, list[str], list[str]]:
    """Find the column of titles of offences that tells more than the one whose name is known.

    Parameters
    ----------
    opened : Source
    mapped : mapping of str to sequence of str
        Field to its columns.
    rows : Chunk
        What was read of it: the columns that are mapped, or all.

    Returns
    -------
    column : str or None
        The one to take.
    notes, warnings : list of str
        That it was taken, or that it may be the offence and how to say so.
    """
    known = next(iter(mapped.get("offence_code", ())), None)
    if known is not None:
        exact, burglary = told_kinds(_texts(Contents(rows.frame).sample(known)))
        # Where the buildings are named no other column does better, and none is looked at.
        if burglary and exact >= _MOSTLY * burglary:
            return None, [], []
    taken = {name for names in mapped.values() for name in names}
    free = [name for name in opened.columns if name not in taken]
    wanted = free if known is None else [known, *free]
    head = rows.frame
    if not {*wanted} <= {*head.columns}:
        # The first rows of the other columns are enough to see what they are.
        head = next(iter(opened.chunks(wanted)), rows).frame
    # A part of a joined source may be without the column that is known.
    if known is not None and known not in head.columns:
        return None, [], []
    return _best([name for name in free if name in head.columns], known, Contents(head))


def _best(
    free: Sequence[str], known: str | None, contents: Contents
) -> tuple[str | None, list[str], list[str]]:
    """Find which of some columns tells more of the offence than the one that is known."""
    before = (0, 0) if known is None else told_kinds(_texts(contents.sample(known)))
    told = {}
    for name in free:
        texts = _texts(contents.sample(name))
        if not _are_titles(texts):
            continue
        exact, burglary = told_kinds(texts)
        if burglary and (known is None or exact > before[0]):
            told[name] = (exact, burglary)
    if not told:
        return None, [], []
    best = max(told, key=lambda name: told[name])
    heading = re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", best).casefold()
    cells = _texts(contents.sample(best)).dropna().astype(str).str.casefold().unique()
    certain = not _OF_ANOTHER.search(heading) and not any(map(_WHO.search, cells))
    # Codes without a title may be those of beats.
    certain &= any(has_burglary(normalise_offence(cell)) for cell in cells)
    if known is not None:
        # A burglary without its finer title would be left out unseen.
        full = contents.worth(best, "text") >= _NEARLY_ALL * contents.worth(known, "text")
        certain &= full and told[best][1] >= _MOSTLY * before[1]
    if certain:
        more = "" if known is None else f" and tells more than {known!r}"
        return best, [f"{best!r} holds titles of offences{more}: it was read as the offence."], []
    better = "" if known is None else f" better than {known!r}"
    how = how_to_map({"offence_code": best})
    warned = f"{best!r} may tell the offence{better} and was not read as it. If it does, say {how}."
    return None, [], [warned]


def _texts(cells: pd.Series) -> pd.Series:
    return without_missing_words(to_text(cells)).astype(object)


def _are_titles(texts: pd.Series) -> bool:
    """Test whether most texts are titles or codes of offences, and some are of burglary."""
    # Not by pandas, of which a call takes longer than to count the few cells of a sample.
    rows = Counter(texts[texts.notna()].astype(str))
    # Free text has as many values as rows.
    few = len(rows) <= min(_MOST_TITLES, max(rows.total() / 2, 10))
    titles = list(rows)
    if not rows or not few or max(map(len, titles)) > _LONGEST_TITLE:
        return False
    offences = sum(number for title, number in rows.items() if _OFFENCE.search(title.casefold()))
    if offences < _ARE_TITLES * rows.total():
        return False
    normal = map(normalise_offence, titles)
    return any(has_burglary(title) or bool(home_office_code(title)) for title in normal)
