from .explanation import Explanation
from .ledger import VisitLedger, explain
from .recording import Recorded
from .report import VisitReport
from .result_words import RESULTS
from .retention import Purged
from .sheet_reading import Returned, read_returns

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
