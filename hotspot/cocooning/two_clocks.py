"""The two clocks of a door: the team's runs from the list, the force's from the record."""

from typing import Any

import numpy as np
import pandas as pd

from hotspot.cocooning.settings import ListSettings
from hotspot.cocooning.visit_history import Ledger

_ASKED = ("visit_id", "attempt", "act_by", "first_as_of")


def with_clocks(
    visits: pd.DataFrame, settings: ListSettings, ledger: Ledger | None
) -> pd.DataFrame:
    """Add to each visit by when the team is asked to act, and whether the force is late already.

    Parameters
    ----------
    visits : DataFrame
        With ``visit_id``, ``attempt``, ``ring`` and ``recorded``, from which the force counts.
    settings : ListSettings
    ledger : Ledger, optional

    Returns
    -------
    DataFrame
        With ``act_by``, ``overdue`` and ``force_late`` besides.

    Notes
    -----
    Nobody is late for what nobody was asked: the team's hours are waking hours from the moment at
    which the first list with the door, for this attempt, went out. A later list leaves that time
    as it was. The force's are hours of the clock from the record, and end with the first visit.
    """
    asked = _first_asked(ledger, settings.as_of)
    # All that are asked for now for the first time are due by their ring alone.
    now = {ring: _act_by(None, ring, settings) for ring in visits["ring"].unique()}
    keys = zip(visits["visit_id"], visits["attempt"], visits["ring"], strict=True)
    firsts = [(asked.get((visit_id, int(attempt))), ring) for visit_id, attempt, ring in keys]
    act_by = pd.Series(
        [now[ring] if first is None else _act_by(first, ring, settings) for first, ring in firsts],
        index=visits.index, dtype="datetime64[ns]",
    )  # fmt: skip
    hours = visits["ring"].map({ring: settings.hours_of(ring) for ring in now})
    issued = settings.issued
    past_force = visits["recorded"] + pd.to_timedelta(hours, unit="h") <= issued
    late = act_by <= issued
    overdue = np.where(late & (ledger is not None), "overdue", "")
    return visits.assign(
        act_by=act_by,
        overdue=pd.Series(overdue, index=visits.index, dtype=object),
        # Somebody went already where this is another attempt.
        force_late=past_force & (visits["attempt"] == 1),
    )


def _act_by(first: tuple[Any, Any] | None, ring: int, settings: ListSettings) -> pd.Timestamp:
    """Return by when a door was first asked for, else when it is asked for now."""
    waking = settings.waking

    def due(began: pd.Timestamp) -> pd.Timestamp:
        by = waking.after(began, settings.hours_of(ring))
        return min(by, waking.close_of(began)) if settings.same_day else by

    if first is None:
        return due(settings.issued)
    act_by, first_as_of = first
    began = waking.issue_of(pd.Timestamp(first_as_of))
    # hotspot 0.1 counted from the record, so that a time could be over before it was asked for, or
    # lie in the night; so can one asked for under other waking hours.
    kept = not pd.isna(act_by) and act_by > began and waking.holds(act_by)
    return pd.Timestamp(act_by) if kept else due(began)


def _first_asked(ledger: Ledger | None, as_of: pd.Timestamp) -> dict[tuple[str, int], Any]:
    """Return when each attempt was to be made, and the list that first asked for it."""
    if ledger is None:
        return {}
    asked = ledger.asked().reindex(columns=list(_ASKED))
    known = asked[asked["attempt"].notna()]
    known = known[pd.to_datetime(known["first_as_of"]) <= as_of]
    rows: list[Any] = list(known.itertuples(index=False))
    return {(str(row.visit_id), int(row.attempt)): (row.act_by, row.first_as_of) for row in rows}
