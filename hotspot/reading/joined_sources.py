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
from hotspot.reading.single_dates import DATE_1904

# A sheet of the next month may have a column more; a lookup table shares one or two by chance.
_LEAST_SHARED = 0.6
_LIKE_THOSE_READ = 0.75
_MANY = 1000


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


def tables_alike(
    tables: Mapping[str, Source], known: Collection[str], joinable: Collection[str]
) -> dict[str, Source]:
    """Choose the table that is meant among several, and those of its layout.

    Parameters
    ----------
    tables : mapping of str to Source
        By name.
    known : collection of str
        Names that mean something, as `normalise_name` returns them.
    joinable : collection of str
        The tables that may be read with another.

    Returns
    -------
    dict of str to Source
        In their order. That with the most known names is meant, of equals the first.
    """
    hits = {name: _hits(source, known) for name, source in tables.items()}
    best = max(hits, key=lambda name: hits[name])
    return {
        name: source
        for name, source in tables.items()
        if name == best
        or ({name, best} <= set(joinable) and same_layout(tables[best], source, known))
    }


def _hits(source: Source, known: Collection[str]) -> int:
    """Count the known names of a table; a single one may stand in any."""
    hits = len({normalise_name(column) for column in source.columns} & set(known))
    return hits if hits >= FEWEST_KNOWN else 0


def left_out_warnings(
    kind: str,
    read: Mapping[str, Source],
    others: Mapping[str, Source],
    known: Collection[str],
    hidden: Collection[str] = (),
) -> tuple[str, ...]:
    """Warn of tables that were not read and have almost as many known names as those that were.

    Parameters
    ----------
    kind : {"sheet", "layer", "file"}
        What they are.
    read, others : mapping of str to Source
        By name.
    known : collection of str
    hidden : collection of str
        Names of those that a person does not see.

    Returns
    -------
    tuple of str
    """
    first = next(iter(read.values()))
    least = max(_LIKE_THOSE_READ * _hits(first, known), FEWEST_KNOWN)
    warned = []
    for name, source in others.items():
        if _hits(source, known) < least:
            continue
        mine, theirs = (
            {key: column for key, column in _keys(each.columns).items() if key in known}
            for each in (first, source)
        )
        more = [repr(column) for key, column in theirs.items() if key not in mine]
        less = [repr(column) for key, column in mine.items() if key not in theirs]
        has = [f"has {', '.join(more)}"] if more else []
        has += [f"has no {', no '.join(less)}"] if less else []
        differs = f" It {' and '.join(has)}." if has else ""
        warned.append(
            f"The {'hidden ' * (name in hidden)}{kind} {name!r} may hold such rows too and was not "
            f"read.{differs} Choose it by its name if it is meant (sheet=, --sheet), "
            f"or {'show it' if name in hidden else 'give it the same columns'}."
        )
    return tuple(warned)


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

    notes = _told({label: source.notes for label, source in parts.items()})
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
        notes=tuple(notes),
        warnings=tuple(_told({label: source.warnings for label, source in parts.items()})),
        formulas=formulas,
    )


def _told(texts: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Return what is told of parts: once what is told of all, the rest by the part."""
    told = [
        text if all(text in others for others in texts.values()) else f"{label}: {text}"
        for label, own in texts.items()
        for text in own
    ]
    return list(dict.fromkeys(told))


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
    frame = chunk.frame.rename(columns=names).set_axis(index)
    if DATE_1904 in frame.attrs:
        frame.attrs[DATE_1904] = (f"{label}:",)
    return replace(
        chunk,
        frame=frame,
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
                texts = _texts(chunk.frame[column])
                # To hash each text once is worth it where there are many rows.
                hashes = 31 * hashes + pd.util.hash_array(texts, categorize=len(texts) > _MANY)
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
