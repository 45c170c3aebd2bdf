"""Statuses and outcomes that say that a row is no recorded crime, or is another force's."""

import re

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hotspot.english import count, name_rows, some_of

# A status is judged part by part, since "no crime" is one thing and "no crime series" another.
_PARTS = re.compile(r"\s+[-\u2013\u2014]+\s*|[:;,/|()\[\]]|\s*[\u2013\u2014]\s*|\.\s|\.$")
# What may stand before the word that decides: codes, and what was done to the record.
_BEFORE = (
    r"(?:[a-z]{0,3}\d{1,3}[a-z]? |outcome |status |recorded |closed |filed |finalised |nfa |crime |"
    r"crimed |record |report |offence |incident |occurrence |case |investigation |re|classified |"
    r"has |have |been |was |is |as |victim states |undetected |cleared |disposition |final )*"
)
_NOT_RECORDED = {
    "cancelled": r"cancel+ed(?: .*)?|cancel+ation(?: approved| confirmed| complete)?|rescinded|"
    r"expunged|void(?:ed)?|(?:created |entered |raised )?in error|n ?100|avi|"
    r"(?:additional )?verifiable info(?:rmation)?(?: received| provided| obtained)?",
    "no crime": r"no ?crim(?:e|ed|ing)(?: (?:confirmed|committed|disclosed|identified|apparent|"
    r"established|occurred|took|has|found|made|recorded|approved|awi|avi) ?.*)?|non ?crime"
    r"(?: incident| occurrence| report)?|no offences?(?: (?:committed|disclosed|identified))?",
    "not a crime": r"not (?:an? )?(?:notifiable |recordable )?(?:crime|offence)(?: at all)?|"
    r"not crimed|not recorded(?: as)?(?: an?)? (?:crime|offence)|(?:crime|offence) not recorded",
    "unfounded": r"(?!.*\bnot\b).*\bunfounded\b.*|false (?:or baseless|report)|baseless",
    "duplicate": r"(?:a )?duplicated?(?: (?:of|record|report|crime|entry|incident).*)?",
    "transferred": r"transfer(?:red|ed)?(?: out)?(?: to)?(?: .*(?:force|police|constabulary|btp))?",
}
_PATTERNS = {word: re.compile(f"{_BEFORE}(?:{pattern})") for word, pattern in _NOT_RECORDED.items()}
_OTHER_FORCE = re.compile(r"\b(?:force|police|constabulary|btp|cancel+ed|duplicate|out)\b")
# What else may be cancelled than a crime.
_APPOINTMENT = re.compile(r"\b(?:interview|appointment|bail|warrant|visit|meeting|court)")
_UNCERTAIN = re.compile(r"\btransfer(?:red|ed)\b|^not recorded$")


def not_recorded(statuses: pd.Series) -> tuple[NDArray[np.bool_], NDArray[np.object_], list[str]]:
    """Find the rows whose status or outcome says that they are no crime of this force.

    Parameters
    ----------
    statuses : pandas.Series of str

    Returns
    -------
    gone : numpy.ndarray of bool
    words : numpy.ndarray of object
        The word that takes each row out; blank for those that stay.
    warnings : list of str
        Of rows whose status may mean either: they stay.

    Examples
    --------
    >>> given = pd.Series(["Cancelled - no crime", "Undetected - no suspect", "No crime series"])
    >>> not_recorded(given)[0].tolist()
    [True, False, False]
    """
    codes, unique = pd.factorize(statuses)
    different = [str(value) for value in unique]
    words = [_word(value) for value in different]
    per_row = np.array([*words, ""], dtype=object)[codes]
    unsure = [
        bool(not word and _UNCERTAIN.search(value.casefold()))
        for word, value in zip(words, different, strict=True)
    ]
    warnings = []
    if any(unsure):
        rows = statuses.index[np.array([*unsure, False])[codes]]
        named = some_of([repr(value) for value, its in zip(different, unsure, strict=True) if its])
        warnings.append(
            f"{count(len(rows), 'row')} whose {statuses.name!r} may mean that they are no crime of "
            f"this force: {named} ({name_rows(rows)}). They are used: leave them out of the export "
            "where they are none."
        )
    return per_row != "", per_row, warnings


def _word(status: str) -> str:
    """Return the first word of a status that takes its row out, blank where none does."""
    parts = [
        " ".join(re.findall(r"[^\W_]+", part)) for part in _PARTS.split(status.casefold()) if part
    ]
    for part in parts:
        word = next((word for word, known in _PATTERNS.items() if known.fullmatch(part)), "")
        rest = [other for other in parts if other != part]
        # A record may be transferred to prosecutors too, and is this force's all the same.
        if word == "transferred" and not all(map(_OTHER_FORCE.search, rest)):
            continue
        if word and not (word == "cancelled" and _APPOINTMENT.search(" ".join(parts))):
            return word
    return ""
