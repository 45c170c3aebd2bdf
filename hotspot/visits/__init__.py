"""The ledger of visits: who was asked, what was done, in time, and why each door.

Each name is loaded on first use: the sheets need the words for the results and no database.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hotspot.visits.explanation import Explanation, explain
    from hotspot.visits.ledger import VisitLedger
    from hotspot.visits.recorded import Recorded
    from hotspot.visits.report import VisitReport
    from hotspot.visits.results import RESULTS
    from hotspot.visits.retention import Purged
    from hotspot.visits.returned import Returned, read_returns

_HOME = {
    "RESULTS": "results",
    "Explanation": "explanation",
    "Purged": "retention",
    "Recorded": "recorded",
    "Returned": "returned",
    "VisitLedger": "ledger",
    "VisitReport": "report",
    "explain": "explanation",
    "read_returns": "returned",
}

__all__ = [
    "RESULTS",
    "Explanation",
    "Purged",
    "Recorded",
    "Returned",
    "VisitLedger",
    "VisitReport",
    "explain",
    "read_returns",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'hotspot.visits' has no attribute {name!r}")
    return getattr(import_module(f"hotspot.visits.{_HOME[name]}"), name)
