"""From a ledger's tables to a report."""

from collections.abc import Iterable

import pandas as pd

from hotspot._checks import choice_problems
from hotspot._errors import ConfigError
from hotspot.dates import AsOf, cutoff
from hotspot.visits.measures import GROUPINGS, counted_visits, door_states, table_of
from hotspot.visits.report import VisitReport


def make_report(
    asked: pd.DataFrame,
    visits: pd.DataFrame,
    lists: pd.Series,
    started: pd.Timestamp | None,
    by: str | Iterable[str] | None,
    as_of: AsOf | None,
) -> VisitReport:
    """Count visits. See `VisitLedger.report`.

    Parameters
    ----------
    asked, visits : DataFrame
        As the ledger gives them.
    lists : Series
        Cut-offs of the lists.
    started : Timestamp or None
    by, as_of
        As of `VisitLedger.report`.

    Returns
    -------
    VisitReport
    """
    groupings = _groupings(by)
    until = _until(visits, lists) if as_of is None else cutoff(as_of)
    since = until if started is None else started
    states = door_states(asked, visits, until, since)
    seen = visits[visits["visited_at"] <= until]
    known = seen[seen["visit_id"].isin(states.index)]
    newest = asked.sort_values("attempt").drop_duplicates("visit_id").set_index("visit_id")
    counted = counted_visits(newest.loc[states.index], visits, until)
    return VisitReport(
        table=table_of(states, groupings),
        as_of=until,
        started=started,
        lists=int((lists <= until).sum()),
        unknown=len(seen) - len(known),
        too_early=len(known) - len(counted),
        without_time=int((~counted["time_known"]).sum()),
    )


def _groupings(by: str | Iterable[str] | None) -> list[str]:
    asked = [] if by is None else [by] if isinstance(by, str) else list(by)
    named = ["area" if name == "team" else name for name in asked]
    problems = [p for name in named for p in choice_problems("by", name, ("team", *GROUPINGS))]
    if problems:
        raise ConfigError(problems)
    return named


def _until(visits: pd.DataFrame, lists: pd.Series) -> pd.Timestamp:
    """Give the last moment of which a ledger tells."""
    known = [moments.max() for moments in (visits["visited_at"], lists) if len(moments)]
    return max(known) if known else pd.Timestamp.now().floor("s")
