"""What is wrong with rows, collected: one line a row, the first fault first."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

#: What every table of rows that cannot be used holds.
FAULT_COLUMNS = ("row", "column", "value", "reason")


class Values(Protocol):
    """What stands in a column: anything that returns the value of a row by its position."""

    def __getitem__(self, at: int, /) -> Any: ...


class Faults:
    """Faults of the rows of a frame, added kind by kind and listed in one table.

    Parameters
    ----------
    index : pandas.Index
        Labels of the rows.

    Examples
    --------
    >>> faults = Faults(pd.Index([2, 3, 4]))
    >>> faults.add(np.array([False, True, False]), "Easting", ["1", "x", "3"], "not a number")
    >>> faults.add(np.array([False, True, True]), "Date", ["?", "?", "?"], "no date")
    >>> faults.table().to_dict("list")
    {'row': [3, 4], 'column': ['Easting', 'Date'], 'value': ['x', '?'],
     'reason': ['not a number; no date', 'no date']}
    """

    def __init__(self, index: pd.Index) -> None:
        self.index = index
        self.faulty: NDArray[np.bool_] = np.zeros(len(index), dtype=bool)
        self._added: list[pd.DataFrame] = []

    def add(
        self,
        mask: NDArray[np.bool_],
        column: str,
        values: Values,
        reason: str | Sequence[str],
    ) -> None:
        """Add one kind of fault.

        Parameters
        ----------
        mask : numpy.ndarray of bool
            The rows that have it.
        column : str
            Where it stands.
        values : sequence
            What stands there, for every row, by position.
        reason : str or sequence of str
            Why it is a fault: one text, or one for each of the rows that have it.
        """
        at = np.flatnonzero(mask)
        if not len(at):
            return
        if isinstance(values, pd.Series):
            shown = values.iloc[at].tolist()
        else:
            shown = [values[i] for i in at.tolist()]
        # As objects, lest a whole number beside a missing one be shown as a float.
        value = pd.Series(shown, dtype=object)
        self._added.append(
            pd.DataFrame({"at": at, "column": column, "value": value, "reason": reason})
        )
        self.faulty[at] = True

    def extend(self, other: "Faults") -> None:
        """Add the faults found elsewhere in the same rows."""
        self._added.extend(other._added)
        self.faulty |= other.faulty

    def among(self, rows: NDArray[np.bool_]) -> "Faults":
        """Select the faults of some of the rows."""
        chosen = Faults(self.index[rows])
        chosen.faulty = self.faulty[rows]
        place = np.cumsum(rows) - 1
        for added in self._added:
            own = added[rows[added["at"]]]
            chosen._added.append(own.assign(at=place[own["at"]]))
        return chosen

    def only(self, reasons: Sequence[str]) -> NDArray[np.bool_]:
        """Test which rows have faults of some kinds and no others."""
        mask = self.faulty.copy()
        for added in self._added:
            mask[added.loc[~added["reason"].isin(reasons), "at"].to_numpy()] = False
        return mask

    def without(self, rows: NDArray[np.bool_]) -> "Faults":
        """Return the faults of the other rows; these have none any more."""
        rest = Faults(self.index)
        rest.faulty = self.faulty & ~rows
        rest._added = [added[~rows[added["at"]]] for added in self._added]
        return rest

    def table(self) -> pd.DataFrame:
        """Return row, column, value and reason: a line for each faulty row, in row order."""
        lines: dict[int, tuple[str, Any, list[str]]] = {}
        for added in self._added:
            columns = (added[name].tolist() for name in added)
            for i, column, value, reason in zip(*columns, strict=True):
                # The first fault names the column and the value: the others may follow from it.
                known = lines.setdefault(i, (column, value, []))
                if reason not in known[2]:
                    known[2].append(reason)
        labels = self.index.tolist()
        rows = [
            (labels[i], column, "" if _is_missing(value) else str(value), "; ".join(reasons))
            for i, (column, value, reasons) in sorted(lines.items())
        ]
        return pd.DataFrame(rows, columns=list(FAULT_COLUMNS), dtype=object)


def _is_missing(value: Any) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or value != value
