"""What the page of a result is made of: sections, tables and cells, as plain records."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

FORMATS = ("html", "csv", "png", "xlsx", "json")
Writer = Callable[[Path], object]


@dataclass(frozen=True)
class Cell:
    """A text in a table of a page.

    Parameters
    ----------
    text : str
    kind : str
        Classes of the style sheet: ``head`` names its row, ``n`` is a number, ``hash`` a digest.
    note : str
        Small print below it.
    """

    text: str
    kind: str = ""
    note: str = ""


@dataclass(frozen=True)
class PageTable:
    """A table of a page: its headings, its rows and, optionally, a row of totals.

    Parameters
    ----------
    heads : sequence of Cell
        None of them where the rows name themselves.
    rows : sequence of sequence of Cell
    total : sequence of Cell or None
    caption : str
    kind : str
        Classes of the style sheet, such as ``narrow``.
    """

    heads: Sequence[Cell]
    rows: Sequence[Sequence[Cell]]
    total: Sequence[Cell] | None = None
    caption: str = ""
    kind: str = ""

    @classmethod
    def of(
        cls,
        columns: Iterable[tuple[str, str]],
        rows: Iterable[Iterable[str | Cell]],
        caption: str = "",
        kind: str = "",
    ) -> "PageTable":
        """Return the table of texts whose columns are each of one kind.

        Parameters
        ----------
        columns : iterable of tuple
            Heading and kind of each.
        rows : iterable of iterable of str or Cell
            A `Cell` where it differs from its column.
        caption, kind : str

        Returns
        -------
        PageTable

        Examples
        --------
        >>> PageTable.of([("Beat", "head"), ("Doors", "n")], [["Quay", "12"]]).rows
        ((Cell(text='Quay', kind='head', note=''), Cell(text='12', kind='n', note='')),)
        """
        heads = tuple(Cell(text, kind) for text, kind in columns)
        laid_out = tuple(
            tuple(
                cell if isinstance(cell, Cell) else Cell(cell, head.kind)
                for head, cell in zip(heads, row, strict=True)
            )
            for row in rows
        )
        named = any(head.text for head in heads)
        return cls(heads if named else (), laid_out, caption=caption, kind=kind)


@dataclass(frozen=True)
class PageSection:
    """A part of a page under a heading of its own.

    Parameters
    ----------
    title : str
    sentences : sequence of str
    tables : sequence of PageTable
    points : sequence of str
        Sentences that stand as a list.
    note : str
        Small print at the end.
    pictured : bool
        Whether the picture of the page stands in it; else that is above all sections.
    beside : bool
        Whether it may stand beside the one before, where there is room.
    """

    title: str
    sentences: Sequence[str] = ()
    tables: Sequence[PageTable] = ()
    points: Sequence[str] = ()
    note: str = ""
    pictured: bool = False
    beside: bool = False


@dataclass(frozen=True)
class ResultPage:
    """What the page of a result says, from top to bottom.

    Parameters
    ----------
    title : str
    scope : str
        What was counted, and up to when.
    sentences : sequence of str
        What was found.
    picture_text : str
        What the picture shows, for those who do not see it.
    limits : sequence of str
        How far to trust it, and what it does not show.
    keys : sequence of (str, str)
        Numbers that are read first, each with its label.
    sections : sequence of PageSection
    settings : sequence of (str, object)
        What it was made with, by what people call it.
    as_of : Timestamp or None
        The cut-off, by which equal results are dated alike.
    csv_columns : mapping of str to object
        Said on each row of the CSV, which may be read without the page.
    landscape : bool
        Whether its tables need the long side of the paper.
    first : sequence of PageSection
        What must be read before any number.
    close : bool
        Whether it is set closer, to be printed on two sides.
    """

    title: str
    scope: str
    sentences: Sequence[str]
    picture_text: str
    limits: Sequence[str]
    keys: Sequence[tuple[str, str]] = ()
    sections: Sequence[PageSection] = ()
    settings: Sequence[tuple[str, object]] = ()
    as_of: pd.Timestamp | None = None
    csv_columns: Mapping[str, Any] = field(default_factory=dict)
    landscape: bool = False
    first: Sequence[PageSection] = ()
    close: bool = False

    @property
    def pictured(self) -> bool:
        """Whether the picture stands in one of the sections."""
        return any(section.pictured for section in self.sections)
