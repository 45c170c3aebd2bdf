"""All that a ledger holds of one home or one burglary: exported for whoever asks, or erased."""

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from hotspot._errors import DataError
from hotspot.cocooning.visit_history import listed_parts
from hotspot.cocooning.wording import BURGLED_HERE
from hotspot.english import count, list_day, long_moment
from hotspot.incidents.stop_list import Exclude
from hotspot.output.results import Shown, shown_html
from hotspot.reading.cells import reference_key
from hotspot.visits import schema
from hotspot.visits.access_log import log_access
from hotspot.visits.home_finding import ASK, Home, doors_by_visit, find_home, uprn_keys
from hotspot.visits.marks import all_marks, mark_in_words
from hotspot.visits.schema import (
    asked,
    burglaries,
    camera_requests,
    corrections,
    frame_of,
    listed,
    made,
    marks,
)
from hotspot.visits.stopped_doors import of_ledger, refuse_stopped
from hotspot.visits.store import Store

# Every table that holds anything of a visit, by what people call it.
_TABLES = {
    "asked": asked, "listed": listed, "burglaries": burglaries, "visits": made,
    "corrections": corrections,
}  # fmt: skip
ERASED = "an address that was erased"
#: What stands for a burglary of another home where all that is held of one is told.
OTHERS = "(of another home)"
#: Of a burglary that was told by its reference.
BY_REFERENCE = (
    "Of a burglary the ledger holds which cameras were asked; what it holds of a home is found by "
    "its UPRN or address."
)


@dataclass(frozen=True)
class Subject:
    """Result of `VisitLedger.subject`: all that is held of one home, or of one burglary.

    Parameters
    ----------
    home : str
        Its address, else its UPRN; of a burglary its reference.
    uprns : tuple of str
        Those that the rows name. Flats of one building are one row of a list: what is held of one
        of them alone cannot be told apart.
    tables : dict of str to DataFrame
        ``asked`` (in which words and by when), ``listed`` (the same, list by list),
        ``burglaries`` (what reached it), ``visits`` (what was done and noted), ``marks``,
        ``corrections`` and ``cameras`` (which were asked for the footage of its own burglaries).
    named_elsewhere : int
        Rows of other doors whose reason names its address: they were listed because it was
        burgled.
    """

    home: str
    uprns: tuple[str, ...]
    tables: Mapping[str, pd.DataFrame]
    named_elsewhere: int

    def summary(self) -> str:
        """Return in plain sentences what is held, cell by cell.

        Returns
        -------
        str
        """
        held = [f"{len(table)} of {name}" for name, table in self.tables.items() if len(table)]
        lines = [
            f"Held of {self.home}: " + (", ".join(held) + " (rows)." if held else "nothing."),
        ]
        if len(self.uprns) > 1:
            lines.append(
                f"The rows are of {len(self.uprns)} homes of one building (UPRNs "
                f"{', '.join(self.uprns)}), which are one door of the lists."
            )
        if not any(len(self.tables[name]) for name in (*_TABLES, "marks")):
            lines += [BY_REFERENCE] * bool(len(self.tables["cameras"]))
        for name, table in self.tables.items():
            lines += [f"{name.capitalize()}: {_cells(row)}" for row in table.to_dict("records")]
        if self.named_elsewhere:
            lines.append(
                f"{count(self.named_elsewhere, 'row')} of other doors name its address as that of "
                "a burglary near them."
            )
        if any(len(self.tables[name]) for name in ("asked", "listed", "burglaries")):
            lines.append(
                "Burglaries of other homes are not named: they are of other people. Notes may "
                "speak of others: look through them before this is handed to whoever asks."
            )
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Return what JSON can hold.

        Returns
        -------
        dict
        """
        tables = {
            name: json.loads(table.to_json(orient="records", date_format="iso"))
            for name, table in self.tables.items()
        }
        return {
            "home": self.home,
            "uprns": list(self.uprns),
            **tables,
            "named_elsewhere": self.named_elsewhere,
        }

    def _repr_html_(self) -> str:
        return shown_html(self.summary())


@dataclass(frozen=True)
class Erased(Shown):
    """Result of `VisitLedger.erase`: what went.

    Parameters
    ----------
    rows : dict of str to int
        How many rows of each table.
    named_elsewhere : int
        Rows of other doors from whose reason the address was taken.
    marks_kept : int
        Marks that stay, so that nobody calls there again.
    rebuilt : bool
        Whether the file was rebuilt without them; not where another program had it open.
    """

    rows: Mapping[str, int]
    named_elsewhere: int
    marks_kept: int
    rebuilt: bool = True

    def summary(self) -> str:
        """Return in plain sentences what went, what stays, and what else to do.

        Returns
        -------
        str
        """
        went = [f"{number} of {name}" for name, number in self.rows.items() if number]
        lines = [f"Erased: {', '.join(went) + ' (rows)' if went else 'nothing was held'}."]
        if self.named_elsewhere:
            rows = count(self.named_elsewhere, "row")
            lines.append(f"Its address was taken from the reasons in {rows} of other doors.")
        if self.marks_kept:
            lines.append(
                "The mark not to be contacted stays, as a UPRN alone: without it the next list "
                "would send somebody. --marks erases it too."
            )
        if not self.rebuilt:
            lines.append(
                "The file could not be rebuilt, because another program has it open: what was "
                "erased is gone from the ledger, and its space is given back by the next purge."
            )
        lines.append(
            "Returned sheets, lists, briefings and backups are files of yours: delete them too. A "
            "sheet with the home that is read again brings its visits back, and a burglary that "
            "still reaches the home lists it again."
        )
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Return what JSON can hold.

        Returns
        -------
        dict
        """
        return {
            "rows": dict(self.rows),
            "named_elsewhere": self.named_elsewhere,
            "marks_kept": self.marks_kept,
            "rebuilt": self.rebuilt,
        }


def read_subject(connection: sa.Connection, told: str, exclude: Exclude = ()) -> Subject:
    """Read all that is held of one home. See `VisitLedger.subject`."""
    home = _meant(connection, told, exclude)
    refuse_stopped(connection, home, exclude)
    if of_ledger(connection, exclude).names_any(home.crimes):
        raise DataError(ASK)
    tables = {
        name: frame_of(connection, sa.select(table).where(table.c.visit_id.in_(home.visits)))
        for name, table in _TABLES.items()
    }
    rows = all_marks(connection, lifted=True)
    tables["marks"] = rows[_of_home(rows, home)].reset_index(drop=True)
    own = _own_refs(tables["burglaries"], tables["asked"])
    at = camera_requests.c.crime_ref.in_(_asked_for(connection, {*own, *home.crimes}))
    tables["cameras"] = frame_of(connection, sa.select(camera_requests).where(at))
    named = [
        one.strip()
        for name in ("uprns", "uprn")
        for text in tables["asked"][name].dropna()
        for one in text.split(";")
    ]
    uprns = tuple(dict.fromkeys([*named, *tables["visits"]["uprn"].dropna()]))
    elsewhere = sum(len(rows) for _, rows in _named_elsewhere(connection, home))
    return Subject(home.name, uprns, _of_own(tables), elsewhere)


def _meant(connection: sa.Connection, told: str, exclude: Exclude = ()) -> Home:
    """Find the home that is meant, or the burglary for whose footage cameras were asked.

    Raises
    ------
    DataError
        If none or several are meant.
    """
    try:
        return find_home(connection, told, exclude)
    except DataError:
        crimes = _asked_for(connection, [str(told)])
        if not crimes:
            raise
        return Home(crimes[0], frozenset(), (), crimes=tuple(crimes))


def _asked_for(connection: sa.Connection, refs: Collection[str]) -> list[str]:
    """Return the references among some for which a camera was asked, as the ledger has them."""
    keys = {reference_key(ref) for ref in refs}
    if not keys:
        return []
    held = connection.execute(sa.select(camera_requests.c.crime_ref).distinct()).scalars()
    return sorted(ref for ref in held if reference_key(ref) in keys)


def _own_refs(reached: pd.DataFrame, asked_for: pd.DataFrame) -> set[str]:
    """Return the references of the burglaries of a home itself, by what reached it."""
    own = set(reached.loc[reached["link"] == BURGLED_HERE, "crime_ref"])
    if own:
        return own
    # Where no link says so, the leading reference of a burgled home is of its own.
    burgled = asked_for.loc[asked_for["ring"] == 0, "crime_refs"].map(listed_parts)
    return {refs[0] for refs in burgled if refs}


def _of_own(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return the tables of a home without what tells of burglaries of other homes.

    A reason and the reference behind it are of another household where the home was not burgled.
    """
    reached = tables["burglaries"]
    own = _own_refs(reached, tables["asked"])
    other = ~reached["crime_ref"].isin(own).to_numpy()
    others = reached.copy()
    others["crime_ref"] = reached["crime_ref"].astype(object).where(~other, OTHERS)
    for name in ("distance_m", "found", "recorded"):
        others[name] = reached[name].where(~other)
    shown = {**tables, "burglaries": others}
    for name in ("asked", "listed"):
        rows = tables[name].copy()
        refs = [listed_parts(text) for text in rows["crime_refs"]]
        kept = [[ref for ref in its if ref in own] for its in refs]
        pairs = list(zip(kept, refs, strict=True))
        told = ["; ".join(mine) or (OTHERS if its else None) for mine, its in pairs]
        rows["crime_refs"] = pd.Series(told, index=rows.index, dtype=object)
        alone = np.array([len(mine) == len(its) for mine, its in pairs], dtype=bool)
        said = rows["reason"].astype(object)
        rows["reason"] = said.where(said.isna() | alone, OTHERS)
        shown[name] = rows
    return shown


def erase(store: Store, told: str, who: str | None, *, with_marks: bool) -> Erased:
    """Erase all that is held of one home, and its bytes. See `VisitLedger.erase`."""
    with store.writing() as connection:
        home = _meant(connection, told)
        reached, asked_for = (
            frame_of(connection, sa.select(table).where(table.c.visit_id.in_(home.visits)))
            for table in (burglaries, asked)
        )
        own = _asked_for(connection, {*_own_refs(reached, asked_for), *home.crimes})
        elsewhere = 0
        for table, rows in _named_elsewhere(connection, home):
            schema.replace_rows(connection, table, rows)
            elsewhere += len(rows)
        gone = {
            name: schema.delete_rows(connection, table.c.visit_id, list(home.visits))
            for name, table in _TABLES.items()
        }
        gone["cameras"] = schema.delete_rows(connection, camera_requests.c.crime_ref, own)
        held = frame_of(connection, sa.select(marks))
        held = held[_of_home(held, home)]
        # What was lifted stands for nothing, and why it was may tell of a person.
        goes = held if with_marks else held[held["lifted_at"].notna()]
        gone["marks"] = schema.delete_rows(connection, marks.c.marked, list(goes["marked"]))
        stays = held.drop(goes.index)
        bare = [
            {"marked": row["marked"], "visit_id": None}
            for row in stays.to_dict("records")
            if row["uprn"]
        ]
        schema.replace_rows(connection, marks, bare)
        log_access(connection, "erasure", who, count=1)
    return Erased(gone, elsewhere, len(stays), store.rebuilt())


def _of_home(rows: pd.DataFrame, home: Home) -> pd.Series:
    """Test which marks are of a home."""
    of_uprn = [bool(uprn_keys(uprn) & home.uprns) for uprn in rows["uprn"]]
    return pd.Series(of_uprn, index=rows.index, dtype=bool) | rows["visit_id"].isin(home.visits)


def _named_elsewhere(
    connection: sa.Connection, home: Home
) -> list[tuple[sa.Table, list[dict[str, Any]]]]:
    """Return the rows of other doors whose reason names a home, as they read without it."""
    doors = doors_by_visit(connection)
    addresses = sorted(set(doors.loc[doors.index.isin(home.visits), "address"].dropna()))
    found = []
    for table in (asked, listed):
        rows: dict[tuple[Any, ...], dict[str, Any]] = {}
        for address in addresses:
            query = sa.select(table).where(
                table.c.reason.contains(address, autoescape=True),
                table.c.visit_id.not_in(home.visits),
            )
            for row in connection.execute(query).mappings():
                key = tuple(row[column.name] for column in table.primary_key)
                told = rows.get(key, dict(row))
                rows[key] = {**told, "reason": _without(told["reason"], address)}
                if rows[key]["reason"] == row["reason"]:
                    del rows[key]
        found.append((table, list(rows.values())))
    return found


def _without(reason: str, address: str) -> str:
    """Return a reason without an address, where it is that and no flat or number behind it.

    Examples
    --------
    >>> _without("Next door to 1 Mill Lane, burgled.", "1 Mill Lane")
    'Next door to an address that was erased, burgled.'
    >>> _without("Next door to Flat 2, 1 Mill Lane, burgled.", "1 Mill Lane")
    'Next door to Flat 2, 1 Mill Lane, burgled.'
    """
    behind_words = r"(?<= )(?:(?<!, )|(?<=number, ))"
    return re.sub(rf"{behind_words}{re.escape(address)}(?=, burgled)", ERASED, reason)


def _cells(row: Mapping[Any, Any]) -> str:
    """Return what stands in a row, by the names of its columns."""
    if "marked_at" in row:
        return mark_in_words(pd.Series(row))
    return "; ".join(f"{name.replace('_', ' ')} {text}" for name, text in _filled(row)) + "."


def _filled(row: Mapping[Any, Any]) -> Iterable[tuple[str, str]]:
    for name, value in row.items():
        if value is None or pd.isna(value):
            continue
        if isinstance(value, pd.Timestamp):
            day = list_day if name.endswith("as_of") else long_moment
            yield str(name), day(value)
        else:
            yield str(name), str(value)
