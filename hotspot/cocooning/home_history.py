"""What is known of a home when somebody calls: burglaries there, and near enough to matter."""

import re
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspot._checks import check_incidents_frame
from hotspot._errors import ConfigError, DataError
from hotspot.addresses import read_addresses
from hotspot.addresses.address_matching import (
    BY_BUILDING,
    UNMATCHED,
    find_addresses,
    read_text,
    same_door,
)
from hotspot.addresses.house_numbers import parse_house
from hotspot.cocooning.doors import Doors, Floats, Ints, Near, prepare_doors
from hotspot.cocooning.matching import (
    BY_PLACE,
    MATCH_WITHIN_M,
    SAME_TEXT_WITHIN_M,
    events_of,
    rows_in_order,
)
from hotspot.cocooning.text_columns import texts
from hotspot.cocooning.wording import within_m
from hotspot.dates import AsOf, cutoff, known_by
from hotspot.english import and_list, count, cut_off, long_day, rule_words
from hotspot.incidents.stop_list import Exclude, StopList
from hotspot.output.results import shown_html
from hotspot.rule import RULE

Home: TypeAlias = "str | shapely.Point | tuple[float, float]"

#: What it is when a recorded burglary is taken for one of the home that was asked for.
OF_HOME, OF_BUILDING, BY_POINT = (
    "this home",
    "this building, which flat is not known",
    f"recorded within {MATCH_WITHIN_M:.0f} m, at which address is not known",
)
ASK = "Ask the supervisor before anything is said of this address."
_HERE = ("crime_ref", "found", "days_ago", "address", "told_by")
_NEAR = ("crime_ref", "found", "days_ago", "distance_m", "raised")
_POSTCODE = re.compile(r"[A-Z]{1,2}[0-9][0-9A-Z]? ?[0-9][A-Z]{2}", re.IGNORECASE)
# Burglaries are put at their doors within this of the home: farther off none can be of it.
_AROUND_M = 4 * SAME_TEXT_WITHIN_M
# How many addresses a question about an address that is not found offers.
_OFFERED = 6


@dataclass(frozen=True)
class LookUp:
    """Result of `look_up`.

    Parameters
    ----------
    place : str
        What was asked for, as the addresses have it.
    known_to : Timestamp
        The last moment of which the records tell anything.
    known_from : Timestamp
        When the oldest burglary of the records was found.
    here : DataFrame
        Burglaries of the home in 12 months, the newest first: ``crime_ref``, ``found``,
        ``days_ago``, ``address``, ``told_by`` (how sure it is that this home is meant).
    near : DataFrame
        Others within the distance in 12 months: ``crime_ref``, ``found``, ``days_ago``,
        ``distance_m`` (rounded up to ten metres) and ``raised``, whether within the window.
    ask_supervisor : bool
        The home is on the stop list, or a burglary of it is: then nothing else is told.
    placed : bool
        Whether the home could be put on the map; without that `near` is empty.
    distance_m, window_days : float, int
        The rule.
    """

    place: str
    known_to: pd.Timestamp
    known_from: pd.Timestamp
    here: pd.DataFrame
    near: pd.DataFrame
    ask_supervisor: bool
    placed: bool
    distance_m: float
    window_days: int

    def summary(self) -> str:
        """Return what to tell, up to which date it is known, and what else to look at.

        Returns
        -------
        str
        """
        until = cut_off(self.known_to)
        check = f"Nothing later than {until} is known here: check the crime system too."
        if self.ask_supervisor:
            return f"{self.place}: {ASK}\n{check}"
        lines = [f"{self.place}: {self._here_words(until)}", *self._near_words(until)]
        year = self.known_to - pd.DateOffset(years=1)
        if self.known_from > year:
            lines.append(f"The records begin on {long_day(self.known_from)}, less than 12 months.")
        return "\n".join([*lines, check])

    def to_dict(self) -> dict[str, Any]:
        """Return what was found as JSON can hold it.

        Returns
        -------
        dict
        """
        return {
            "place": self.place,
            "known_to": self.known_to.isoformat(),
            "known_from": self.known_from.isoformat(),
            "ask_supervisor": self.ask_supervisor,
            "placed": self.placed,
            "distance_m": self.distance_m,
            "window_days": self.window_days,
            "here": self.here.assign(found=self.here["found"].astype(str)).to_dict("records"),
            "near": self.near.assign(found=self.near["found"].astype(str)).to_dict("records"),
        }

    def _here_words(self, until: str) -> str:
        if self.here.empty:
            return f"no burglary here is recorded in the 12 months up to {until}."
        rows: list[Any] = list(self.here.itertuples(index=False))
        each = [
            f"found {long_day(row.found)} (reference {row.crime_ref}; {row.told_by})"
            for row in rows
        ]
        number = count(len(self.here), "burglary", "burglaries")
        return f"{number} in the 12 months up to {until}: {and_list(each)}."

    def _near_words(self, until: str) -> list[str]:
        if not self.placed:
            return [
                "Without a file of addresses neither its spelling can be checked nor where it "
                "stands: nothing is told of the homes around."
            ]
        others = "other " if len(self.here) else ""
        if self.near.empty:
            return [f"No {others}burglary within {self.distance_m:g} m is recorded up to {until}."]
        number = count(len(self.near), f"{others}burglary", f"{others}burglaries")
        raised = self.near[self.near["raised"]]
        within = rule_words(self.distance_m, self.window_days)
        lines = [f"{number} within {self.distance_m:g} m in 12 months."]
        if raised.empty:
            return [*lines, f"None is within the rule ({within})."]
        newest = raised.iloc[0]
        are = "is" if len(raised) == 1 else "are"
        return [
            *lines,
            f"{len(raised)} of them {are} within the rule ({within}), the newest found "
            f"{long_day(newest['found'])}, about {newest['distance_m']:.0f} m away.",
        ]

    def _repr_html_(self) -> str:
        return shown_html(self.summary(), self.here, self.near)


def look_up(
    incidents: gpd.GeoDataFrame,
    home: Home,
    as_of: AsOf | None = None,
    *,
    addresses: gpd.GeoDataFrame | None = None,
    exclude: Exclude = (),
    exclude_may_match_nothing: bool = False,
    distance_m: float = RULE.distance_m,
    window_days: int = RULE.window_days,
) -> LookUp:
    """Find the burglaries of a home and those around it, for whoever takes the call.

    Parameters
    ----------
    incidents : GeoDataFrame
        As `read_incidents` returns them.
    home : str, Point or (x, y)
        An address, a UPRN or a postcode; or a place in the CRS of the incidents.
    as_of : date or time, optional
        What came to be known later does not count. Default: all that is known.
    addresses : GeoDataFrame, optional
        As `read_addresses` returns them. Without them a home is found by the burglaries that
        name it, and nothing is known of any other.
    exclude : iterable of str
        References and UPRNs of the stop list: of a home that has one nothing is told but to ask
        the supervisor, and a burglary nearby that is on it is not among `LookUp.near`.
    exclude_may_match_nothing : bool
        Whether it is right that nothing here is on the stop list.
    distance_m, window_days : float, int
        The near-repeat rule: within it risk is raised.

    Returns
    -------
    LookUp

    Raises
    ------
    DataError
        If no address or more than one is meant; the likely ones are named.
    ConfigError
        If `home` is empty or no such thing, or the stop list cannot be right.

    Notes
    -----
    A victim whose burglary of six months before nobody looked up was what an inspection found:
    each answer tells up to which date it knows. It is no crime report: what is recorded today
    stands in the crime system first.

    Examples
    --------
    >>> from hotspot.incidents import read_incidents
    >>> crimes = read_incidents(pd.DataFrame({
    ...     "crime_ref": ["B1", "B2"], "date": ["2026-02-20", "2025-10-01"],
    ...     "easting": [530000, 530100], "northing": [180000, 180000],
    ...     "address": ["12 Mill Lane", "30 Mill Lane"]}))
    >>> print(look_up(crimes, "12 Mill Lane").summary())
    12 Mill Lane: 1 burglary in the 12 months up to the end of Friday 20 February 2026: ...
    """
    check_incidents_frame(incidents, needs_rows=True)
    known = incidents if as_of is None else incidents[known_by(incidents, as_of)]
    if known.empty:
        raise DataError("No burglary is known by the cut-off.")
    stop = StopList.of(exclude).refuse_unlike(
        incidents, addresses, may_match_nothing=exclude_may_match_nothing
    )
    told = _addresses_told(known) if addresses is None else addresses.to_crs(known.crs)
    asked = _asked(home, told, may_be_unknown=addresses is None)
    doors = prepare_doors(told, _near(asked, told))
    at = _doors_asked(asked, told, doors)
    told_of = known[~stop.hides(known)]
    known_to = _known_to(told_of if len(told_of) else known, as_of)
    events = _events(known, known_to, doors, at, asked)
    own = events["told_by"].notna()
    is_stopped = _stopped(events, doors, stop)
    ask = bool((own & is_stopped).any()) or bool(doors.barred(stop)[at].any())
    shown = (events["ended"] > known_to - pd.DateOffset(years=1)) & ~is_stopped & (not ask)
    near = _newest_first(events[shown & ~own & (events["apart_m"] <= distance_m)])
    near = near.assign(
        distance_m=near["apart_m"].map(within_m).astype(float),
        raised=near["days_ago"] <= window_days,
    )
    return LookUp(
        place=asked.words,
        known_to=known_to,
        known_from=told_of["occurred_to"].min(),
        here=_newest_first(events[shown & own])[list(_HERE)],
        near=near[list(_NEAR)],
        ask_supervisor=ask,
        placed=len(asked.points) > 0,
        distance_m=float(distance_m),
        window_days=int(window_days),
    )


class _Asked(NamedTuple):
    """What a question means: rows of the addresses, None for a bare place; and where that is."""

    words: str
    rows: Ints | None
    points: Floats
    which_flat: bool = True


def _asked(home: Home, addresses: gpd.GeoDataFrame, *, may_be_unknown: bool) -> _Asked:
    """Find what is asked for: by place, UPRN, postcode or address."""
    if not isinstance(home, str):
        x, y = _point(home)
        return _Asked(f"The place {x:.0f}, {y:.0f}", None, np.array([[x, y]]))
    text = " ".join(home.split())
    if not text:
        raise ConfigError("Name an address, a UPRN or a postcode to look up.")
    points = np.column_stack([addresses.geometry.x, addresses.geometry.y])
    if _POSTCODE.fullmatch(text) and "postcode" in addresses.columns:
        wanted = text.replace(" ", "").upper()
        told = addresses["postcode"].astype("string").str.replace(" ", "").str.upper()
        rows = np.flatnonzero((told == wanted).fillna(False))
        if not len(rows) and not may_be_unknown:
            raise DataError(f"No address has the postcode {text.upper()}.")
        words = f"{text.upper()} ({count(len(rows), 'address', 'addresses')})"
        return _Asked(words, rows, points[rows])
    uprn = pd.Series([text if text.isdecimal() else None], dtype=object)
    found = find_addresses(pd.Series([text]), addresses, uprn).iloc[0]
    if found["how"] == UNMATCHED and not may_be_unknown:
        raise DataError(_not_found(text, addresses))
    rows = np.array([found["at"]], dtype=np.int64)
    if found["how"] == UNMATCHED:
        return _Asked(text, rows[:0], points[:0])
    if found["how"] == BY_BUILDING:
        return _Asked(f"{text} (which flat was not told)", rows, points[rows], which_flat=False)
    return _Asked(str(addresses["address"].iloc[rows[0]]), rows, points[rows])


def _near(asked: _Asked, addresses: gpd.GeoDataFrame) -> Near:
    """Choose the addresses that matter: a city's others need not be read."""
    own = addresses["uprn"].to_numpy(dtype=object)
    uprns = own[:0] if asked.rows is None else own[asked.rows]
    return Near(
        points=asked.points,
        within_m=_AROUND_M,
        read_around=asked.points,
        read_within_m=_AROUND_M,
        at=uprns,
        others=own[:0],
    )


def _doors_asked(asked: _Asked, addresses: gpd.GeoDataFrame, doors: Doors) -> Ints:
    """Return the doors of what is asked for: of a building all its flats."""
    if asked.rows is None:
        return np.array([], dtype=np.int64)
    at = doors.find(addresses["uprn"].to_numpy(dtype=object)[asked.rows])
    at = np.unique(at[at >= 0])
    return at if asked.which_flat else np.flatnonzero(np.isin(doors.place, doors.place[at]))


def _events(
    known: gpd.GeoDataFrame, known_to: pd.Timestamp, doors: Doors, at: Ints, asked: _Asked
) -> pd.DataFrame:
    """Return all burglaries with how long ago, how far, and whether of the home asked for."""
    events = events_of(rows_in_order(known, doors))
    events = events.assign(
        crime_ref=events["refs"].map("; ".join),
        found=events["ended"],
        days_ago=(known_to.normalize() - events["ended"].dt.normalize()).dt.days,
        apart_m=_apart_m(events, asked.points),
        told_by=_told_by(events, at, doors),
    )
    if asked.rows is None:
        events.loc[events["apart_m"] <= MATCH_WITHIN_M, "told_by"] = BY_POINT
    return events


def _point(home: Any) -> tuple[float, float]:
    try:
        x, y = (home.x, home.y) if isinstance(home, shapely.Point) else map(float, home)
    except (TypeError, ValueError):
        raise ConfigError(
            f"home must be an address, a UPRN, a postcode, a point or (x, y), not {home!r}."
        ) from None
    if not np.isfinite([x, y]).all():
        raise ConfigError(f"home must be a place with two numbers, not {home!r}.")
    return x, y


def _not_found(text: str, addresses: gpd.GeoDataFrame) -> str:
    """Return a question that names the addresses which may be meant."""
    if text.isdecimal():
        return f"No address has the UPRN {text}."
    told = read_text(text)
    words = set(told.words.split())
    listed = addresses["address"].dropna().astype(str)
    # The street alone: who mistypes a number sees those that there are.
    streets = {word for street in told.streets for word in street.split()} or words
    likely = [one for one in listed if streets <= set(read_text(one).words.split())]
    fits = [one for one in likely if same_door(told, read_text(one))]
    offered = sorted(fits or likely, key=lambda one: _apart(text, one))[:_OFFERED]
    if not offered:
        return f"No address like {text!r} is known: is it spelt as in the file of addresses?"
    what = "fits more than one address" if len(fits) > 1 else "is not among the addresses"
    return f"{text!r} {what}: is it {', or '.join(offered)}? Give the whole address or its UPRN."


def _apart(text: str, other: str) -> int:
    """Return how far apart two house numbers are; last what has none."""
    told, known = parse_house(text), parse_house(other)
    return abs(told.number - known.number) if told and known else 10**9


def _addresses_told(known: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Collect the addresses that burglaries tell of, where there is no file of addresses."""
    uprn, address = texts(known, "uprn"), texts(known, "address")
    told = ~(pd.isna(uprn) & pd.isna(address))
    if not told.any():
        raise DataError(
            "The burglaries name no address or UPRN: give a file of addresses (addresses=)."
        )
    rows = known[told]
    frame = gpd.GeoDataFrame(
        {
            "uprn": np.where(pd.isna(uprn[told]), address[told], uprn[told]),
            "address": np.where(pd.isna(address[told]), uprn[told], address[told]),
        },
        geometry=rows.geometry.to_numpy(),
        crs=rows.crs,
    )
    return read_addresses(frame.drop_duplicates("uprn", ignore_index=True))


def _told_by(events: pd.DataFrame, asked: Ints, doors: Doors) -> pd.Series:
    """Return how each burglary is known to be of the doors that are asked for, else missing."""
    at, how = events["door"].to_numpy(), events["how"].to_numpy()
    # One more entry for what has no door.
    mine = np.append(np.isin(np.arange(len(doors.x)), asked), False)[at]
    in_building = np.append(np.isin(doors.place, doors.place[asked]), False)[at]
    told = pd.Series(None, index=events.index, dtype=object)
    told[in_building & (how == BY_BUILDING)] = OF_BUILDING
    told[mine & (how != BY_BUILDING)] = OF_HOME
    told[mine & (how == BY_PLACE)] = BY_POINT
    return told


def _stopped(events: pd.DataFrame, doors: Doors, stop: StopList) -> "pd.Series[bool]":
    """Find the burglaries on the stop list: by a reference, or by the home."""
    named = [stop.names_any(refs) for refs in events["refs"]]
    at_barred = np.append(doors.barred(stop), False)[events["door"].to_numpy()]
    return pd.Series(at_barred | np.array(named, dtype=bool), index=events.index)


def _apart_m(events: pd.DataFrame, points: Floats) -> Floats:
    """Return how far each burglary is from the nearest of some points."""
    if not len(points):
        return np.full(len(events), np.inf)
    dx = events["x"].to_numpy()[:, None] - points[:, 0]
    dy = events["y"].to_numpy()[:, None] - points[:, 1]
    return np.asarray(np.hypot(dx, dy).min(axis=1))


def _newest_first(events: pd.DataFrame) -> pd.DataFrame:
    order = ["ended", "crime_ref"]
    return events.sort_values(order, ascending=[False, True], ignore_index=True)


def _known_to(known: gpd.GeoDataFrame, as_of: AsOf | None) -> pd.Timestamp:
    """Return the last moment of which the records tell: never later than they do."""
    last = pd.Timestamp(known["occurred_to"].max())
    if "recorded_at" in known.columns and known["recorded_at"].notna().any():
        last = max(last, pd.Timestamp(known["recorded_at"].max()))
    return last if as_of is None else min(last, cutoff(as_of))
