"""The shape of a section: sentences and tables of text, and what sections are written from."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import pandas as pd

from hotspot.briefing.findings import Findings
from hotspot.briefing.inputs import Inputs
from hotspot.english import count
from hotspot.output.page_parts import Cell, PageTable

NOT_WITH_MONTHS = "Not shown: the dates of this export are months only."


@dataclass(frozen=True)
class Link:
    """A link to a file of the briefing.

    Attributes
    ----------
    label : str
    href : str
        Relative to the page.
    """

    label: str
    href: str


ListLinks = Mapping[str | None, Sequence[Link]]


@dataclass(frozen=True)
class Sources:
    """What the sections of a page are written from.

    Attributes
    ----------
    inputs : Inputs
    findings : Findings
    list_links : mapping
        The lists of each area, and under None those of all.
    map_href : str
        Where the map is, relative to the page.
    picture : bytes
        The map as a PNG picture.
    record : mapping
        What run.json holds: parameters, inputs, warnings, versions.
    """

    inputs: Inputs
    findings: Findings
    list_links: ListLinks
    map_href: str
    picture: bytes
    record: Mapping[str, Any]


@dataclass(frozen=True)
class Part:
    """A part of a section under a heading of its own.

    Attributes
    ----------
    heading : str
    sentences : sequence of str
    table : PageTable or None
    """

    heading: str
    sentences: Sequence[str]
    table: PageTable | None = None


@dataclass(frozen=True)
class Section:
    """A section as most are: sentences, tables, and what is left out of them.

    Attributes
    ----------
    block : str
        The macro of ``briefing_sections.html.j2`` that lays it out.
    sentences : sequence of str
    tables : sequence of PageTable or None
        None where nothing is known that could stand in it.
    more : str or None
    """

    block: ClassVar[str] = "usual"

    sentences: Sequence[str] = ()
    tables: Sequence[PageTable | None] = ()
    more: str | None = None


@dataclass(frozen=True)
class Chapter:
    """A section's place on the page, and what writes it.

    Attributes
    ----------
    id : str
        By which a link finds it.
    heading : str
    write : callable
    needs_days : bool
        Whether dates that are months only leave nothing of it.
    annex : bool
        Whether it stands behind the one page that is read each morning.
    asked_for : callable
        From the inputs to whether the set-up asks for it.
    """

    id: str
    heading: str
    write: Callable[[Sources], Section]
    needs_days: bool = True
    annex: bool = True
    asked_for: Callable[[Inputs], bool] = lambda _: True


def rows_of(frame: pd.DataFrame) -> Iterator[Any]:
    """Return the rows of a frame one by one, each value as what it is."""
    return iter(frame.itertuples())


def table(
    columns: Sequence[tuple[str, str, str]],
    rows: Sequence[Mapping[str, str | None]],
    total: Mapping[str, str] | None = None,
    kind: str = "",
) -> PageTable | None:
    """Return rows as a table, without the columns that none of them knows anything of.

    Parameters
    ----------
    columns : sequence of tuple
        Field, heading and kind of each.
    rows : sequence of mapping
        Texts by field; None where it is not known.
    total : mapping, optional
    kind : str

    Returns
    -------
    PageTable or None
        None where there are no rows.
    """
    if not rows:
        return None
    used = [column for column in columns if any(row[column[0]] for row in rows)]
    sums = None
    if total is not None:
        sums = [_cell(total.get(field, ""), kind) for field, _, kind in used]
    return PageTable(
        heads=[Cell(heading, kind) for _, heading, kind in used],
        rows=[[_cell(row[field], kind) for field, _, kind in used] for row in rows],
        total=sums,
        kind=kind,
    )


def _cell(text: str | None, kind: str) -> Cell:
    return Cell("not known" if text is None else text, kind)


def left_out(number: int, noun: str, plural: str, where: str) -> str | None:
    """Return how many a table leaves out, and where they are; None where it holds all."""
    return f"And {count(number, noun, plural)} {where}." if number > 0 else None
