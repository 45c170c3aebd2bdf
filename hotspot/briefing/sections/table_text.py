"""How a section says what it has, and what it has not."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from hotspot.english import count

Section = dict[str, Any]
ListLinks = Mapping[str | None, Sequence[tuple[str, str]]]

NOT_WITH_MONTHS = "Not shown: the dates of this export are months only."


def rows_of(frame: pd.DataFrame) -> Iterator[Any]:
    """Go through the rows of a frame, each value as what it is."""
    return iter(frame.itertuples())


def table(
    columns: Sequence[tuple[str, str, str]],
    rows: Sequence[Mapping[str, str | None]],
    total: Mapping[str, str] | None = None,
) -> Section | None:
    """Lay rows out as a table, without the columns that none of them knows anything of."""
    if not rows:
        return None
    kept = [column for column in columns if any(row[column[0]] for row in rows)]
    below = (
        None if total is None else [_cell(total.get(field, ""), kind) for field, _, kind in kept]
    )
    return {
        "heads": [{"text": heading, "kind": kind} for _, heading, kind in kept],
        "rows": [[_cell(row[field], kind) for field, _, kind in kept] for row in rows],
        "total": below if total else None,
    }


def _cell(text: str | None, kind: str) -> dict[str, str]:
    return {"text": "not known" if text is None else text, "kind": kind}


def only(*sentences: str) -> Section:
    """Say in a sentence what there is instead of a table."""
    return {"sentences": list(sentences)}


def more(number: int, noun: str, plural: str, where: str) -> str | None:
    """Say how many a table leaves out, and where they are."""
    return f"And {count(number, noun, plural)} {where}." if number > 0 else None
