"""What stands in the columns of a source: how full each is, and whether it can be of a kind."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, TypeAlias

import numpy as np
import pandas as pd

from hotspot.reading.cells import to_numbers, to_text, without_missing_words
from hotspot.reading.chunks import Source
from hotspot.reading.clocks import read_clock
from hotspot.reading.single_dates import FIXED, MONTH, OPEN, read_moment

Kind: TypeAlias = Literal["text", "date", "time", "number"]

# Enough to see what a column holds, and few enough to cost nothing beside reading it.
_SAMPLE_ROWS = 2_000
# A column is as good as another that is hardly fuller: the order of the names decides.
_AS_GOOD = 0.9
_MOSTLY = 0.5
# Fewer cells of another kind may be slips.
_ENOUGH_TO_JUDGE, _HARDLY_ANY = 10, 0.1


class Contents:
    """The columns of a source, judged by rows spread over all of it.

    Parameters
    ----------
    frame : pandas.DataFrame
        All rows of the columns in question, as a source holds them.

    Examples
    --------
    >>> frame = pd.DataFrame({"HO Class": ["", ""], "Offence": ["28E", "28E"], "Sex": ["M", "F"]})
    >>> contents = Contents(frame)
    >>> contents.best(["HO Class", "Offence"], "text")
    'Offence'
    >>> contents.is_blank("HO Class"), contents.fits("Sex", "number")
    (True, False)
    """

    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame = frame
        rows = np.linspace(0, max(len(frame) - 1, 0), min(len(frame), _SAMPLE_ROWS)).astype(int)
        self._sample = frame.iloc[rows]
        self._known: dict[tuple[str, Kind], float] = {}
        self._filled: dict[str, pd.Series] = {}

    @property
    def columns(self) -> list[str]:
        """The columns that were read."""
        return list(self.frame.columns)

    def sample(self, name: str) -> pd.Series:
        """Return the cells of some rows, the same rows for each column."""
        return self._sample[name]

    def filled(self, name: str) -> pd.Series:
        """Return the cells of the sample in which anything is told."""
        if name not in self._filled:
            cells = self._sample[name]
            self._filled[name] = cells[without_missing_words(to_text(cells)).notna().to_numpy()]
        return self._filled[name]

    def is_blank(self, name: str) -> bool:
        """Test whether a column of a source with rows says nothing at all."""
        if not len(self.frame) or len(self.filled(name)):
            return False
        return not without_missing_words(to_text(self.frame[name])).notna().any()

    def worth(self, name: str, kind: Kind) -> float:
        """Return the share of the rows in which a column holds a value of a kind."""
        if (name, kind) not in self._known:
            cells = self.filled(name)
            hits = int(np.count_nonzero(_of_kind(cells, kind)))
            self._known[name, kind] = hits / max(len(self._sample), 1)
        return self._known[name, kind]

    def fits(self, name: str, kind: Kind) -> bool:
        """Test whether most of what a column holds is of a kind."""
        cells = self.filled(name)
        return len(cells) > 0 and self.worth(name, kind) * len(self._sample) >= _MOSTLY * len(cells)

    def holds_none(self, name: str, kind: Kind) -> bool:
        """Test whether a column holds enough to see that it is of another kind."""
        filled = len(self.filled(name))
        held = self.worth(name, kind) * len(self._sample)
        return filled >= _ENOUGH_TO_JUDGE and held < _HARDLY_ANY * filled

    def as_good(self, names: Sequence[str], kind: Kind) -> list[str]:
        """Choose the columns that hold hardly less than the fullest, in their order."""
        best = max((self.worth(name, kind) for name in names), default=0.0)
        return [name for name in names if self.worth(name, kind) >= _AS_GOOD * best]

    def best(self, names: Sequence[str], kind: Kind) -> str:
        """Choose the first of the columns that hold hardly less than the fullest."""
        return self.as_good(names, kind)[0]

    def is_dated(self, name: str) -> bool:
        """Test whether a column holds dates that no one could take for plain numbers."""
        cells = self.filled(name)
        numeric = pd.api.types.is_numeric_dtype(cells.dtype)
        if not len(cells) or numeric or not self.fits(name, "date"):
            return False
        return not np.isfinite(to_numbers(cells)[0]).mean() > _MOSTLY


def blank_columns(
    source: Source,
    contents: Contents,
    mapped: Mapping[str, Sequence[str]],
    *,
    computed_only: bool = False,
) -> list[str]:
    """Describe the columns that are read as a field and say nothing at all.

    Parameters
    ----------
    source : Source
    contents : Contents
        Of what was read of it.
    mapped : mapping of str to sequence of str
        Field to its columns.
    computed_only : bool
        Whether to describe no others than those that hold formulas whose values were never stored,
        as programs write them that do no sums.

    Returns
    -------
    list of str
    """
    blank = {
        column: field
        for field, columns in mapped.items()
        for column in columns
        if contents.is_blank(column)
    }
    computed = {column for _, column in source.formulas()} if blank else set()
    return [
        f"{column!r}, read as {field}, is blank throughout"
        + (
            ": it holds formulas without their values. Open the workbook in a spreadsheet, save it "
            "and read it again."
            if column in computed
            else ". Map another column, or none."
        )
        for column, field in blank.items()
        if column in computed or not computed_only
    ]


def _of_kind(cells: pd.Series, kind: Kind) -> Any:
    """Test of each cell whether it can be of a kind."""
    if kind == "text":
        return np.ones(len(cells), dtype=bool)
    if kind == "number":
        # Degrees first: "-1,234" is none with its comma parting thousands.
        return np.isfinite(to_numbers(cells, degrees=True)[0]) | np.isfinite(to_numbers(cells)[0])
    if kind == "date" and pd.api.types.is_datetime64_any_dtype(cells.dtype):
        return np.ones(len(cells), dtype=bool)
    codes, different = pd.factorize(cells.astype(object))
    return np.array([_READS[kind](cell) for cell in different] or [False])[codes]


_READS: Mapping[str, Callable[[Any], bool]] = {
    "date": lambda cell: read_moment(cell).kind in (FIXED, OPEN, MONTH),
    "time": lambda cell: read_clock(cell) >= 0,
}
