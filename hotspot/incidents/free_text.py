"""Methods that are sentences rather than codes: the analyst's, and in no product."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hotspot.english import count, name_rows
from hotspot.reading.text_bytes import TextBytes

#: Codes and short titles fit; what is longer is a sentence, and sentences name people.
LONGEST_METHOD = 40


def is_free_text(methods: pd.Series) -> NDArray[np.bool_]:
    """Test which methods (``mo``) no product may show.

    Parameters
    ----------
    methods : pandas.Series of str

    Returns
    -------
    numpy.ndarray of bool

    Examples
    --------
    >>> is_free_text(pd.Series(["Window smashed", "Suspect known as J. Smith forced a rear door"]))
    array([False,  True])
    """
    held = TextBytes.of(methods)
    if held is not None:
        # No text has more characters than bytes.
        long = held.lengths > LONGEST_METHOD
        long[long] = methods[long].str.len().fillna(0) > LONGEST_METHOD
        return long
    texts = methods.astype(object).fillna("").astype(str)
    return np.asarray(texts.str.len() > LONGEST_METHOD, dtype=bool)


def without_free_text(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table for a product: methods that are sentences are left out of it.

    Parameters
    ----------
    table : DataFrame
        With or without ``mo``.

    Returns
    -------
    DataFrame
    """
    if "mo" not in table:
        return table
    return table.assign(mo=table["mo"].mask(is_free_text(table["mo"])))


def free_text_warnings(incidents: pd.DataFrame) -> list[str]:
    """Return how many methods no product shows.

    Parameters
    ----------
    incidents : DataFrame

    Returns
    -------
    list of str
    """
    long = is_free_text(incidents["mo"]) if "mo" in incidents else np.array([], dtype=bool)
    if not long.any():
        return []
    rows = incidents.index[long]
    return [
        f"{count(len(rows), 'method')} of more than {LONGEST_METHOD} characters: free text, which "
        f"stays in Python and reaches no product ({name_rows(rows)})."
    ]
