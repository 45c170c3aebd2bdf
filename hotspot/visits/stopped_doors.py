"""What of a ledger is on the stop list: its homes, and doors listed for its burglaries alone."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import sqlalchemy as sa

from hotspot._errors import DataError
from hotspot.cocooning.visit_history import listed_parts
from hotspot.cocooning.wording import BURGLED_HERE
from hotspot.incidents.stop_list import Exclude, StopList
from hotspot.visits.home_finding import ASK, Home, doors_by_visit
from hotspot.visits.queries import has_stop_list
from hotspot.visits.schema import asked, burglaries, frame_of


def of_ledger(connection: sa.Connection, exclude: Exclude) -> StopList:
    """Return a stop list with the references of the burglaries at its homes.

    A home may be on it by its UPRN alone; its neighbours' rows name it by the burglary.

    Raises
    ------
    ConfigError
        If an entry is several words, and matches nothing here.
    """
    stop = StopList.of(exclude)
    if not stop:
        return stop
    doors = doors_by_visit(connection)
    refs = [one for text in doors["crime_refs"] for one in listed_parts(text)]
    stop.refuse_unlike(pd.DataFrame({"crime_ref": refs}), may_match_nothing=True, whole=False)
    ids = doors.index[at_homes(doors, stop)].tolist()
    own = sa.select(burglaries.c.crime_ref).where(
        burglaries.c.visit_id.in_(ids), burglaries.c.link == BURGLED_HERE
    )
    leading = sa.select(asked.c.crime_refs).where(asked.c.visit_id.in_(ids), asked.c.ring == 0)
    texts = connection.execute(leading).scalars()
    led = [parts[0] for parts in map(listed_parts, texts) if parts]
    return stop.with_names([*connection.execute(own).scalars(), *led])


def at_homes(rows: pd.DataFrame, stop: StopList) -> npt.NDArray[np.bool_]:
    """Test which rows of lists, visits or marks are of a home of a stop list."""
    return names_any(rows.reindex(columns=["uprns", "uprn"]), stop)


def names_any(rows: pd.DataFrame, stop: StopList) -> npt.NDArray[np.bool_]:
    """Test which rows hold, in any cell, a reference or UPRN of a stop list."""
    columns = [rows[name] for name in rows.columns]
    named = zip(*columns, strict=True)
    return np.array(
        [stop.names_any(one for text in texts for one in listed_parts(text)) for texts in named],
        dtype=bool,
    )


def untold(rows: pd.DataFrame, stop: StopList) -> npt.NDArray[np.bool_]:
    """Test which rows would not be there but for the stop list: its homes, its burglaries alone."""
    refs = [listed_parts(text) for text in rows["crime_refs"]]
    alone = [bool(its) and all(stop.names_any([ref]) for ref in its) for its in refs]
    return np.asarray(at_homes(rows, stop) | np.array(alone, dtype=bool))


def refuse_stopped(connection: sa.Connection, home: Home, exclude: Exclude) -> None:
    """Check that of a home something may be told.

    Raises
    ------
    DataError
        If it is on the stop list, or a burglary on it reaches it.
    """
    stop = of_ledger(connection, exclude)
    if not stop:
        return
    refs = sa.select(burglaries.c.crime_ref).where(burglaries.c.visit_id.in_(home.visits))
    query = sa.select(asked.c.crime_refs, asked.c.uprns).where(asked.c.visit_id.in_(home.visits))
    named = frame_of(connection, query)
    texts = [one for column in named for text in named[column] for one in listed_parts(text)]
    if stop.names_any([*connection.execute(refs).scalars(), *home.uprns, *texts]):
        raise DataError(ASK)


@dataclass(frozen=True)
class Hidden:
    """The visits of which no address is told, all where it cannot be told which.

    Attributes
    ----------
    visits : frozenset of str
    of_all : bool
        Whether there is a stop list, and nobody named it.
    """

    visits: frozenset[str] = frozenset()
    of_all: bool = False

    def __contains__(self, visit_id: object) -> bool:
        return self.of_all or visit_id in self.visits

    @property
    def notes(self) -> list[str]:
        """What is said of it: nothing where the list was named."""
        words = (
            "Lists of this ledger were made with a stop list, and none was named: which doors did "
            "not come back is told with the set-up (--config) or the list (--exclude FILE)."
        )
        return [words] * self.of_all


def hidden_visits(connection: sa.Connection, exclude: "Exclude | None") -> Hidden:
    """Find the visits that were asked for at homes of a stop list, or for its burglaries alone.

    Parameters
    ----------
    connection : sqlalchemy.Connection
    exclude : iterable of str or StopList, or None
        None where nobody said.

    Returns
    -------
    Hidden

    Raises
    ------
    ConfigError
        If an entry is several words, and matches nothing here.
    """
    if exclude is None:
        return Hidden(of_all=has_stop_list(connection))
    stop = of_ledger(connection, exclude)
    if not stop:
        return Hidden()
    doors = doors_by_visit(connection)
    return Hidden(frozenset(doors.index[untold(doors, stop)]))
