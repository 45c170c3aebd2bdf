"""What a ledger gives: visits, what was asked, and the history that the next list needs."""

import pandas as pd
import sqlalchemy as sa

from hotspot.dates import AsOf, cutoff
from hotspot.visits import keeping
from hotspot.visits.schema import asked, frame_of, made, marks

_HISTORY = (
    "visit_id", "uprn", "uprns", "result", "visited_at", "ring", "crime_refs", "known_until",
    "do_not_contact",
)  # fmt: skip


def all_visits(connection: sa.Connection) -> pd.DataFrame:
    """Give every visit. See `VisitLedger.visits`."""
    visits = frame_of(connection, sa.select(made))
    doors = keeping.doors(connection)
    joined = visits.merge(doors, how="left", on="visit_id", suffixes=("", "_asked"))
    visits["known"] = visits["visit_id"].isin(doors["visit_id"])
    visits["uprn"] = _first_told(visits["uprn"], joined["uprn_asked"])
    first = ["visit_id", "uprn", "result", "visited_at", "recorded_at", "known"]
    rest = [name for name in visits.columns if name not in first]
    ordered = visits.sort_values(["visited_at", "visit_id", "result"], ignore_index=True)
    return ordered[first + rest]


def all_asked(connection: sa.Connection) -> pd.DataFrame:
    """Give everything that was asked. See `VisitLedger.asked`."""
    rows = frame_of(connection, sa.select(asked)).drop(columns="last_parameters")
    return rows.sort_values(["first_as_of", "visit_id", "attempt"], ignore_index=True)


def _first_told(one: pd.Series, other: pd.Series) -> pd.Series:
    """Give the first of two texts, else None."""
    told = one.where(one.notna(), other).astype(object)
    return told.where(told.notna(), None)


def history(connection: sa.Connection, as_of: AsOf) -> pd.DataFrame:
    """Give what the next list must know. See `VisitLedger.history`."""
    wanted = sa.select(made.c.visit_id, made.c.uprn, made.c.result, made.c.visited_at)
    wanted = wanted.where(made.c.visited_at <= cutoff(as_of).to_pydatetime())
    visits = frame_of(connection, wanted)
    marked = frame_of(connection, sa.select(marks.c.visit_id, marks.c.uprn))
    return _history(visits, marked, keeping.doors(connection))


def _history(visits: pd.DataFrame, marked: pd.DataFrame, doors: pd.DataFrame) -> pd.DataFrame:
    """Join visits and marks with what was known of the doors."""
    never = pd.Series(pd.NaT, index=marked.index, dtype="datetime64[us]")
    bare = marked.assign(result=None, visited_at=never)
    rows = pd.concat([visits, bare[visits.columns]]) if len(marked) else visits
    rows = rows.merge(doors, how="left", on="visit_id", suffixes=("", "_asked"))
    for name in ("uprn", "uprns"):
        said = rows["uprn_asked" if name == "uprn" else "uprns"]
        rows[name] = _first_told(said, rows["uprn"])
    barred = set(marked["uprn"].dropna())
    by_visit = set(marked["visit_id"].dropna())
    rows["do_not_contact"] = rows["uprn"].isin(barred) | rows["visit_id"].isin(by_visit)
    rows["known_until"] = rows["visited_at"]
    told = rows["result"].notna()
    # A mark that a visit shows already needs no row of its own.
    shown = set(rows.loc[told & rows["do_not_contact"], "uprn"].dropna())
    shown_visits = set(rows.loc[told & rows["do_not_contact"], "visit_id"].dropna())
    again = ~told & (rows["uprn"].isin(shown) | rows["visit_id"].isin(shown_visits))
    kept = rows[~again].sort_values(["visited_at", "visit_id", "uprn"], ignore_index=True)
    return kept[list(_HISTORY)]
