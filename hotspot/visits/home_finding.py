"""Which home of a ledger is meant by the id of a visit, a UPRN or an address."""

import difflib
from typing import Any, NamedTuple

import pandas as pd
import sqlalchemy as sa

from hotspot._errors import DataError
from hotspot.addresses.address_matching import Reading, read_text, same_door
from hotspot.addresses.address_words import text_key
from hotspot.english import count
from hotspot.incidents.stop_list import Exclude, StopList
from hotspot.reading.cells import reference_key
from hotspot.visits.schema import asked, frame_of, made, marks

#: Of what is on the stop list.
ASK = "Of this door nothing is told here: ask the supervisor."
# How many homes a question offers that means several, or none.
_OFFERED = 8


class Home(NamedTuple):
    """A home, or the homes of one building that are one row of the lists.

    Attributes
    ----------
    name : str
        Its address, else its UPRN, else the id that was told.
    uprns : frozenset of str
        As they are compared: without the zeros in front.
    visits : tuple of str
        The ids of all that was asked or done there.
    told : str or None
        The id, where one was told.
    crimes : tuple of str
        The references of a burglary as the ledger has them, where one was told and no home.
    """

    name: str
    uprns: frozenset[str]
    visits: tuple[str, ...]
    told: str | None = None
    crimes: tuple[str, ...] = ()


def find_home(connection: sa.Connection, told: str, exclude: Exclude = ()) -> Home:
    """Find the home that is meant.

    Parameters
    ----------
    connection : sqlalchemy.Connection
    told : str
        The id of a visit, a UPRN, or an address as the lists write it or nearly so.
    exclude : iterable of str or StopList
        UPRNs of homes that are offered to nobody.

    Returns
    -------
    Home

    Raises
    ------
    DataError
        If none or several are meant; those that may be are named.
    """
    wanted = " ".join(str(told).split())
    doors = _doors(connection)
    by_id = doors["visit_id"].map(id_key) == id_key(wanted)
    if by_id.any():
        return _home(doors, by_id, str(doors.loc[by_id, "visit_id"].iloc[0]))
    by_uprn = doors["keys"].map(lambda keys: reference_key(wanted) in keys)
    if by_uprn.any():
        return _home(doors, by_uprn, None, wanted)
    by_address = _with_address(doors, wanted)
    stop = StopList.of(exclude)
    # As bool even where there is no door: an empty column of objects would choose columns.
    shown = doors[doors["keys"].map(lambda keys: not keys & stop.keys).astype(bool)]
    if not by_address.any():
        raise DataError(_not_there(shown, wanted))
    homes = doors.loc[by_address, "first"].fillna(doors.loc[by_address, "address"])
    if homes.nunique() > 1:
        offered = _offered(shown[by_address[shown.index]])
        raise DataError(
            f"{count(homes.nunique(), 'home')} of this ledger may be meant by {wanted!r}: "
            f"{offered}. Name the UPRN or the whole address."
            if offered
            else ASK
        )
    return _home(doors, by_address)


def uprn_keys(uprns: str | None, uprn: str | None = None) -> frozenset[str]:
    """Return the UPRNs of a row in the form in which they are compared.

    Examples
    --------
    >>> sorted(uprn_keys("0011; 0012", "0011")), uprn_keys(None)
    (['11', '12'], frozenset())
    """
    both = [*(uprns or "").split(";"), uprn or ""]
    return frozenset(reference_key(one) for one in both if one.strip())


def _home(
    doors: pd.DataFrame, those: pd.Series, told: str | None = None, uprn: str | None = None
) -> Home:
    """Return the home of some rows, with every other row of it."""
    chosen = doors[those]
    uprns = frozenset([reference_key(uprn)] if uprn else ()).union(
        *(() if uprn else chosen["keys"])
    )
    addresses = set(chosen["address"].dropna().map(text_key))
    # A victim whom no address matched has no UPRN: there the text is all there is.
    same_text = doors["address"].map(lambda text: bool(text) and text_key(text) in addresses)
    same = doors["keys"].map(lambda keys: bool(keys & uprns)) | (
        same_text & (~doors["keys"].map(bool) | (not uprns))
    )
    ids = doors.loc[same | those, "visit_id"].dropna()
    named = chosen["address"].dropna()
    name = named.iloc[-1] if len(named) else uprn or told or ""
    return Home(str(name), uprns, tuple(sorted(set(ids))), told)


def doors_by_visit(connection: sa.Connection) -> pd.DataFrame:
    """Read each visit that was asked for, as the last list with it describes its door."""
    names = ("visit_id", "uprn", "uprns", "address", "area", "crime_refs")
    query = sa.select(*(asked.c[name] for name in names))
    rows = frame_of(connection, query.order_by(asked.c.last_as_of, asked.c.attempt))
    return rows.drop_duplicates("visit_id", keep="last").set_index("visit_id").sort_index()


def _doors(connection: sa.Connection) -> pd.DataFrame:
    """Read every door that is asked for, was visited or is marked, with its UPRNs."""
    listed = doors_by_visit(connection).reset_index()
    done = frame_of(connection, sa.select(made.c.visit_id, made.c.uprn).distinct())
    barred = frame_of(connection, sa.select(marks.c.visit_id, marks.c.uprn))
    others = pd.concat([done, barred]).drop_duplicates()
    # What a returned row says of a home goes to the address that its list has for it.
    doors = pd.concat([listed, others]).reset_index(drop=True).astype(object)
    doors = doors.where(doors.notna(), None)
    pairs = zip(doors["uprns"], doors["uprn"], strict=True)
    keys = pd.Series([uprn_keys(*pair) for pair in pairs], index=doors.index, dtype=object)
    first = [None if uprn is None else reference_key(uprn) for uprn in doors["uprn"]]
    return doors.assign(keys=keys, first=pd.Series(first, index=doors.index, dtype=object))


def _with_address(doors: pd.DataFrame, wanted: str) -> pd.Series:
    """Test which doors have an address: letter for letter, else in other words."""
    keys = doors["address"].map(lambda text: text_key(text) if text else "")
    exact = keys == text_key(wanted)
    if exact.any() or not text_key(wanted):
        return exact & (keys != "")
    told = read_text(wanted)
    return doors["address"].map(lambda text: bool(text) and _is_door(told, read_text(text)))


def _is_door(told: Reading, known: Reading) -> bool:
    """Test whether an address can be what was told, as far as both say where it is."""
    if told.postcode and known.postcode and told.postcode != known.postcode:
        return False
    if told.unit and known.unit and told.unit != known.unit:
        return False
    return same_door(told, known)


def _not_there(doors: pd.DataFrame, wanted: str) -> str:
    """Return that nothing is known of a home, and which may be meant."""
    unknown = f"This ledger holds nothing of {wanted!r}"
    ids = {id_key(visit_id): visit_id for visit_id in doors["visit_id"].dropna()}
    if close := difflib.get_close_matches(id_key(wanted), ids, n=1, cutoff=0.7):
        return f"{unknown}: did you mean {ids[close[0]]}?"
    words = f" {text_key(wanted)} "
    texts = doors["address"].map(lambda text: f" {text_key(text)} " if text else "")
    near = doors[texts.map(lambda text: words in text)] if words.strip() else doors[:0]
    if near.empty:
        listed = {text: text_key(text) for text in doors["address"].dropna()}
        close = difflib.get_close_matches(words.strip(), listed.values(), n=_OFFERED, cutoff=0.8)
        near = doors[doors["address"].map(listed).isin(close)]
    return f"{unknown}." if near.empty else f"{unknown}: there are {_offered(near)}."


def _offered(doors: pd.DataFrame) -> str:
    named = doors.drop_duplicates(["address", "first"])
    texts = [_name(row) for row in named.head(_OFFERED).itertuples()]
    rest = len(named) - len(texts)
    return "; ".join(texts) + (f"; and {rest:,} more" if rest else "")


def _name(door: Any) -> str:
    return str(door.address) + (f" (UPRN {door.uprn})" if door.uprn else "")


def id_key(visit_id: object) -> str:
    """Return the id of a visit in the form in which ids are compared.

    Examples
    --------
    >>> id_key(" v-AB12 "), id_key(None), id_key(float("nan"))
    ('v-ab12', '', '')
    """
    if visit_id is None or visit_id != visit_id:
        return ""
    return "".join(str(visit_id).split()).casefold()
