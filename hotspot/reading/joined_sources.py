"""Several tables of one layout as one source: files, the sheets of a workbook, layers."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from hotspot.english import count, some_of
from hotspot.reading.cells import is_text, normalise_name
from hotspot.reading.chunks import FEWEST_KNOWN, Chunk, Source

# A sheet of the next month may have a column more; a lookup table shares one or two by chance.
_LEAST_SHARED = 0.6


def same_layout(first: Source, other: Source, known: Collection[str]) -> bool:
    """Test whether two tables can be read as one: the same columns, or a few more in one of them.

    Parameters
    ----------
    first, other : Source
    known : collection of str
        Names that mean something, as `normalise_name` returns them.

    Returns
    -------
    bool
    """
    if first.has_geometry != other.has_geometry or first.crs != other.crs:
        return False
    mine, theirs = (
        {normalise_name(column) for column in source.columns} for source in (first, other)
    )
    more, less = mine - theirs, theirs - mine
    # Where each has a known name that the other lacks, one column may go by two names.
    renamed = bool(more & set(known)) and bool(less & set(known))
    return not renamed and len(mine & theirs) >= _LEAST_SHARED * len(mine | theirs)


def tables_alike(tables: Mapping[str, Source], known: Collection[str]) -> dict[str, Source]:
    """Choose the table that is meant among several, and those of its layout.

    Parameters
    ----------
    tables : mapping of str to Source
        By name.
    known : collection of str
        Names that mean something, as `normalise_name` returns them.

    Returns
    -------
    dict of str to Source
        The one that is meant comes first: of those with known names the first, else the first.
    """
    hits = {
        name: len({normalise_name(column) for column in source.columns} & set(known))
        for name, source in tables.items()
    }
    # A list of codes has a known name or two as well. Of equals the first: a workbook opens there.
    enough = max(hits.values()) / 2 if max(hits.values()) >= FEWEST_KNOWN else 0
    first = next(name for name in tables if hits[name] >= enough)
    others = {
        name: source
        for name, source in tables.items()
        if name == first or same_layout(tables[first], source, known)
    }
    return {first: tables[first], **others}


def which_read(
    file: str, kind: str, read: Sequence[str], others: Sequence[str], hidden: Sequence[str] = ()
) -> tuple[str, ...]:
    """Return which parts of a file were read and which were not, where there are several."""
    if len(read) == 1 and not others and not hidden:
        return ()
    together = len(read) > 1
    note = f"Read the {kind}{'s' * together} {_listed(read)} of {file}{' together' * together}"
    note += f"; not read: {_listed(others)}" * bool(others)
    note += f"; hidden and not read: {_listed(hidden)}" * bool(hidden)
    return (f"{note}.",)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names))


def join_sources(name: str, parts: Mapping[str, Source], kind: str) -> Source:
    """Join tables of one layout; their rows are named by table and number, and so stay unique.

    Parameters
    ----------
    name : str
        What to call it in a message.
    parts : mapping of str to Source
        The tables by their label; the first says how columns are spelt.
    kind : {"file", "sheet", "layer"}
        What the parts are.

    Returns
    -------
    Source
        Which columns stand in some of the parts only is told in its notes, and rows that stand in
        several parts in the warnings of its chunks.
    """
    first = next(iter(parts.values()))
    if len(parts) == 1:
        return first
    keys = {label: _keys(source.columns) for label, source in parts.items()}
    spelt: dict[str, str] = {}
    for own in keys.values():
        for key, column in own.items():
            spelt.setdefault(key, column)
    renamed = {
        label: {column: spelt[key] for key, column in own.items()} for label, own in keys.items()
    }

    def open_chunks(wanted: list[str]) -> Iterator[Chunk]:
        copies = _Copies(wanted, list(parts))
        last = None
        for label, source in parts.items():
            own = [column for column, name in renamed[label].items() if name in wanted]
            for chunk in source.chunks(own):
                if last is not None:
                    yield last
                last = _labelled(chunk, label, renamed[label])
                copies.add(label, last)
        if last is not None:
            yield replace(last, warnings=(*last.warnings, *copies.warnings(kind)))

    def formulas() -> list[tuple[Any, str]]:
        return [
            (f"{label}:{row}", renamed[label][column])
            for label, source in parts.items()
            for row, column in source.formulas()
        ]

    notes = [
        note if all(note in other.notes for other in parts.values()) else f"{label}: {note}"
        for label, source in parts.items()
        for note in source.notes
    ]
    for key, column in spelt.items():
        those = [label for label in parts if key in keys[label]]
        if len(those) < len(parts):
            notes.append(
                f"{column!r} is a column of {some_of(those)} only: blank in the rows of the other "
                f"{kind}s."
            )
    return Source(
        name=name,
        columns=tuple(spelt.values()),
        open_chunks=open_chunks,
        has_geometry=first.has_geometry,
        crs=first.crs,
        notes=tuple(dict.fromkeys(notes)),
        formulas=formulas,
    )


def _keys(columns: Sequence[str]) -> dict[str, str]:
    """Return columns by their normalised names, those that share one by their own."""
    turns = Counter(map(normalise_name, columns))
    return {
        (key if (key := normalise_name(column)) and turns[key] == 1 else column): column
        for column in columns
    }


def _labelled(chunk: Chunk, label: str, names: Mapping[str, str]) -> Chunk:
    """Return a chunk whose rows are named by their part; a column that it has not is left out."""
    index = pd.Index([f"{label}:{row}" for row in chunk.frame.index], dtype=object, name="row")
    others = chunk.not_records
    return replace(
        chunk,
        frame=chunk.frame.rename(columns=names).set_axis(index),
        not_records=others.assign(row=[f"{label}:{row}" for row in others["row"]]),
        warnings=tuple(f"{label}: {text}" for text in chunk.warnings),
    )


class _Copies:
    """Rows that stand in several parts, the same in every column that is read."""

    def __init__(self, columns: Sequence[str], labels: Sequence[str]) -> None:
        self._columns = columns
        self._labels = labels
        self._hashes: list[NDArray[np.uint64]] = []
        self._parts: list[NDArray[np.int64]] = []

    def add(self, label: str, chunk: Chunk) -> None:
        """Remember the rows of a chunk."""
        hashes = np.zeros(len(chunk.frame), dtype=np.uint64)
        for column in self._columns:
            if column in chunk.frame:
                hashes = 31 * hashes + pd.util.hash_array(_texts(chunk.frame[column]))
            else:
                hashes = 31 * hashes + pd.util.hash_array(np.array([""], dtype=object))
        if chunk.geometry is not None:
            hashes = 31 * hashes + pd.util.hash_array(shapely.to_wkb(chunk.geometry))
        self._hashes.append(hashes)
        self._parts.append(np.full(len(hashes), self._labels.index(label)))

    def warnings(self, kind: str) -> tuple[str, ...]:
        """Warn of the rows that an earlier part has too."""
        rows = pd.DataFrame(
            {"row": np.concatenate(self._hashes), "part": np.concatenate(self._parts)}
        )
        rows["first"] = rows.groupby("row")["part"].transform("min")
        again = rows[rows["part"] != rows["first"]]
        if again.empty:
            return ()
        copied, of = (
            some_of([self._labels[part] for part in np.unique(again[name])])
            for name in ("part", "first")
        )
        return (
            f"{count(len(again), 'row')} of {copied} {'stands' if len(again) == 1 else 'stand'} in "
            f"{of} too, the same in every column that is read. With a reference they count once, "
            f"without one they count again: leave out the {kind} that is a copy.",
        )


def _texts(column: pd.Series) -> NDArray[np.object_]:
    """Return the cells as text, by which they are compared."""
    if not is_text(column):
        column = column.astype(object).map(str)
    return column.astype(object).where(column.notna(), "").to_numpy()
