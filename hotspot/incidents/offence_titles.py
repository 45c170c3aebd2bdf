"""What the words of an offence's title say: whether it is burglary, and of what building."""

import re
from functools import lru_cache

#: Of what a burglary is. "residential" is mixed: homes and sheds together, as England and Wales
#: recorded them from April 2017 to March 2023, or a title that names no building at all.
HOME, RESIDENTIAL, UNCONNECTED, BUSINESS = (
    "home",
    "residential",
    "unconnected building",
    "business",
)
KINDS = (HOME, RESIDENTIAL, UNCONNECTED, BUSINESS)
# Codes of the Home Office: the classes of burglary, with letters in use or next in line.
_HOME_OFFICE_CODE = re.compile(r"\b(?:28[a-l]|29[a-d]|30[a-f]|31[a-d])\b")
_OF_A_LAW = re.compile(r"\b(?:act|law|ordinance|section|sect?|ss?|schedule|article)\b")
_ANY_CODE = re.compile(r"(28|29|30|31)[a-z]?")

_BURGLARY = re.compile(
    r"\bburg(?:l\w*|a[lr]\w*)?\b|\bbreak(?:ing|s)? (?:(?:and|n) )?ent(?:er|ry)\w*"
    r"|\bb (?:and |n )?e\b|\bbne\b|\bbreak(?:ing)? ?ins?\b|\bhouse ?break\w*|\bhome invasion"
    r"|\b(?:biad|botd|biotad)\b"
)
_CLASS_KINDS = {"28": RESIDENTIAL, "29": RESIDENTIAL, "30": BUSINESS, "31": BUSINESS}
_DWELLING = r"(?:dwell\w*|resid\w*|domestic|habitation|houses?)"
_NO_DWELLING = (
    rf"\bnon ?{_DWELLING}|\bnon ?resi?\b|\bnot (?:in |of )?(?:an? )?{_DWELLING}|\both(?:er)? than\b"
    r"|\bo t dwell|\b(?:otd|botd|biotad)\b|\bother (?:building|structure|premises)"
)
_SHED = (
    r"\b(?:uncon\w*|(?:not|non) conn\w*|sheds?|garages?|out ?(?:building|house)s?"
    r"|summer ?houses?|greenhouses?|allotments?|detached (?!house)\w+)\b"
)
# The first that is found decides. What names a building goes before what only tells that it is no
# dwelling, since a shed is "other than a dwelling" too; a dwelling goes before "residential",
# which has sheds in it.
_BUILDINGS = tuple(
    (re.compile(pattern), kind)
    for pattern, kind in (
        (r"\b(?:bus[is]\w*|commerc\w*|communit\w*|bus (?:and )?comm?\w*|b and c)\b", BUSINESS),
        (r"(?<!not )(?<!non )\b(?:attached|integral|connected) (?:garage|building)", HOME),
        (
            rf"^(?!.*(?:{_NO_DWELLING}))(?=.*{_SHED})"
            r".*\b(?:dwell\w*|homes?|residences?|(?<!summer )(?<!out )houses?)\b",
            RESIDENTIAL,
        ),
        # In Scotland the sheds of homes are "domestic, non-dwelling".
        (rf"{_SHED}|^(?=.*\bnon ?dwell).*(?<!non )\bdomestic\b", UNCONNECTED),
        (
            rf"{_NO_DWELLING}"
            r"|\b(?:shops?|stores?|storage|schools?|offices?|church\w*|retail\w*|warehouses?|pubs?"
            r"|factor(?:y|ies)|industrial|funeral homes?|public (?:house|building)s?|hotels?|banks?"
            r"|restaurants?|licensed|places? of worship|institution\w*|government)\b",
            BUSINESS,
        ),
        (
            r"\b(?:dwell\w*|homes?|houses?|residences?|flats?|apartments?|apts?|condos?|domestic"
            r"|habitation|inhabited|biad)\b",
            HOME,
        ),
        (r"\bresi?(?:d\w*)?\b", RESIDENTIAL),
        # Where a title says no more: falsehood at the door is of a home.
        (r"\b(?:distraction|artifice|bogus)\b", HOME),
    )
)
_NO_BUILDING = re.compile(r"\bhome office\b")
_GROUPS = {
    "attempted burglary": re.compile(r"\batt(?:empt\w*)?\b"),
    "distraction burglary": re.compile(r"\b(?:distraction|artifice|bogus)\b"),
    "aggravated burglary": re.compile(r"\bagg(?:ravated)?\b"),
    "burglary dwelling": re.compile(r"(?<!other than )(?<!other than a )(?<!non )\bdwell\w*"),
    "burglary of a home": re.compile(r"\b(?:of a|residential|res) home\b"),
    "business and community burglary": re.compile(r"\bbusiness and community\b"),
}
_GROUPS_OF_KINDS = {
    HOME: {"residential burglary"},
    RESIDENTIAL: {"residential burglary"},
    UNCONNECTED: {"residential burglary", "burglary of an unconnected building"},
    BUSINESS: {"non residential burglary"},
}


def normalise_offence(value: object) -> str:
    """Normalise a code or title to the form in which they are compared.

    Examples
    --------
    >>> normalise_offence("28E Burglary - Residential"), normalise_offence("BREAKING & ENTERING")
    ('28e burglary residential', 'breaking and entering')
    >>> normalise_offence("028/E"), normalise_offence("0610")
    ('28e', '610')
    """
    return _normalised(str(value))


# The table of offences is some 300 titles, each looked at several times in a run.
@lru_cache(maxsize=4096)
def _normalised(title: str) -> str:
    text = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", title).casefold()
    text = text.replace("&", " and ").replace("+", " and ")
    joined = " ".join(re.findall(r"[^\W_]+", text))
    # A spreadsheet drops leading zeros, and forces write 28E as 028/E, HO28E or 28E00.
    joined = re.sub(r"\b(?:ho?c?)?0+(?=\d)", "", joined)
    joined = re.sub(r"\b(?:ho?c?)?(28|29|30|31) ?([a-z])(?: ?0+)?\b", r"\1\2", joined)
    joined = re.sub(r"\b(?:[a-z] ){2,}[a-z]\b", lambda letters: letters[0].replace(" ", ""), joined)
    joined = re.sub(r"\bdw(?:e?l{0,2}(?:in)?n?g?)\b", "dwelling", joined)
    return re.sub(r"\bburgl?\b", "burglary", joined)


def has_burglary(title: str) -> bool:
    """Test whether a normalised title has burglary in it.

    Examples
    --------
    >>> has_burglary("break and enter commercial"), has_burglary("theft from vehicle")
    (True, False)
    """
    return _BURGLARY.search(title) is not None


def kind_of_title(title: str) -> str:
    """Return of what building a burglary is by the words of its normalised title, "" where none.

    Examples
    --------
    >>> kind_of_title("burglary other than a dwelling"), kind_of_title("burglary")
    ('business', '')
    """
    title = _NO_BUILDING.sub("", title)
    return next((kind for pattern, kind in _BUILDINGS if pattern.search(title)), "")


def home_office_code(title: str) -> str:
    """Return the Home Office code of burglary in a normalised title, "" where it has none.

    Examples
    --------
    >>> home_office_code("ho 28e residential"), home_office_code("public order act section 29b")
    ('28e', '')
    """
    code = _HOME_OFFICE_CODE.search(title)
    if code is None or not (has_burglary(title) or _OF_A_LAW.search(title) is None):
        return ""
    return code[0]


def kind_of_class(title: str) -> str:
    """Return of what building a burglary is by its Home Office class, "" where it shows none.

    Examples
    --------
    >>> kind_of_class("30f"), kind_of_class("burglary")
    ('business', '')
    """
    first = title.split(" ")[0] if has_burglary(title) else title
    return _CLASS_KINDS.get(home_office_code(title)[:2] or first, "")


def may_be_burglary(title: str) -> bool:
    """Test whether a code looks like one of burglary that is not known yet.

    Examples
    --------
    >>> may_be_burglary("28z"), may_be_burglary("shoplifting")
    (True, False)
    """
    return _ANY_CODE.fullmatch(title) is not None


def groups_of_title(title: str, kind: str) -> set[str]:
    """Return the groups of the table that a burglary is in by the words of its title.

    Examples
    --------
    >>> sorted(groups_of_title("burglary residential attempt", "residential"))
    ['attempted burglary', 'burglary', 'residential burglary']
    """
    named = {group for group, pattern in _GROUPS.items() if pattern.search(title)}
    return {"burglary", *_GROUPS_OF_KINDS.get(kind, ()), *named}
