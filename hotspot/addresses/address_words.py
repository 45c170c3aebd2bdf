"""Words of addresses: what a street ends with, what names a flat, and how both are shortened."""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache


def word_set(text: str) -> frozenset[str]:
    """Return the words of a text as a set.

    Examples
    --------
    >>> sorted(word_set("road street"))
    ['road', 'street']
    """
    return frozenset(text.split())


# fmt: off
# A street ends with one of these wherever it stands: "12 High Street Anytown".
STREET_WORDS = word_set("""
    street road lane avenue close drive crescent terrace mews gardens square place way walk
    grove parade boulevard promenade esplanade embankment alley passage wynd brae loan gait
    vennel lanes quadrant causeway highway bypass colonnade circle trail cul-de-sac
""")
# These end the name of a street, of a village or of a building, too.
WEAK_WORDS = word_set("""
    court hill park green view row rise vale croft crofts bank cross end gate field fields
    bridge wharf quay mount garth fold yard common heath meadow meadows lea leas dell dene
    copse side top circus approach path ride drove mead ridge glade chase broadway strand crest
    villas cottages buildings orchard orchards spinney glebe paddock pastures warren haven
    harbour marina parkway lawn lawns link links loop oval walks heights pleasant bottom head
    hollow holt hurst knoll nook reach shaw slope spur steps turn wood woods straight
    crossroads estate steadings corner roundabout footpath dock pier maltings precinct arcade
    parc
""")
# What ends the name of a house or a block, not of a street.
BUILDING_WORDS = word_set("""
    house lodge hall cottage farm mill barn tower towers mansion mansions manor villa
    apartments building chambers works school church chapel inn hotel centre
    farmhouse bungalow stables rectory vicarage flats college hostel hospital nurseries grange
    priory abbey castle home gatehouse oast smithy cabin
""")
# A name of these holds flats where a street stands beside it, and is a street where none does.
HOLDS_FLATS = word_set("court buildings heights point")
_ROWS = HOLDS_FLATS | word_set("cottages villas")
# Streets of one word, so that a line without commas has an end for them.
ONE_WORD_STREETS = word_set("""
    broadway strand cheapside piccadilly whitehall haymarket kingsway aldwych poultry eastcheap
    cornhill holborn minories houndsditch parkside riverside bankside hillside promenade parade
    esplanade butts shambles headrow pavement rosemount drapery horsefair bullring
""")
_ONE_WORD_END = re.compile(r"\w{3,}(?:gate|side|way|croft|garth|hill|lands)")
# A street begins with one of these; a particle leads to one more word.
FIRST_WORDS = word_set("""
    heol ffordd stryd lon clos rhodfa maes cwrt rhiw cae gerddi allt tyla rue route chemin bayr
    raad
""")
PARTICLES = word_set("""
    y yr ap ar pen ty tan dan uwch ger du de la le les des ny ar-y pen-y
""")
DIRECTIONS = word_set("""
    north south east west n s e w nw ne sw se
""")

SHORT_FORMS = {
    "rd": "road", "ave": "avenue", "av": "avenue", "cres": "crescent", "cresc": "crescent",
    "crs": "crescent", "ct": "court", "crt": "court", "gdns": "gardens", "gdn": "gardens",
    "gds": "gardens", "grdns": "gardens", "sq": "square", "ter": "terrace", "terr": "terrace",
    "tce": "terrace", "trc": "terrace", "ln": "lane", "la": "lane", "cl": "close",
    "clo": "close", "dr": "drive", "drv": "drive", "pl": "place", "plc": "place", "gr": "grove",
    "gro": "grove", "grv": "grove", "pk": "park", "wy": "way", "wlk": "walk", "wk": "walk",
    "blvd": "boulevard", "bvd": "boulevard", "pde": "parade", "esp": "esplanade",
    "prom": "promenade", "app": "approach", "appr": "approach", "est": "estate",
    "bldgs": "buildings", "bldg": "building", "hse": "house", "ho": "house", "cott": "cottage",
    "cotts": "cottages", "mans": "mansions", "hts": "heights", "mdws": "meadows", "vw": "view",
    "str": "street", "alle": "alley", "psge": "passage", "ctr": "centre",
    "hwy": "highway", "pkwy": "parkway", "cir": "circle", "trl": "trail",
}  # fmt: skip
# At the beginning of a name only: elsewhere "N" or "Mt" is an initial.
_SHORT_AT_FIRST = {
    "n": "north", "s": "south", "e": "east", "w": "west", "nth": "north", "sth": "south",
    "upr": "upper", "lwr": "lower", "gt": "great", "lt": "little", "mt": "mount", "rt": "right",
    "ft": "fort",
}  # fmt: skip
_SHORT_AT_LAST = {"n": "north", "s": "south", "e": "east", "w": "west"}
_ORDINALS = {
    f"{nth}{ending}": word
    for nth, (ending, word) in enumerate([
        ("st", "first"), ("nd", "second"), ("rd", "third"), ("th", "fourth"), ("th", "fifth"),
        ("th", "sixth"), ("th", "seventh"), ("th", "eighth"), ("th", "ninth"), ("th", "tenth"),
    ], 1)
}
# After "St" these are saints, not towns behind a street.
SAINTS = word_set("""
    agnes aidan alban albans aldhelm alphege andrew andrews ann anne annes anns anthony asaph
    aubyn augustine austell barnabas bartholomew bartholomews benedict botolph botolphs
    brannock bride brides brelade catherine catherines chad chads christopher clement clements
    columba cuthbert cuthberts david davids dunstan dunstans edmund edmunds edward edwards
    enoch faith francis gabriel george georges giles helen helens helier hilary hilda hildas
    hugh ives james jamess john johns joseph josephs jude judes kilda laurence lawrence leonard
    leonards luke lukes magnus margaret margarets mark marks martin martins mary marys matthew
    matthews matthias michael michaels mildred mungo neot neots nicholas ninian olave oswald
    oswalds pancras patrick patricks paul pauls peter peters philip philips ronan saviour
    saviours stephen stephens swithin swithins swithun swithuns thomas vincent wilfred wilfrid
    winifred
""")
# fmt: on

_UNIT_WORDS = word_set("flat flats fflat apartment apartments apt apts unit the no number")
_SHORT_UNITS = {
    "gff": "ground floor", "fff": "first floor", "sff": "second floor", "tff": "top floor",
    "gf": "ground floor", "lgf": "lower ground floor", "ff": "first floor",
}  # fmt: skip
_APOSTROPHES = re.compile(r"[\u2019\u2018`\u00b4']")
_NOT_OF_A_WORD = re.compile(r"[\W_]+")


def text_key(text: str) -> str:
    """Reduce text to what two spellings of one address or street share.

    Examples
    --------
    >>> text_key("12, HIGH ST.") == text_key(" 12 High St")
    True
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return _NOT_OF_A_WORD.sub(" ", folded).strip()


@cache
def street_key(text: str) -> str:
    """Reduce the name of a street or building to what its spellings share.

    Case, apostrophes, accents and abbreviations do not count: "Rd" is road; "St" is saint before
    a name and street after one.

    Examples
    --------
    >>> street_key("St. John's Rd"), street_key("ST JOHNS ROAD"), street_key("Church St")
    ('saint johns road', 'saint johns road', 'church street')
    """
    words = text_key(_plain(text).replace("&", " and ")).split()
    return " ".join(_long_form(words, nth) for nth in range(len(words)))


def _plain(text: str) -> str:
    """Remove apostrophes and accents."""
    text = _APOSTROPHES.sub("", text)
    if text.isascii():
        return text
    signs = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in signs if not unicodedata.combining(sign))


def _long_form(words: list[str], nth: int) -> str:
    word, last = words[nth], len(words) - 1
    if word == "st":
        return "street" if nth and is_street_not_saint(words, nth) else "saint"
    if nth == 0 and last > 0 and word in _SHORT_AT_FIRST:
        return _SHORT_AT_FIRST[word]
    if 0 < nth == last and word in _SHORT_AT_LAST:
        return _SHORT_AT_LAST[word]
    if nth == 0:
        return _ORDINALS.get(word, word)
    return SHORT_FORMS.get(word, _ORDINALS.get(word, word))


def is_street_not_saint(words: Sequence[str], nth: int) -> bool:
    """Test whether "St" within a name ends it, and does not begin that of a saint.

    Examples
    --------
    >>> is_street_not_saint(["high", "st", "north"], 1)
    True
    >>> is_street_not_saint(["upper", "st", "johns", "rd"], 1)
    False
    """
    if nth + 1 == len(words):
        return True
    after = SHORT_FORMS.get(words[nth + 1], words[nth + 1])
    return after in DIRECTIONS or after in _SHORT_AT_LAST or after in STREET_WORDS


def is_one_word_street(word: str) -> bool:
    """Test whether a word alone is the name of a street: "Broadway", "Kirkgate".

    Examples
    --------
    >>> [word for word in ("Broadway", "Kirkgate", "Bristol") if is_one_word_street(word)]
    ['Broadway', 'Kirkgate']
    """
    key = text_key(word)
    return key in ONE_WORD_STREETS or _ONE_WORD_END.fullmatch(key) is not None


def street_forms(words: Sequence[str]) -> list[str]:
    """Return the long form of each word of a line, so that "Rd" and "St" are known as ends.

    Examples
    --------
    >>> street_forms("12 ST JOHNS RD OLD ST BRISTOL".split())
    ['12', 'saint', 'johns', 'road', 'old', 'street', 'bristol']
    """
    keys = [_word_key(word) for word in words]
    forms = [SHORT_FORMS.get(key, key) for key in keys]
    if keys and keys[0] in FIRST_WORDS:
        # "La" of a French street is no lane.
        forms = ["la" if key == "la" else form for key, form in zip(keys, forms, strict=True)]
    for nth, key in enumerate(keys):
        if key == "st":
            forms[nth] = "street" if nth and _ends_street(keys, forms, nth) else "saint"
    return forms


@lru_cache(maxsize=20_000)
def _word_key(word: str) -> str:
    return _plain(word).casefold().strip(".")


def _ends_street(keys: Sequence[str], forms: Sequence[str], nth: int) -> bool:
    """Test whether "St" in a line is the end of a street, with the town behind it."""
    if keys[nth - 1] == "high" or nth + 1 == len(keys):
        return True
    follows = keys[nth + 1]
    if follows in SAINTS:
        return False
    of_a_saint = follows.endswith("s") and nth + 2 < len(keys) and forms[nth + 2] in STREET_WORDS
    return not of_a_saint


def street_end(forms: Sequence[str], *, whole: bool) -> int:
    """Return behind which word a street ends in a line; 0 where no word tells.

    Parameters
    ----------
    forms : sequence of str
        What `street_forms` returns, from the first word of the street on.
    whole : bool
        Whether commas part the line: then only words that end streets alone part it further.

    Examples
    --------
    >>> street_end(["church", "street", "north", "anytown"], whole=False)
    2
    >>> street_end(["avenue", "road"], whole=False), street_end(["bristol"], whole=False)
    (2, 0)
    """
    count = len(forms)
    if count > 2 and forms[0] in ("y", "yr") and forms[1] in FIRST_WORDS:
        return 1 + street_end(forms[1:], whole=whole)
    if count > 1 and forms[0] in FIRST_WORDS:
        return count if whole else _first_word_end(forms)
    for at in range(1, count):
        if forms[at] in STREET_WORDS or (
            forms[at] in WEAK_WORDS and not (whole and at + 1 < count)
        ):
            return _extended(forms, at)
    return 0


def _first_word_end(forms: Sequence[str]) -> int:
    """Find the end of a street whose first word tells what it is: "Heol y Deri Cardiff"."""
    at = 1
    while at < len(forms):
        while at + 1 < len(forms) and forms[at] in PARTICLES:
            at += 1
        at += 1
        if at >= len(forms) or forms[at] not in PARTICLES:
            break
    while at < len(forms) and forms[at] in STREET_WORDS:
        at += 1
    return at


def _extended(forms: Sequence[str], at: int) -> int:
    """Extend the end of a street over the words that belong to it: "Avenue Road", "Road West"."""
    count = len(forms)
    while at + 1 < count:
        after, last = forms[at + 1], at + 2 == count
        weak = forms[at] in WEAK_WORDS
        if (
            after in STREET_WORDS
            or (after in DIRECTIONS and last)
            or (after in WEAK_WORDS and (weak or last or after in ("end", "head", "top", "side")))
        ):
            at += 1
        elif weak and not last and forms[at + 2] in STREET_WORDS and forms[at] not in _ROWS:
            at += 2
        elif after in ("of", "du", "de", "y"):
            return count
        else:
            break
    return at + 1


@cache
def unit_key(text: str) -> str:
    """Reduce the name of a flat to what its spellings share: its word does not count.

    Examples
    --------
    >>> unit_key("Flat No. 3"), unit_key("APARTMENT 3"), unit_key("1st Floor Flat")
    ('3', '3', 'first floor')
    """
    words = text_key(_SHORT_UNITS.get(text_key(text), text)).split()
    named = [_ORDINALS.get(word, word) for word in words if word not in _UNIT_WORDS]
    return " ".join(named) or " ".join(words)
