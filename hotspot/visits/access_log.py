"""The log of a ledger: who looked, handed over, changed or deleted, when, and never what."""

import getpass

import pandas as pd
import sqlalchemy as sa

from hotspot._errors import ConfigError
from hotspot.output.text import clean_text
from hotspot.visits.schema import frame_of, log

#: What is logged.
KINDS = (
    "look-up", "hand-over", "correction", "mark", "lift", "erasure", "export", "purge",
    "acknowledgement",
)  # fmt: skip
COLUMNS = ("at", "who", "what", "to_whom", "count")


def login_name() -> str:
    """Return the name of the login, in which changes are made where no other is given."""
    try:
        return clean_text(getpass.getuser()) or "unknown"
    except (OSError, KeyError, ImportError):  # an account without a name, as in some containers
        return "unknown"


def log_access(
    connection: sa.Connection,
    what: str,
    who: str | None = None,
    to_whom: str | None = None,
    count: int | None = None,
) -> None:
    """Write one line of the log. See `VisitLedger.log_access`."""
    if what not in KINDS:
        raise ConfigError(f"what must be one of {', '.join(KINDS)}, not {what!r}.")
    row = {
        "at": pd.Timestamp.now().floor("s").to_pydatetime(),
        "who": clean_text(who or "").strip() or login_name(),
        "what": what,
        "to_whom": clean_text(to_whom or "").strip() or None,
        "count": None if count is None else int(count),
    }
    connection.execute(sa.insert(log).values(row))


def read_log(connection: sa.Connection) -> pd.DataFrame:
    """Read the log, the oldest line first. See `VisitLedger.log`."""
    return frame_of(connection, sa.select(*(log.c[name] for name in COLUMNS)).order_by(log.c.id))
