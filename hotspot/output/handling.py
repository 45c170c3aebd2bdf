"""What every product says of how it may be handled: its marking, and what it is no ground for."""

from hotspot.output.text import clean_text

NO_MARKING = "NO MARKING GIVEN: HANDLE AS SENSITIVE"
#: Ends a sentence about any product.
NO_GROUND = "no ground for a stop, a search or an arrest"
#: Stands on every product that links crimes.
NOT_EVIDENCE = "A linkage score is a lead, never evidence."
PLACES_NOT_PEOPLE = f"It shows places, not people: it is {NO_GROUND}."


def shown_marking(marking: str | None) -> str:
    """Return the protective marking as it is printed, or the words for a missing one.

    Parameters
    ----------
    marking : str or None

    Returns
    -------
    str

    Examples
    --------
    >>> shown_marking("OFFICIAL"), shown_marking("  ")
    ('OFFICIAL', 'NO MARKING GIVEN: HANDLE AS SENSITIVE')
    """
    return clean_text(marking or "").strip() or NO_MARKING


def marked(marking: str | None, handling: str = "") -> str | None:
    """Return what stands on every product but those for the public: marking, then handling.

    Parameters
    ----------
    marking : str or None
    handling : str
        Who may have it and what to do with it, in the force's words.

    Returns
    -------
    str or None

    Examples
    --------
    >>> marked("OFFICIAL", "neighbourhood teams only"), marked("OFFICIAL"), marked(None)
    ('OFFICIAL - neighbourhood teams only', 'OFFICIAL', None)
    """
    parts = [clean_text(part).strip() for part in (marking or "", handling)]
    return " - ".join(filter(None, parts)) or None
