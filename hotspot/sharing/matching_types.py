"""The types of crime that are matched with tags, and of which type an offence is."""

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

import pandas as pd

from hotspot._errors import quoted
from hotspot.incidents.offence_lines import OffenceLines, lines_of
from hotspot.incidents.offence_titles import (
    BUSINESS,
    HOME,
    RESIDENTIAL,
    UNCONNECTED,
    normalise_offence,
)
from hotspot.incidents.offences import ALL
from hotspot.incidents.stated_offences import stated_values

#: The types with the words that the layout has for them.
TYPES = {
    "RB": "Robbery",
    "BIAD": "Burglary in a dwelling",
    "AB": "Aggravated Burglary",
    "BOTD": "Burglary in a building other than a dwelling",
    "TOMV": "Theft of a vehicle",
    "TFP": "Theft from the person of another",
    "TFMV": "Theft from vehicle",
}
_BY_KIND = {HOME: "BIAD", RESIDENTIAL: "BIAD", BUSINESS: "BOTD"}
_AGGRAVATED = "aggravated burglary"
_STATE_IT = 'state its type, such as types={{{0}: "BIAD"}} (--types {0}=BIAD)'

#: Offences by code, title, group or kind with the type of each; or one type for all.
Stated: TypeAlias = Mapping[str, str] | str


class OffenceTypes(NamedTuple):
    """Of which type each crime is.

    Attributes
    ----------
    types : Series of str
        Blank where none is known.
    reasons : Series of str
        Why none is; blank where one is known.
    mixed : Series of bool
        Which are burglaries of homes by a class that holds sheds too, without that being stated.
    unused : list of str
        Offences that were stated and are of no crime.
    """

    types: pd.Series
    reasons: pd.Series
    mixed: pd.Series
    unused: list[str]


def types_of(offences: pd.Series | None, index: pd.Index, stated: Stated | None) -> OffenceTypes:
    """Find the type of each crime by its offence.

    Parameters
    ----------
    offences : Series of str, optional
        Code or title of each; None where nothing tells them.
    index : Index
        Of the crimes.
    stated : mapping of str to str, or str, optional
        As `write_crime_matching` takes it; what is stated goes before what follows by itself.

    Returns
    -------
    OffenceTypes
    """
    mapping = {ALL: stated} if isinstance(stated, str) else dict(stated or {})
    told = pd.Series(None, index, dtype=object) if offences is None else offences.astype(object)
    codes, different = pd.factorize(told.where(told.notna(), "").astype(str).str.strip())
    values = [str(value) for value in different]
    meant, unused = stated_values(values, mapping)
    lines = lines_of(None)
    found = [_type_of(value, its, lines) for value, its in zip(values, meant, strict=True)]
    types = pd.Series([found[code][0] for code in codes], index, dtype=object)
    reasons = pd.Series([found[code][1] for code in codes], index, dtype=object)
    mixed = pd.Series([found[code][2] for code in codes], index, dtype=bool)
    return OffenceTypes(types, reasons, mixed, unused)


def type_problems(stated: object) -> list[str]:
    """Return what keeps a statement of types from being one."""
    wanted = f"one of {', '.join(TYPES)}"
    if stated is None:
        return []
    if isinstance(stated, str):
        return [] if stated in TYPES else [f"types: {quoted(stated)} is not {wanted}."]
    if not isinstance(stated, Mapping):
        return ["types must be a mapping of offences to types, or one type for all crimes."]
    return [
        f"types: {quoted(key)} is given the type {quoted(value)}, which is not {wanted}."
        if isinstance(key, str) and normalise_offence(key)
        else f"types: {quoted(key)} is no offence."
        for key, value in stated.items()
        if not (isinstance(key, str) and normalise_offence(key) and _is_type(value))
    ]


def _is_type(value: object) -> bool:
    return isinstance(value, str) and value in TYPES


def _type_of(value: str, stated: set[str], lines: OffenceLines) -> tuple[str, str, bool]:
    """Return the type of an offence, why there is none, and whether sheds may be among it."""
    own = normalise_offence(value)
    if len(stated) > 1:
        types = " and ".join(sorted(stated))
        return "", f"offence with two types ({quoted(value)}: {types})", False
    if stated:
        return next(iter(stated)), "", False
    if not own:
        return "", 'offence not told: where all are of one type, types="BIAD" states it', False
    for code, words in TYPES.items():
        if own in (normalise_offence(code), normalise_offence(words)):
            return code, "", False
    offence = lines.read(own)
    if offence.kind and _AGGRAVATED in offence.groups:
        return "AB", "", False
    state_it = _STATE_IT.format(quoted(value))
    if offence.kind == UNCONNECTED:
        return "", f"offence at an unconnected building ({quoted(value)}): {state_it}", False
    if offence.kind and not offence.names_building:
        return (
            "",
            f"offence that does not tell of what building ({quoted(value)}): {state_it}",
            False,
        )
    if not offence.kind:
        return "", f"offence of no known type ({quoted(value)}): {state_it}", False
    return _BY_KIND[offence.kind], "", offence.kind == RESIDENTIAL
