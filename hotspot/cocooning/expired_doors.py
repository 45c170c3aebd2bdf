"""Doors whose time ended without a call: the supervisor is told of them by name."""

from collections.abc import Collection
from typing import Any

import pandas as pd

from hotspot.cocooning.visit_history import History, listed_parts
from hotspot.incidents.stop_list import Exclude, StopList

#: A supervisor who looks once a week misses none of the doors that were forgotten.
EXPIRED_DAYS = 7
COLUMNS = (
    "visit_id", "address", "area", "ring", "task", "attempt", "act_by", "expires", "first_as_of",
)  # fmt: skip
_READ = (*COLUMNS, "uprn", "uprns", "newest", "crime_refs")


def expired_doors(
    asked: pd.DataFrame,
    history: History,
    listed: Collection[str] = (),
    exclude: Exclude = (),
    days: int | None = EXPIRED_DAYS,
) -> pd.DataFrame:
    """Find the doors that were asked for until their time was over, and to which nobody went.

    Parameters
    ----------
    asked : DataFrame
        As a ledger returns it.
    history : History
        What was done by the cut-off. Who refused or is marked was left out, not forgotten.
    listed : collection of str
        The UPRNs of the present list: what is asked for again is not forgotten either.
    exclude : iterable of str or StopList
        The stop list: a door of one of these references or UPRNs is named nowhere. The ledger
        may write them otherwise, and know more of them than the burglaries of today.
    days : int, optional
        Only those whose time ended in the days to the cut-off. None: all.

    Returns
    -------
    DataFrame
        `COLUMNS` of the attempt that was not made, what ended last first.
    """
    last = asked.reindex(columns=list(_READ)).drop_duplicates("visit_id", keep="last")
    last = last.astype(dict.fromkeys(("expires", "newest", "first_as_of"), "datetime64[us]"))
    over = last[last["expires"] < history.as_of]
    if days is not None:
        over = over[over["expires"] >= history.as_of - pd.Timedelta(days=days)]
    stopped = StopList.of(exclude)
    kept = [_forgotten(row, history, listed, stopped) for row in over.itertuples(index=False)]
    found = over[pd.Series(kept, index=over.index, dtype=bool)]
    order = ["expires", "area", "address", "visit_id"]
    ordered = found.sort_values(order, ascending=[False, True, True, True], ignore_index=True)
    return ordered[list(COLUMNS)]


def _forgotten(row: Any, history: History, listed: Collection[str], stopped: StopList) -> bool:
    """Test whether nobody went for the last that was asked of a door, and nobody barred it."""
    homes = listed_parts(row.uprns) or listed_parts(row.uprn)
    if stopped.names_any([*homes, *listed_parts(row.crime_refs)]):
        return False
    if any(home in listed or history.bars(home) for home in homes):
        return False
    # Another attempt is made after it was asked for: the one before it does not count for it.
    again = not pd.isna(row.attempt) and row.attempt > 1
    since = row.first_as_of if again else row.newest
    return not history.attempted(homes, str(row.visit_id), since, again=again)
