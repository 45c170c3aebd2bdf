"""Cocooning: which doors to knock on after a burglary, in what order, and why."""

import warnings
from collections.abc import Iterable
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspot._checks import (
    count,
    frame_problems,
    incident_problems,
    name_rows,
    point_problems,
    positive_problems,
    same_crs_problems,
)
from hotspot._errors import ConfigError, DataError, DataWarning
from hotspot.cocooning.doors import texts
from hotspot.cocooning.plan import Plan, Rule, areas_of, make_plan
from hotspot.cocooning.wording import message_reason, notes
from hotspot.dates import AsOf, cutoff, month_only_problems

__all__ = ["cocooning_messages", "cocooning_targets"]

_COLUMNS = [
    "visit_id", "uprn", "address", "number", "street", "ring", "reason", "door_note", "act_by",
    "expires", "area", "crime_refs", "burglaries_12m", "distance_m", "newest",
]  # fmt: skip
_MESSAGE_COLUMNS = ["uprn", "address", "ring", "reason", "expires", "area"]


def cocooning_targets(
    incidents: gpd.GeoDataFrame,
    addresses: gpd.GeoDataFrame,
    as_of: AsOf,
    areas: gpd.GeoDataFrame | None = None,
    max_visits: int | None = None,
    *,
    visit_days: int = 14,
    distance_m: float = 400.0,
    window_days: int = 42,
    exclude: Iterable[str] = (),
) -> gpd.GeoDataFrame:
    """List the doors to knock on: the burgled homes and those next to, opposite and behind them.

    Parameters
    ----------
    incidents : GeoDataFrame
        As `read_incidents` gives them. A burglary is live where its window ended by the cut-off,
        at most `visit_days` whole days before, and it was recorded by then.
    addresses : GeoDataFrame
        As `read_addresses` gives them, in the CRS of the incidents. Homes only are listed: by
        ``classification`` (AddressBase codes or plain words); an address without one is taken
        for a home. The parent of flats is a building, not a door.
    as_of : date or time
        The cut-off; a day counts to its end.
    areas : GeoDataFrame, optional
        As `read_areas` gives them: a door belongs to the area that it lies in, on a border to
        the first by name. Without them ``area`` is what the addresses or the incidents say.
    max_visits : int, optional
        Most visits per area: the lower ring first, then the newer burglary, then the nearer door.
    visit_days : int
        Whole days from ``occurred_to`` for which a burglary makes visits.
    distance_m, window_days : float, int
        The rule: a home is of ring 3 within this distance of a burglary of the last so many days.
        No door farther than `distance_m` is a neighbour either.
    exclude : iterable of str
        The stop list: crime references and UPRNs, letter for letter. A burglary on it, or at an
        address on it, makes no row and is in no reason; an address on it (or in a building on it)
        is never a door. Only a total is kept.

    Returns
    -------
    GeoDataFrame
        A row per door, the lower ring first:

        - ``visit_id``: from force, leading reference and UPRN, so that it is the same every run;
        - ``uprn``, ``address``, ``number``, ``street``: of the door; ``uprn`` is missing where no
          address matched the victim, who is listed all the same;
        - ``ring``: 0 burgled; 1 next door; 2 opposite or behind;
        - ``reason``: for the supervisor, every burglary that reaches the door;
        - ``door_note``: for the door sheet, without another home's address or any reference;
        - ``act_by``: 24 hours (ring 0) or 48 hours (rings 1 and 2) after ``recorded_at``, where
          that is missing after ``occurred_to``;
        - ``expires``: the end of the last day of the leading burglary's `visit_days`;
        - ``area``: missing outside all areas;
        - ``crime_refs``: every reference that reaches the door, the leading one first, joined
          by "; ";
        - ``burglaries_12m``: how many burglaries the address had in the 12 months to the cut-off,
          those older than `visit_days` only where UPRN or text told the address;
        - ``distance_m``: from the leading burglary; ``newest``: when that was found;
        - ``geometry``: the address, or the recorded point.

        `attrs` holds ``as_of``, ``parameters``, ``counts`` (``live`` burglaries,
        ``live_within_window``, ``excluded``, ``unmatched``, ``non_residential``, ``by_distance``,
        ``ring3`` homes, ``not_scheduled`` doors), ``classified``, ``exclude_unmatched`` (entries
        of the stop list that match nothing) and ``notes``, what a reader must know in sentences.

    Raises
    ------
    DataError
        If a frame is not in canonical shape or in another CRS, or dates are months only; every
        problem is told.
    ConfigError
        If a setting is out of range.

    Notes
    -----
    The victim's address (ring 0) is that of the UPRN; else the one address within 100 m that reads
    the same, or has the number and the street that the incident's address names; else the
    nearest home within 25 m, on the street that is named if one is there; else there is a row
    without UPRN. Where the building is known and the flat is not, it is the building. A match by
    place is a guess, and the row says so: points are rarely that exact. A burglary at an address
    that is known and not a home, such as a shop, makes no visit, there or next door, and is
    counted: the research behind the visits is about homes. It still counts for ring 3.

    Ring 1 is the next four buildings each way along the same side of the street, in the order of
    house numbers, as long as each is within 100 m of the last; gaps in the numbers do not matter.
    Sides are odd and even, unless the houses nearby run 1, 2, 3 along one side, as in a close:
    then the next number is about half as far as the next but one (under two thirds), and the
    order is that of all numbers. Flats of one building are one step, and all are listed; the
    flats of the burgled building are ring 1. Ring 2 is the five nearest across the road within
    60 m (in a close, those nearer than the farthest of ring 1), and the four nearest of other
    streets within 50 m. Where street or number are not known, ring 1 is the eight nearest
    buildings and ring 2 the nine after them within 50 m.

    A door that several burglaries reach has one row, led by its lowest ring, then the newest.
    Different references at one UPRN with overlapping windows are one burglary.

    Visits follow recorded burglaries. They are not proven to prevent one, and a listed home is
    more likely than others to be burgled, not likely to be.

    References
    ----------
    College of Policing: guidance on near-repeat victimisation and "super cocooning". Stokes, N.
    and Clare, J. (2019). Preventing near-repeat residential burglary through cocooning: post hoc
    evaluation of a targeted police-led pilot intervention. Security Journal 32, 45-62.

    Examples
    --------
    >>> doors = gpd.GeoDataFrame(
    ...     {"uprn": ["01", "02", "03"], "address": ["1 Mill Lane", "3 Mill Lane", "5 Mill Lane"],
    ...      "number": ["1", "3", "5"], "street": "Mill Lane"},
    ...     geometry=gpd.points_from_xy([0, 10, 20], [0, 0, 0]), crs="EPSG:27700")
    >>> found = pd.to_datetime(["2026-02-26 18:00"])
    >>> burglary = gpd.GeoDataFrame(
    ...     {"crime_ref": ["B1"], "occurred_from": found, "occurred_to": found, "uprn": ["01"]},
    ...     geometry=gpd.points_from_xy([0], [0]), crs="EPSG:27700")
    >>> targets = cocooning_targets(burglary, doors, "2026-03-02")
    >>> targets[["uprn", "ring", "door_note"]]
      uprn  ring                                         door_note
    0   01     0           burgled home, found Thursday 26 February
    1   02     1  burglary within 10 m, found Thursday 26 February
    2   03     1  burglary within 20 m, found Thursday 26 February
    """
    rule = _checked(
        incidents, addresses, areas, as_of, max_visits, visit_days, distance_m, window_days, exclude
    )
    plan = make_plan(incidents, addresses, areas, rule)
    targets = _framed(plan.visits[plan.scheduled], _COLUMNS, incidents.crs)
    targets.attrs.update(_attrs(plan, rule, incidents))
    _warn(plan, targets.attrs["exclude_unmatched"])
    return targets


def cocooning_messages(
    incidents: gpd.GeoDataFrame,
    addresses: gpd.GeoDataFrame,
    as_of: AsOf,
    areas: gpd.GeoDataFrame | None = None,
    max_visits: int | None = None,
    *,
    visit_days: int = 14,
    distance_m: float = 400.0,
    window_days: int = 42,
    exclude: Iterable[str] = (),
) -> gpd.GeoDataFrame:
    """List the homes that get a message, never a visit: ring 3, and what was not scheduled.

    Parameters
    ----------
    incidents, addresses, as_of, areas, max_visits, visit_days, distance_m, window_days, exclude
        As of `cocooning_targets`; give both the same.

    Returns
    -------
    GeoDataFrame
        A row per home within the rule of a live burglary that `cocooning_targets` does not list:
        ``uprn``, ``address``, ``ring`` (3; 0 to 2 for a door beyond `max_visits`), ``reason``
        (no address, no reference), ``expires`` (the end of the newest burglary's window),
        ``area``, ``geometry``; by area, in the order of streets and house numbers. `attrs` as of
        `cocooning_targets`.

    Raises
    ------
    DataError, ConfigError
        As `cocooning_targets` does.

    Examples
    --------
    >>> doors = gpd.GeoDataFrame(
    ...     {"uprn": ["01", "02"], "address": ["1 Mill Lane", "30 Sea View"]},
    ...     geometry=gpd.points_from_xy([0, 300], [0, 0]), crs="EPSG:27700")
    >>> found = pd.to_datetime(["2026-01-26 18:00"])
    >>> burglary = gpd.GeoDataFrame(
    ...     {"crime_ref": ["B1"], "occurred_from": found, "occurred_to": found, "uprn": ["01"]},
    ...     geometry=gpd.points_from_xy([0], [0]), crs="EPSG:27700")
    >>> cocooning_messages(burglary, doors, "2026-03-02")["reason"].iloc[1]
    'Within 400 m of 1 burglary of the past 42 days, the newest found Monday 26 January.'
    """
    rule = _checked(
        incidents, addresses, areas, as_of, max_visits, visit_days, distance_m, window_days, exclude
    )
    plan = make_plan(incidents, addresses, areas, rule)
    rows = pd.concat([_left_over(plan), _ring_3(plan, areas, rule)], ignore_index=True)
    order = ["area", "street_rank", "house_rank", "uprn"]
    messages = _framed(rows.sort_values(order), _MESSAGE_COLUMNS, incidents.crs)
    messages.attrs.update(_attrs(plan, rule, incidents))
    _warn(plan, messages.attrs["exclude_unmatched"])
    return messages


def _checked(
    incidents: gpd.GeoDataFrame,
    addresses: gpd.GeoDataFrame,
    areas: gpd.GeoDataFrame | None,
    as_of: AsOf,
    max_visits: int | None,
    visit_days: int,
    distance_m: float,
    window_days: int,
    exclude: Iterable[str],
) -> Rule:
    """Raise every problem with the data and the settings at once; else give the settings."""
    settings = positive_problems(distance_m=distance_m)
    for name, days in (("visit_days", visit_days), ("window_days", window_days)):
        if isinstance(days, bool) or not isinstance(days, (int, np.integer)) or days < 0:
            settings.append(f"{name} must be a whole number, 0 or more, not {days!r}.")
    if max_visits is not None and (
        isinstance(max_visits, bool)
        or not isinstance(max_visits, (int, np.integer))
        or max_visits < 1
    ):
        settings.append(f"max_visits must be a whole number above 0, not {max_visits!r}.")
    stopped = [exclude] if isinstance(exclude, str) else list(exclude)
    if isinstance(exclude, str) or not all(isinstance(entry, str) for entry in stopped):
        settings.append("exclude must be a list of crime references and UPRNs, each one text.")
    try:
        last = cutoff(as_of)
    except ConfigError as error:
        settings += error.problems
        last = pd.Timestamp.max
    data = _data_problems(incidents, addresses, areas)
    if data:
        raise DataError(data + settings)
    if settings:
        raise ConfigError(settings)
    entries = frozenset(entry.strip() for entry in stopped) - {""}
    return Rule(last, int(visit_days), float(distance_m), int(window_days), max_visits, entries)


def _data_problems(
    incidents: gpd.GeoDataFrame, addresses: gpd.GeoDataFrame, areas: gpd.GeoDataFrame | None
) -> list[str]:
    problems = incident_problems(incidents)
    address_problems = frame_problems(addresses, "addresses", ("uprn", "address"))
    area_problems = [] if areas is None else frame_problems(areas, "areas", ("area",))
    if not problems:
        problems = month_only_problems(incidents, "A target list")
        problems += _text_problems(incidents, "incidents", crime_ref=True, uprn=False)
        recorded = incidents.get("recorded_at")
        if recorded is not None and not pd.api.types.is_datetime64_dtype(recorded):
            problems.append(
                "The column recorded_at of the incidents must be timezone-naive datetime64."
            )
    if not address_problems:
        address_problems = point_problems(addresses, "addresses")
        address_problems += _text_problems(addresses, "addresses", uprn=True, parent_uprn=False)
    problems += address_problems + area_problems
    if not problems:
        problems += same_crs_problems(incidents, addresses=addresses, areas=areas)
    return problems


def _text_problems(frame: gpd.GeoDataFrame, what: str, **columns: bool) -> list[str]:
    """Name columns of references that are numbers, which lose their zeros, or lack values."""
    problems = []
    for name, needed in columns.items():
        if name not in frame.columns:
            continue
        if pd.api.types.is_numeric_dtype(frame[name]) and frame[name].notna().any():
            problems.append(f"The column {name} of the {what} must be text, not numbers.")
        elif needed and pd.isna(texts(frame, name)).any():
            rows = frame.index[pd.isna(texts(frame, name))]
            problems.append(
                f"{count(len(rows), 'row')} of the {what} without {name} ({name_rows(rows)})."
            )
    return problems


def _framed(rows: pd.DataFrame, columns: list[str], crs: Any) -> gpd.GeoDataFrame:
    """Give rows the columns of a list and their points."""
    points = gpd.points_from_xy(rows["x"].astype(float), rows["y"].astype(float))
    kept = rows[columns].reset_index(drop=True)
    return gpd.GeoDataFrame(kept, geometry=points, crs=crs)


def _ring_3(plan: Plan, areas: gpd.GeoDataFrame | None, rule: Rule) -> pd.DataFrame:
    """Make a row per home of ring 3."""
    doors = plan.doors
    home = np.flatnonzero(plan.crimes)
    newest = plan.newest[home]
    ended = plan.live["ended"].tolist()
    # A sentence is made once for all homes that share it: there may be a million homes.
    keys = list(zip(plan.crimes[home].tolist(), newest.tolist(), strict=True))
    sentences = {
        (crimes, event): message_reason(crimes, ended[event], rule.distance_m, rule.window_days)
        for crimes, event in set(keys)
    }
    rows = pd.DataFrame(
        {
            "uprn": doors.uprn[home],
            "address": doors.address[home],
            "ring": 3,
            "reason": [sentences[key] for key in keys],
            "expires": plan.live["rule_ends"].to_numpy()[newest],
            "x": doors.x[home],
            "y": doors.y[home],
            "own_area": np.where(
                pd.isna(doors.area[home]), plan.live["area"].to_numpy()[newest], doors.area[home]
            ),
            "street_rank": doors.street[home],
            "house_rank": doors.house[home],
        }
    )
    return rows.assign(area=areas_of(rows, areas))


def _left_over(plan: Plan) -> pd.DataFrame:
    """Turn the visits that were not scheduled into messages."""
    rows = plan.visits[~plan.scheduled]
    return rows.assign(reason="Not scheduled for a visit: " + rows["door_note"] + ".")


def _attrs(plan: Plan, rule: Rule, incidents: gpd.GeoDataFrame) -> dict[str, Any]:
    """Say what made a list, in values that any file can hold."""
    doors = plan.doors
    known = {
        *texts(incidents, "crime_ref"), *texts(incidents, "uprn"), *doors.uprn, *doors.parent
    }  # fmt: skip
    whole_day = rule.as_of == cutoff(rule.as_of.normalize())
    return {
        "as_of": f"{rule.as_of:%Y-%m-%d}" if whole_day else rule.as_of.isoformat(sep=" "),
        "parameters": {
            "visit_days": rule.visit_days,
            "distance_m": rule.distance_m,
            "window_days": rule.window_days,
            "max_visits": rule.max_visits,
        },
        "counts": plan.counts,
        "classified": doors.unclassified < len(doors.uprn),
        "exclude_unmatched": len(rule.exclude - known),
        "notes": notes(plan.counts, doors.unclassified, len(doors.uprn), rule),
    }


def _warn(plan: Plan, exclude_unmatched: int) -> None:
    """Warn of what the user may have meant otherwise."""
    warned = []
    if exclude_unmatched:
        warned.append(
            f"{count(exclude_unmatched, 'entry', 'entries')} of the stop list match no crime "
            "reference and no UPRN: check for lost leading zeros and spelling."
        )
    if plan.doors.repeated:
        warned.append(
            f"{count(plan.doors.repeated, 'row')} of the addresses repeat a UPRN: each UPRN is "
            "one door, with the address that sorts first."
        )
    if plan.counts["burgled_not_scheduled"]:
        homes = count(plan.counts["burgled_not_scheduled"], "burgled home")
        warned.append(f"max_visits leaves out {homes}: raise it.")
    for message in warned:
        warnings.warn(message, DataWarning, stacklevel=3)
