"""UPRNs as numbers: which row of a million addresses has one, whatever zeros stand before it."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from hotspot.reading.cells import reference_keys

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]

_MISSING = -1
# More digits are more than a number of 64 bits holds.
_MOST_DIGITS = 18
# So many are sooner read one by one.
_FEW = 50


class UprnIndex:
    """The UPRNs of a file of addresses in the form in which they are compared, as numbers.

    Parameters
    ----------
    uprns : array_like of str
        A UPRN that is no number (the source's own id) is counted by itself.

    Examples
    --------
    >>> index = UprnIndex(["0012", "X/7", "12", None])
    >>> index.find(["12", "000012", "x/7", "8", None]).tolist()
    [0, 0, 1, -1, -1]
    >>> index.repeated.tolist()
    [False, False, True, False]
    """

    def __init__(self, uprns: Any) -> None:
        number, others = _numbers(uprns)
        self._others = pd.Index(pd.unique(others[~pd.isna(others)]), dtype=object)
        self.codes = self._joined(number, others)
        index = pd.Index(self.codes)
        self._rows: Ints | None = None
        self.repeated: Bools = np.zeros(len(index), dtype=bool)
        if not index.is_unique:
            self.repeated = np.asarray(index.duplicated())
            self._rows = np.flatnonzero(~self.repeated)
            index = index[self._rows]
        self._index = index

    def find(self, uprns: Any) -> Ints:
        """Return the first row of each UPRN, -1 where there is none."""
        codes = self._joined(*_numbers(uprns))
        row = np.asarray(self._index.get_indexer(pd.Index(codes)), dtype=np.int64)
        row[codes == _MISSING] = -1
        if self._rows is not None:
            row = np.append(self._rows, -1)[row]
        return row

    def _joined(self, number: Ints, others: Texts) -> Ints:
        """Return one number for each UPRN: its own, below -1 for what is none."""
        codes = number.copy()
        at = np.flatnonzero(number == _MISSING)
        if not len(at):
            return codes
        # One that is not known is as good as missing.
        codes[at] = _MISSING - 1 - self._others.get_indexer(pd.Index(others, dtype=object))
        return codes


def plain_numbers(texts: Any) -> Ints:
    """Return texts of nothing but digits as numbers, -1 for all others.

    Parameters
    ----------
    texts : array_like

    Returns
    -------
    ndarray of int64

    Examples
    --------
    >>> plain_numbers(["0012", "X/7", None]).tolist()
    [12, -1, -1]
    """
    values = _cells(texts)
    try:
        told = pa.array(values, type=pa.large_string(), from_pandas=True)
    except pa.ArrowException:
        # Not texts alone: each is read by itself.
        return np.full(len(values), _MISSING, dtype=np.int64)
    if isinstance(told, pa.ChunkedArray):
        told = told.combine_chunks()
    plain = pc.and_(pc.ascii_is_decimal(told), pc.less_equal(pc.binary_length(told), _MOST_DIGITS))
    digits = pc.cast(pc.if_else(plain, told, None), pa.int64())
    number = pc.fill_null(digits, _MISSING).to_numpy(zero_copy_only=False)
    return np.array(number, dtype=np.int64)


def _cells(values: Any) -> Any:
    """Return values as strings in one piece, or else as objects."""
    values = getattr(values, "array", values)
    if isinstance(getattr(values, "dtype", None), pd.StringDtype):
        return values
    return np.asarray(values, dtype=object)


def _numbers(uprns: Any) -> tuple[Ints, Texts]:
    """Return UPRNs as numbers, -1 for what is none; and the keys of these, None where missing."""
    values = _cells(uprns)
    if len(values) < _FEW:
        return _numbers_of_few(np.full(len(values), _MISSING, dtype=np.int64), values)
    return _numbers_of_few(plain_numbers(values), values)


def _numbers_of_few(number: Ints, values: Any) -> tuple[Ints, Texts]:
    """Read one by one what is no number yet, such as "0012.0"."""
    left = np.flatnonzero(number == _MISSING)
    if not len(left):
        return number, np.array([], dtype=object)
    keys = reference_keys(np.asarray(values, dtype=object)[left])
    for nth, key in enumerate(keys):
        if key is not None and key.isascii() and key.isdecimal() and len(key) <= _MOST_DIGITS:
            number[left[nth]], keys[nth] = int(key), None
    return number, keys[number[left] == _MISSING]
