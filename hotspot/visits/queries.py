"""What a ledger answers: visits, what was asked, and the history that the next list needs."""

import json
from typing import Any

import pandas as pd
import sqlalchemy as sa

from hotspot.dates import AsOf, cutoff
from hotspot.incidents.stop_list import WITH_STOP_LIST
from hotspot.visits.schema import asked, frame_of, lists, made, marks

# Clocks differ, and a server may keep another zone's time.
_CLOCKS_MAY_DIFFER = pd.Timedelta(hours=12)
# How long after its list a visit may be where the lists themselves are ahead of the clock.
_AHEAD = pd.Timedelta(days=90)
_HISTORY = (
    "visit_id", "uprn", "uprns", "result", "visited_at", "ring", "crime_refs", "known_until",
    "do_not_contact",
)  # fmt: skip


def all_visits(connection: sa.Connection) -> pd.DataFrame:
    """Read every visit. See `VisitLedger.visits`."""
    visits = frame_of(connection, sa.select(made))
    doors = _doors(connection)
    joined = visits.merge(doors, how="left", on="visit_id", suffixes=("", "_asked"))
    visits["known"] = visits["visit_id"].isin(doors["visit_id"])
    visits["uprn"] = first_known(visits["uprn"], joined["uprn_asked"])
    first = ["visit_id", "uprn", "result", "visited_at", "recorded_at", "known"]
    rest = [name for name in visits.columns if name not in first]
    ordered = visits.sort_values(["visited_at", "visit_id", "result"], ignore_index=True)
    return ordered[first + rest]


def all_asked(connection: sa.Connection) -> pd.DataFrame:
    """Read everything that was asked. See `VisitLedger.asked`."""
    rows = frame_of(connection, sa.select(asked)).drop(columns="last_parameters")
    return rows.sort_values(["first_as_of", "visit_id", "attempt"], ignore_index=True)


def all_cut_offs(connection: sa.Connection) -> pd.Series:
    """Read the cut-off of every list."""
    return frame_of(connection, sa.select(lists.c.as_of))["as_of"]


def latest_moment(connection: sa.Connection) -> pd.Timestamp:
    """Return the moment after which no visit can have been.

    Where lists are ahead of the clock, as in an exercise with made-up dates, they tell the time.
    """
    now = pd.Timestamp.now() + _CLOCKS_MAY_DIFFER
    newest = connection.execute(sa.select(sa.func.max(lists.c.as_of))).scalar()
    return now if newest is None or newest <= now else pd.Timestamp(newest) + _AHEAD


def has_stop_list(connection: sa.Connection) -> bool:
    """Test whether any list was made with a stop list."""
    made_with = connection.execute(sa.select(lists.c.parameters)).scalars()
    return any(json.loads(str(text)).get(WITH_STOP_LIST) for text in made_with if text)


def last_parameters(connection: sa.Connection) -> dict[str, Any]:
    """Read what the newest list was made with; nothing where there is none."""
    newest = sa.select(lists.c.parameters).order_by(lists.c.as_of.desc(), lists.c.issued_at.desc())
    text = connection.execute(newest.limit(1)).scalar()
    return {} if text is None else dict(json.loads(str(text)))


def history(connection: sa.Connection, as_of: AsOf) -> pd.DataFrame:
    """Read what the next list must know. See `VisitLedger.history`."""
    known = made.c.visited_at <= cutoff(as_of).to_pydatetime()
    wanted = sa.select(made.c.visit_id, made.c.uprn, made.c.result, made.c.visited_at)
    visits = frame_of(connection, wanted.where(known))
    standing = sa.select(marks.c.visit_id, marks.c.uprn).where(marks.c.lifted_at.is_(None))
    marked = frame_of(connection, standing)
    return _history(visits, marked, _doors(connection))


def _history(visits: pd.DataFrame, marked: pd.DataFrame, doors: pd.DataFrame) -> pd.DataFrame:
    """Join visits and marks with what was known of the doors."""
    never = pd.Series(pd.NaT, index=marked.index, dtype="datetime64[us]")
    bare = marked.assign(result=None, visited_at=never)
    rows = pd.concat([visits, bare[visits.columns]]) if len(marked) else visits
    rows = rows.merge(doors, how="left", on="visit_id", suffixes=("", "_asked"))
    # The list knows the home better than the sheet, on which a UPRN may have lost its zeros.
    for name, listed in (("uprn", "uprn_asked"), ("uprns", "uprns")):
        rows[name] = first_known(rows[listed], rows["uprn"])
    barred = set(marked["uprn"].dropna())
    by_visit = set(marked["visit_id"].dropna())
    rows["do_not_contact"] = rows["uprn"].isin(barred) | rows["visit_id"].isin(by_visit)
    rows["known_until"] = rows["visited_at"]
    is_visit = rows["result"].notna()
    # A mark that a visit shows already needs no row of its own.
    shown = rows[is_visit & rows["do_not_contact"]]
    again = ~is_visit & (
        rows["uprn"].isin(shown["uprn"].dropna())
        | rows["visit_id"].isin(shown["visit_id"].dropna())
    )
    ordered = rows[~again].sort_values(["visited_at", "visit_id", "uprn"], ignore_index=True)
    return ordered[list(_HISTORY)]


def _doors(connection: sa.Connection) -> pd.DataFrame:
    """Read each visit that was asked for, as its last attempt describes it."""
    wanted = (asked.c.visit_id, asked.c.uprn, asked.c.uprns, asked.c.ring, asked.c.crime_refs)
    rows = frame_of(connection, sa.select(*wanted).order_by(asked.c.visit_id, asked.c.attempt))
    return rows.drop_duplicates("visit_id", keep="last", ignore_index=True)


def first_known(one: pd.Series, other: pd.Series) -> pd.Series:
    """Return the first of two texts that is there, else None."""
    known = one.where(one.notna(), other).astype(object)
    return known.where(known.notna(), None)
