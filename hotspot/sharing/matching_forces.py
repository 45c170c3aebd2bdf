"""The police forces whose crimes are matched with the positions of tags, by name and code."""

import difflib
import re
from typing import NamedTuple

from hotspot._errors import quoted


class MatchingForce(NamedTuple):
    """A force that the crime matching takes.

    Attributes
    ----------
    identifier : str
        The name as it stands in the file.
    name : str
        What people call it.
    code : str
        What the id of a batch begins with.
    """

    identifier: str
    name: str
    code: str


#: As ministryofjustice/hmpps-electronic-monitoring-crime-matching-api has them (commit 87e93cc, 21
#: August 2026, MIT licence).
FORCES = tuple(
    MatchingForce(*force)
    for force in (
        ("AvonSomerset", "Avon and Somerset", "AVS"),
        ("Bedfordshire", "Bedfordshire", "BFD"),
        ("Cheshire", "Cheshire", "CHS"),
        ("CoLP", "City of London", "CoLP"),
        ("Cumbria", "Cumbria", "CMB"),
        ("Derbyshire", "Derbyshire", "DBY"),
        ("Durham", "Durham", "DUR"),
        ("Essex", "Essex", "ESX"),
        ("Gloucestershire", "Gloucestershire", "GLC"),
        ("Gwent", "Gwent", "GWP"),
        ("Hampshire", "Hampshire", "HAM"),
        ("Hertfordshire", "Hertfordshire", "HRT"),
        ("Humberside", "Humberside", "HMB"),
        ("Kent", "Kent", "KNT"),
        ("Metropolitan", "Metropolitan", "MPS"),
        ("NorthWales", "North Wales", "NWL"),
        ("Nottinghamshire", "Nottinghamshire", "NOT"),
        ("Sussex", "Sussex", "SXP"),
        ("WestMidlands", "West Midlands", "WMP"),
    )
)
# What stands beside the name of a force and tells none from another.
_COMMON = re.compile(r"\b(?:police|constabulary|service|force|the)\b")


def find_force(text: object) -> MatchingForce | None:
    """Find a force by its name, its name in the file or its code.

    Examples
    --------
    >>> find_force("Avon & Somerset Constabulary").code, find_force("kent").identifier
    ('AVS', 'Kent')
    >>> find_force("Norfolk") is None
    True
    """
    return _by_key().get(_key(text)) if isinstance(text, str) else None


def force_problems(text: object) -> list[str]:
    """Return why a force is none that is taken, with the names that are close to it.

    Examples
    --------
    >>> force_problems("Kent"), force_problems("Essexs")[0][:58]
    ([], "force: 'Essexs' is none of the 19 forces that crime matchi")
    """
    if find_force(text) is not None:
        return []
    names = [force.name for force in FORCES]
    folded = {name.casefold(): name for name in names}
    close = difflib.get_close_matches(_key(text), folded, 3, 0.7) if isinstance(text, str) else []
    hint = f" Close to it: {', '.join(folded[name] for name in close)}." if close else ""
    return [
        f"force: {quoted(text)} is none of the {len(FORCES)} forces that crime matching takes: "
        f"{', '.join(names)}.{hint}"
    ]


def _by_key() -> dict[str, MatchingForce]:
    return {_key(text): force for force in FORCES for text in force}


def _key(text: str) -> str:
    """Return a name in the form in which it is compared."""
    return " ".join(_COMMON.sub(" ", text.casefold().replace("&", " and ")).split())
