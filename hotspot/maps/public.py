"""A map for the public: counts in places with enough homes, late, and none small enough to tell."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import folium
import geopandas as gpd
import numpy as np
import pandas as pd

from hotspot._checks import (
    empty_words,
    frame_problems,
    incident_problems,
    integer_problems,
    point_problems,
    positive_problems,
    raise_problems,
    same_crs_problems,
)
from hotspot._errors import DataError
from hotspot.addresses.distinct_homes import FEWEST_HOMES, homes_of
from hotspot.dates import AsOf, as_of_problems, cutoff, day_after, is_end_of_day, known_by
from hotspot.english import count, cut_off, month, plain_day
from hotspot.geo import area_positions
from hotspot.maps import colours
from hotspot.maps.briefing_layers import draw_streets
from hotspot.maps.colours import Style
from hotspot.maps.disclosure import (
    FEW,
    SHOWN,
    WITHHELD,
    cells_with_homes,
    overlaps,
    protected,
)
from hotspot.maps.elements import Drawing, Panel, PanelText, RowLayer
from hotspot.maps.features import Field, as_text, drawing_of, point_labels
from hotspot.maps.offline_map import bare_map
from hotspot.maps.published import WARNING, Publication
from hotspot.maps.subtraction import Told

# Of what lies in no place with homes; more means that the addresses are of somewhere else.
_MOST_OUTSIDE = 0.05
_FIELDS: tuple[Field, ...] = (
    ("crimes", "Burglaries", as_text),
    ("homes", "Addresses", as_text),
    ("rate", "Burglaries per 1,000 addresses", as_text),
)
# Of fewer addresses, one burglary more or less would move the rate by more than most rates are.
_RATE_FROM = 100
# About this many burglaries are one step of the total that is told.
_TOTAL_STEP = 10


@dataclass(frozen=True)
class _Settings:
    """What must hold for each place, and what is counted; see `public_map`."""

    minimum: int
    smallest: int
    lag_days: int
    months: int
    cell_size_m: float

    def problems(self) -> list[str]:
        return [
            *positive_problems(cell_size_m=self.cell_size_m),
            # One home or one burglary would be that home's.
            *integer_problems(2, minimum=self.minimum, smallest=self.smallest),
            *integer_problems(1, months=self.months),
            *integer_problems(0, lag_days=self.lag_days),
        ]


def public_map(
    incidents: gpd.GeoDataFrame,
    addresses: gpd.GeoDataFrame | None = None,
    areas: gpd.GeoDataFrame | None = None,
    *,
    minimum: int = FEWEST_HOMES,
    lag_days: int = 28,
    as_of: AsOf | None = None,
    months: int = 12,
    cell_size_m: float = 500.0,
    smallest: int = 3,
    streets: gpd.GeoDataFrame | None = None,
    title: str | None = None,
    notes: Iterable[str] = (),
) -> folium.Map:
    """Draw a map that can be published: it names no home, or it is not made.

    Parameters
    ----------
    incidents : GeoDataFrame
        As `read_incidents` returns them.
    addresses : GeoDataFrame, optional
        As `read_addresses` returns them: all homes there are, burgled or not. Without areas,
        squares are joined until each holds `minimum` of them.
    areas : GeoDataFrame, optional
        As `read_areas` returns them: counts are shown by area. Without addresses, a column
        ``addresses`` must say how many each has. They must not overlap.
    minimum : int
        Addresses of homes in each place that has a count. What `addresses` classifies as no home,
        or names as the building of flats, is none.
    lag_days : int
        How old the newest burglary on the map is at least, counted from `as_of`.
    as_of : date or time, optional
        Default: the newest incident.
    months : int
        Length of the period that is counted: the newest whole one that is old enough. Periods
        follow one another through the calendar (12: years, 3: quarters), so that maps made with
        the same `months` count the same burglaries or none in common.
    cell_size_m : float
        Edge of the squares.
    smallest : int
        Counts below it, 0 too, are shown only as "fewer than" it.
    streets : GeoDataFrame, optional
        As `read_streets` returns them: the backdrop, with names.
    title : str, optional
    notes : iterable of str
        More of what the map shows and does not, a sentence each.

    Returns
    -------
    folium.Map
        Rates and counts by place, with their table. Publish it by `publish_map`, which looks at
        what was published before.

    Raises
    ------
    DataError
        If it cannot be shown that every place has `minimum` addresses: none were given, too few,
        or of somewhere else; if areas overlap; if small counts could be worked out from the
        total whatever is hidden; if no burglary is old enough.
    ConfigError
        If a setting is out of range.

    Notes
    -----
    Eight addresses is the floor of the anonymous map points of police.uk [1]_; that small numbers
    can name a home, and dates and places together do, is the Information Commissioner's advice
    [2]_. Here no point is shown at all. Small counts are hidden, and another with them, so that
    not even a reader who knows the total and these rules can prove a burglary in a place with few;
    the total on the page is to the nearest ten. Burglaries in no place with known addresses are
    left out; the page says how many, to the nearest ten too.

    As for police.uk each flat is an address: a place may be one building of eight flats, and its
    count then tells of that building, though of no home in it. Choose a higher `minimum`, or areas,
    where that is too little.

    Shades are of burglaries per 1,000 addresses: counts alone would show where people live. A place
    with fewer than 100 addresses has a count and no rate.

    One map proves nothing about another: maps of one period made twice, of lengths that overlap
    (years and quarters), of different squares, or by area and by square, can be subtracted.
    Publish one map for each period, with the same `months` and the same places; `publish_map`
    keeps a record of them and refuses what would reveal. The map carries no marking.

    References
    ----------
    .. [1] Police.uk, "About our data: location anonymisation".
       https://data.police.uk/about/#location-anonymisation
    .. [2] Information Commissioner's Office (2012). *Crime-mapping and geo-spatial crime data:
       privacy and transparency principles*; and (2012) *Anonymisation: managing data protection
       risk code of practice*.

    Examples
    --------
    >>> days = pd.date_range("2026-01-01", periods=40)
    >>> frame = pd.DataFrame({"crime_ref": range(40), "occurred_from": days, "occurred_to": days})
    >>> frame["crime_ref"] = frame["crime_ref"].astype(str)
    >>> at = gpd.points_from_xy([640010.5] * 40, [370010.5] * 40, crs="EPSG:27700")
    >>> incidents = gpd.GeoDataFrame(frame, geometry=at)
    >>> homes = gpd.points_from_xy(np.linspace(640001, 640400, 20), [370020] * 20, crs="EPSG:27700")
    >>> addresses = gpd.GeoDataFrame({"address": [f"{n} Low Street" for n in range(20)]},
    ...     geometry=homes)
    >>> m = public_map(incidents, addresses, lag_days=7, months=1)
    >>> public_map(incidents.head(2), addresses, lag_days=7, months=1)
    Traceback (most recent call last):
    ...
    hotspot._errors.DataError: No incident is of November 2025; what is newer is not 7 days old.
    """
    settings = _Settings(minimum, smallest, lag_days, months, cell_size_m)
    raise_problems(
        _data_problems(incidents, addresses, areas, streets),
        [*settings.problems(), *([] if as_of is None else as_of_problems(as_of))],
    )
    known = incidents if as_of is None else incidents[known_by(incidents, as_of)]
    newest = incidents["occurred_to"].max().normalize()
    start, end = _period(known, newest if as_of is None else as_of, lag_days, months)
    counted = known[(known["occurred_to"] >= start) & (known["occurred_to"] < end)]
    homes = None if addresses is None else homes_of(addresses)
    places = _places(homes, areas, settings)
    places["crimes"], outside = _counts(counted.geometry, places)
    elsewhere = None if homes is None else len(homes) - int(places["homes"].sum())
    places["status"] = _status(places, outside, elsewhere, settings)

    m = bare_map()
    drawing = _draw_counts(places, settings, named=areas is not None)
    west, south, east, north = drawing.bounds()
    home = [[south, west], [north, east]]
    m.fit_bounds(home, padding=(12, 12), max_zoom=16)
    RowLayer("Burglaries per 1,000 addresses", drawing).add_to(m)
    if streets is not None:
        RowLayer("Streets", draw_streets(streets)).add_to(m)
    total = _rounded(int(places["crimes"].sum()))
    text = PanelText(
        title=as_text(title) or "Recorded burglaries",
        marking=None,
        known=f"Found from {plain_day(start)} to {plain_day(end - pd.Timedelta(days=1))}",
        figure=f"In all {total} burglaries in {count(len(places), 'place')}.",
        notes=[*_notes(settings, areas is not None, outside), *filter(None, map(as_text, notes))],
    )
    Panel(m, text, home).add_to(m)
    m.publication = Publication(_told(places, start, end, settings), homes)
    return m


def _data_problems(
    incidents: gpd.GeoDataFrame,
    addresses: gpd.GeoDataFrame | None,
    areas: gpd.GeoDataFrame | None,
    streets: gpd.GeoDataFrame | None,
) -> list[str]:
    """Return what cannot be counted, and what leaves the floor unproven."""
    problems = incident_problems(incidents)
    if addresses is not None:
        problems += frame_problems(addresses, "addresses") or point_problems(addresses, "addresses")
    if areas is not None:
        problems += frame_problems(areas, "areas", ["area"])
    if streets is not None:
        problems += frame_problems(streets, "streets", ["street"])
    if addresses is None and areas is None:
        problems.append("Give the addresses: without them nobody can tell how many homes share a "
                        "place.")  # fmt: skip
    elif addresses is None and areas is not None and "addresses" not in areas.columns:
        problems.append("Give the addresses, or say how many each area has in its column "
                        "'addresses'.")  # fmt: skip
    if problems:
        return problems
    problems = [empty_words()] if incidents.empty else []
    problems += same_crs_problems(incidents, addresses=addresses, areas=areas)
    if not problems and areas is not None:
        twice = areas["area"][areas["area"].duplicated()].astype(str).unique()
        problems += [f"The area {name} is there more than once." for name in twice]
        problems += overlaps(areas)
    return problems


def _period(
    known: gpd.GeoDataFrame, as_of: AsOf, lag_days: int, months: int
) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Choose a whole period of the calendar: neither end tells the date of a burglary.

    Periods that moved on by a month would tell that month's small counts by subtraction.
    """
    if known.empty:
        raise DataError(f"No incident was known by {cut_off(cutoff(as_of))}.")
    last = cutoff(as_of) - pd.Timedelta(days=lag_days)
    # Whole months only: the month that a day ends counts, one that a time cuts does not.
    end = (day_after(last) if is_end_of_day(last) else last).to_period("M").start_time
    end -= pd.DateOffset(months=(12 * end.year + end.month - 1) % months)
    start = end - pd.DateOffset(months=months)
    if not ((known["occurred_to"] >= start) & (known["occurred_to"] < end)).any():
        newest_month = month(end - pd.Timedelta(days=1))
        span = newest_month if months == 1 else f"{month(start)} to {newest_month}"
        raise DataError(
            f"No incident is of {span}; what is newer is not {count(lag_days, 'day')} old."
        )
    # Months before the data begin would read as months without a burglary.
    first = known["occurred_to"].min().to_period("M").start_time
    return max(start, first), end


def _places(
    homes: gpd.GeoSeries | None, areas: gpd.GeoDataFrame | None, settings: _Settings
) -> gpd.GeoDataFrame:
    """Return the places that get a count: their name, homes and outline."""
    minimum = settings.minimum
    if areas is None:
        assert homes is not None
        places = cells_with_homes(homes, settings.cell_size_m, minimum)
        places["name"] = [f"Cell {number}" for number in range(1, len(places) + 1)]
        return places
    places = areas[["area", "geometry"]].rename(columns={"area": "name"}).reset_index(drop=True)
    if homes is None:
        stated = pd.to_numeric(areas["addresses"], errors="coerce").to_numpy(dtype=float)
        places["homes"] = np.where(np.isfinite(stated), stated, 0).astype(np.int64)
    else:
        inside = area_positions(homes.to_numpy(), places, "name")
        places["homes"] = np.bincount(inside[inside >= 0], minlength=len(places))
    if not (places["homes"] >= minimum).any():
        raise DataError(f"No area has {count(minimum, 'address', 'addresses')}.")
    return places


def _counts(points: gpd.GeoSeries, places: gpd.GeoDataFrame) -> tuple[np.ndarray, int]:
    """Count burglaries by place, and those in none; fail where these are many."""
    place = area_positions(points.to_numpy(), places, "name")
    outside = int((place < 0).sum())
    if outside > _MOST_OUTSIDE * len(points):
        raise DataError(
            f"{outside:,} of {count(len(points), 'burglary', 'burglaries')} lie in no place with "
            "known addresses: the addresses or areas do not cover them, or points are misplaced."
        )
    return np.bincount(place[place >= 0], minlength=len(places)), outside


def _status(
    places: gpd.GeoDataFrame, outside: int, homes_elsewhere: int | None, settings: _Settings
) -> np.ndarray:
    """Choose which counts are shown, with what a known total leaves for the rest of the ground.

    Where no addresses were given, nobody can tell how many homes lie elsewhere.
    """
    crimes, homes = places["crimes"].to_numpy(), places["homes"].to_numpy()
    unknown = homes_elsewhere is None and outside > 0
    if unknown or 0 < (homes_elsewhere or 0) < settings.minimum:
        # The rest of the ground is a place, too: with few homes, its count must stay hidden.
        crimes, homes = np.append(crimes, outside), np.append(homes, homes_elsewhere or 0)
    return protected(crimes, homes, settings.minimum, settings.smallest)[: len(places)]


def _draw_counts(places: gpd.GeoDataFrame, settings: _Settings, named: bool) -> Drawing:
    status, crimes = places["status"].to_numpy(), places["crimes"].to_numpy()
    number = places["homes"].to_numpy()
    has_rate = (status == SHOWN) & (number >= _RATE_FROM)
    # In tenths, so that a rate is of the shade that its printed figure is of.
    tenths = np.floor(10_000 * crimes / np.maximum(number, 1) + 0.5).astype(np.int64)
    edges = _edges(tenths[has_rate])
    shades = len(colours.RATES)
    styles = np.searchsorted(edges, tenths, side="right") - 1
    for kind, shade in ((~has_rate, 0), (status == FEW, 1), (status == WITHHELD, 2)):
        styles = np.where(kind, shades + shade, styles)
    few, small = f"fewer than {settings.smallest}", f"none: fewer than {_RATE_FROM} addresses"
    counts = [
        {FEW: few, WITHHELD: "not shown"}.get(state, f"{crime:,}")
        for state, crime in zip(status, crimes, strict=True)
    ]
    homes = [
        f"{home:,}" if home >= settings.minimum else f"fewer than {settings.minimum}"
        for home in number
    ]
    rates = [
        (_tenths(rate) if is_rate else small) if state == SHOWN else None
        for state, rate, is_rate in zip(status, tenths, has_rate, strict=True)
    ]
    legend = _legend(edges, few, {int(style) - shades for style in styles})
    return drawing_of(
        places.assign(crimes=counts, homes=homes, rate=rates),
        [*colours.RATES, colours.NO_RATE, colours.FEW, colours.WITHHELD],
        styles,
        [as_text(name) for name in places["name"]],
        _FIELDS,
        labels=point_labels(places, places["name"].tolist()) if named else (),
        label_options={"className": "hotspot-area"},
        legend=legend,
    )


def _edges(rates: np.ndarray) -> list[int]:
    """Choose the least rate of each shade: of those shown, about as many places in each."""
    if not len(rates):
        return []
    # By places, not by rates: crime is so uneven that even steps would leave one shade to most.
    parts = np.quantile(rates, np.linspace(0, 1, len(colours.RATES) + 1)[:-1], method="higher")
    return sorted({int(part) for part in parts})


def _tenths(rate: int) -> str:
    return f"{rate / 10:,.1f}"


def _legend(edges: list[int], few: str, others: set[int]) -> list[tuple[Style, str]]:
    tops = [f" to {_tenths(edge - 1)}" if edge - 1 > low else "" for low, edge in pairwise(edges)]
    entries = [
        (style, f"{_tenths(low)}{top}")
        for style, low, top in zip(colours.RATES, edges, [*tops, " or more"], strict=False)
    ]
    rest = [
        (colours.NO_RATE, f"a count without a rate: fewer than {_RATE_FROM} addresses"),
        (colours.FEW, f"{few} burglaries"),
        (colours.WITHHELD, "not shown, to protect homes"),
    ]
    return entries + [entry for number, entry in enumerate(rest) if number in others]


def _told(
    places: gpd.GeoDataFrame, start: pd.Timestamp, end: pd.Timestamp, settings: _Settings
) -> Told:
    """Return what the page tells of each place, and nothing that it does not."""
    status, crimes, homes = places["status"], places["crimes"], places["homes"]
    table = gpd.GeoDataFrame(
        {
            "name": [as_text(name) or "" for name in places["name"]],
            "homes": homes.where(homes >= settings.minimum, 0),
            "least": crimes.where(status == SHOWN, 0).astype(float),
            "most": crimes.astype(float)
            .where(status != FEW, settings.smallest - 1)
            .where(status != WITHHELD, math.inf),
        },
        geometry=places.geometry,
    )
    total = _about(int(crimes.sum()))
    # As the page rounds it: below the half of the next step, or of the first step.
    most = (total + _TOTAL_STEP // 2 if total else _TOTAL_STEP) - 1
    return Told("", start, end, table, most, settings.minimum, settings.smallest)


def _about(number: int) -> int:
    return _TOTAL_STEP * math.floor(number / _TOTAL_STEP + 0.5)


def _rounded(number: int) -> str:
    """Return a number in words in which one burglary more or less is not seen."""
    about = _about(number)
    return f"about {about:,}" if about else f"fewer than {_TOTAL_STEP}"


def _notes(settings: _Settings, by_area: bool, outside: int) -> list[str]:
    places = "areas" if by_area else "cells"
    return [
        f"Counts of recorded burglaries in {places} of at least {settings.minimum} addresses; no "
        "point on it is the place of a burglary.",
        f"Counts below {settings.smallest} are hidden, and another with them, so that none can be "
        "worked out. The total is to the nearest ten.",
        # Said of none too, or else its absence would tell.
        f"Left out: {_rounded(outside)} burglaries in no place with known addresses.",
        WARNING,
        "It shows what was recorded, not all that happened, and says nothing about the days to "
        "come or about any one home.",
    ]
