"""What of a returned sheet is not in the ledger: rows to mend, doors that did not come back."""

import re
from collections import Counter
from collections.abc import Container, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import sqlalchemy as sa

from hotspot._errors import ConfigError
from hotspot.geo import NO_AREA
from hotspot.output.files import replacing_file
from hotspot.output.tables import table_bytes, write_table
from hotspot.reading.cells import normalise_name
from hotspot.visits.home_finding import doors_by_visit, id_key
from hotspot.visits.row_checks import field_of
from hotspot.visits.schema import frame_of, listed, made, rows_with

#: Headings of ours, before those of the sheet; `row_checks` reads past them.
ROW, ADDRESS, TO_MEND = "Row", "Address", "What to mend"
MISSING_COLUMNS = ("visit_id", "number", "address", "area", "as_of")
_ENDING = " - not recorded"
# An area of which so much came back was meant to come back whole.
_MEANT = 0.5
# Of lists that hold the same of a sheet's ids the newest are looked at.
_MOST_LISTS = 50


def rows_to_mend(
    connection: sa.Connection,
    frame: pd.DataFrame,
    faults: pd.DataFrame,
    hidden: Container[str] = (),
) -> pd.DataFrame:
    """Return the rows with faults as they were read, with address and all that is to be mended.

    Parameters
    ----------
    connection : sqlalchemy.Connection
    frame : DataFrame
        The sheet, index the row.
    faults : DataFrame
        ``row``, ``column``, ``value``, ``reason``.
    hidden : container of str
        Visits of which no address is told.

    Returns
    -------
    DataFrame
        `ROW`, `ADDRESS`, `TO_MEND`, then the columns of the sheet: mended, it is a sheet again.
    """
    said: dict[Any, list[str]] = {}
    for fault in faults.itertuples(index=False):
        shown = f" {str(fault.value)[:60]!r}" if fault.value else ""
        said.setdefault(fault.row, []).append(f"{fault.column}{shown}: {fault.reason}")
    rows = list(said)
    ours = {normalise_name(name) for name in (ROW, ADDRESS, TO_MEND)}
    theirs = [column for column in frame.columns if normalise_name(column) not in ours]
    cells = frame.reindex(rows)
    own = [column for column in frame.columns if normalise_name(column) == normalise_name(ADDRESS)]
    told = cells[own[0]] if own else pd.Series(None, index=cells.index, dtype=object)
    ids = next((column for column in frame.columns if field_of(column) == "visit_id"), None)
    doors = doors_by_visit(connection)["address"]
    doors = doors[[one not in hidden for one in doors.index]].rename(id_key)
    doors = doors[~doors.index.duplicated()]
    known = doors.reindex([id_key(cells.at[row, ids]) if ids is not None else "" for row in rows])
    address = pd.Series(known.to_numpy(dtype=object), index=cells.index)
    words = pd.Series(["; ".join(said[row]) for row in rows], index=cells.index, dtype=object)
    first = {ROW: rows, ADDRESS: told.where(told.notna(), address), TO_MEND: words}
    given = cells[theirs].apply(_whole_numbers)
    return pd.DataFrame(first, index=cells.index).join(given).reset_index(drop=True)


def _whole_numbers(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return numbers as the sheet has them: beside an empty cell they are read as floats."""
    cells = [
        int(cell) if isinstance(cell, float) and cell.is_integer() else cell for cell in column
    ]
    return pd.Series(cells, index=column.index, dtype=object)


def missing_doors(connection: sa.Connection, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the doors of a returned sheet's list and area that are not in it.

    Parameters
    ----------
    connection : sqlalchemy.Connection
    frame : DataFrame
        The sheet as it came back, with the visits of it that are good in the ledger already.

    Returns
    -------
    DataFrame
        ``visit_id``, ``number``, ``address``, ``area`` and ``as_of``, in the order of the list.

    Notes
    -----
    The list is the one with most of the sheet's ids, of several the one that lacks fewest, then
    the newest. Its area is the one with most of them, and every other of which half came back. A
    door for which the ledger has a result since that list is not missing.
    """
    # Rows that were given back to mend never were a whole sheet.
    if normalise_name(TO_MEND) in map(normalise_name, frame.columns):
        return pd.DataFrame(columns=list(MISSING_COLUMNS))
    ids = next((column for column in frame.columns if field_of(column) == "visit_id"), None)
    told = [] if ids is None else [str(text).strip() for text in frame[ids].dropna()]
    there = {id_key(text) for text in told}
    known = rows_with(connection, listed.c.visit_id, [*told, *map(str.upper, told)])
    came = Counter((row["as_of"], row["parameters_digest"]) for row in known)
    if not came:
        return pd.DataFrame(columns=list(MISSING_COLUMNS))
    # Of the lists of years only those are read that may be meant.
    most = max(came.values())
    meant = sorted({as_of for (as_of, _), number in came.items() if number == most})[-_MOST_LISTS:]
    rows = frame_of(connection, sa.select(listed).where(listed.c.as_of.in_(meant)))
    on_it = rows["visit_id"].map(id_key).isin(there)
    rows = rows.assign(there=on_it, area=rows["area"].fillna(NO_AREA))
    lists = [_areas_meant(group) for _, group in rows.groupby(["as_of", "parameters_digest"])]
    chosen = max(
        lists,
        key=lambda group: (group["there"].sum(), -(~group["there"]).sum(), group["as_of"].max()),
    )
    done = frame_of(connection, sa.select(made.c.visit_id, made.c.visited_at))
    since = done[done["visited_at"] >= chosen["as_of"].iloc[0].normalize()]
    missing = chosen[~chosen["there"] & ~chosen["visit_id"].isin(since["visit_id"])]
    address = doors_by_visit(connection)["address"].reindex(missing["visit_id"])
    missing = missing.assign(address=address.to_numpy(dtype=object))
    ordered = missing.sort_values(["area", "number", "visit_id"], ignore_index=True)
    return ordered[list(MISSING_COLUMNS)]


def _areas_meant(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a list in the areas that a sheet is of."""
    came = rows.groupby("area")["there"].agg(["sum", "mean"])
    meant = (came["mean"] >= _MEANT) | (came["sum"] == came["sum"].max())
    return rows[rows["area"].isin(came.index[meant & (came["sum"] > 0)])]


def check_free(path: Path) -> None:
    """Check that a file for the rows to mend would overwrite nothing.

    Raises
    ------
    ConfigError
        If something stands there.
    """
    if path.exists():
        raise ConfigError(f"{path} is there already and is not overwritten: name another file.")


def write_to_mend(to_mend: Mapping[str, pd.DataFrame], file: Path | None) -> list[Path]:
    """Write rows to mend beside each sheet, or of all sheets into one file.

    Parameters
    ----------
    to_mend : mapping of str to DataFrame
        By the path of the sheet.
    file : Path, optional

    Returns
    -------
    list of Path

    Raises
    ------
    ConfigError
        If something stands at `file`.
    OutputError
        If a file cannot be written.
    """
    if file is None or not to_mend:
        return [_write_beside(rows, Path(sheet).expanduser()) for sheet, rows in to_mend.items()]
    check_free(file)
    named = [rows.assign(Sheet=Path(sheet).name) for sheet, rows in to_mend.items()]
    return write_table(pd.concat(named, ignore_index=True), file)


def _write_beside(rows: pd.DataFrame, sheet: Path) -> Path:
    """Write rows beside their sheet, under the first name that is free; the same rows once."""
    stem = re.sub(rf"{_ENDING}( \d+)?$", "", sheet.stem)
    content = table_bytes(rows)
    number = 1
    while True:
        path = sheet.with_name(f"{stem}{_ENDING}{f' {number}' if number > 1 else ''}.csv")
        if not path.exists():
            with replacing_file(path) as temporary:
                temporary.write_bytes(content)
            return path
        if path.is_file() and path.read_bytes() == content:
            return path
        number += 1
