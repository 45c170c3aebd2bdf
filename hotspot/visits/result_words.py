"""What may come of a visit, and the spellings in which it comes back."""

from functools import lru_cache

from hotspot import rule
from hotspot.reading.cells import normalise_name
from hotspot.rule import ResultWord

RESULTS = tuple(rule.result_words())
DO_NOT_CONTACT = "do not contact"

# Whole cells: of what says more than one of these, nobody but its writer knows what it means.
_YES = frozenset({"yes", "y", "true", "1", "x", "tick", "ticked", "on"})
_YES_SIGNS = frozenset("✓✔☑✅+")
_NO = frozenset({"no", "n", "false", "0", "none", "nil", "na", "nan", "off"})
_NO_SIGNS = frozenset({"", "-", "--", "–", "—", ".", "/", "☐"})


def canonical_result(text: str) -> str | None:
    """Return the result that a text names, or None.

    Parameters
    ----------
    text : str
        Case, spaces and punctuation do not matter. Besides the words of `RESULTS` the spellings
        are taken that `hotspot.rule.RESULT_WORDS` has for each, such as ``F2F``, ``leaflet left``,
        ``no answer``, ``declined``, ``vacant`` or ``no access``.

    Returns
    -------
    str or None

    Examples
    --------
    >>> canonical_result("Face-to-face"), canonical_result("NO REPLY"), canonical_result("F2F")
    ('face to face', 'no reply', 'face to face')
    >>> canonical_result("went well") is None
    True
    """
    return _labels(rule.RESULT_WORDS).get(normalise_name(text))


@lru_cache(maxsize=4)
def _labels(words: tuple[ResultWord, ...]) -> dict[str, str]:
    """Return the label of each spelling, written as `normalise_name` does."""
    return {
        normalise_name(spelling): word.label
        for word in words
        for spelling in (word.label, *word.spellings)
    }


def at_odds(one: str, other: str) -> bool:
    """Return whether two results of one door at one moment cannot both be.

    One knock brings two where nobody answered: "no reply", and then a leaflet was left.

    Examples
    --------
    >>> at_odds("refused", "no reply"), at_odds("leaflet", "no reply"), at_odds("empty", "empty")
    (True, False, False)
    """
    words = [rule.result_words().get(label) for label in (one, other)]
    unanswered = all(word and word.lives_there and not word.answered for word in words)
    return one != other and not unanswered


def means_do_not_contact(text: str) -> bool:
    """Return whether a result asks, beyond refusing, that nobody calls again.

    Examples
    --------
    >>> means_do_not_contact("Do not contact"), means_do_not_contact("refused")
    (True, False)
    """
    return normalise_name(text) == normalise_name(DO_NOT_CONTACT)


def yes_or_no(text: str | None) -> bool | None:
    """Return what a box says: yes, no (also where it is empty), or None where that is not clear.

    Parameters
    ----------
    text : str, optional
        The whole cell. Only a bare yes, a tick or an x is a yes: "no - happy for us to call" is
        none, and "no contact please" is none either.

    Returns
    -------
    bool or None

    Examples
    --------
    >>> [yes_or_no(text) for text in ("x", "Yes", "\N{CHECK MARK}", "no", "-", None)]
    [True, True, True, False, False, False]
    >>> yes_or_no("no - happy for us to call") is None, yes_or_no("no, they had one") is None
    (True, True)
    """
    bare = (text or "").strip()
    word = normalise_name(bare)
    if word in _YES or bare in _YES_SIGNS:
        return True
    return False if word in _NO or bare in _NO_SIGNS else None
