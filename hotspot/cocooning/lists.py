"""The public lists: doors to knock on, and homes that get a message."""

import warnings
from typing import NamedTuple, Unpack

import geopandas as gpd
import pandas as pd

from hotspot._checks import coordinates, frame_problems, raise_problems, warn_if_empty
from hotspot._errors import DataWarning
from hotspot.cocooning.doors import Doors
from hotspot.cocooning.list_frames import link_frame, message_frame, target_frame
from hotspot.cocooning.plan import Plan, make_plan
from hotspot.cocooning.settings import ListOptions, ListSettings, data_problems, read_settings
from hotspot.cocooning.visit_history import Ledger
from hotspot.dates import AsOf
from hotspot.english import count


class CocooningLists(NamedTuple):
    """Both lists of one plan.

    Parameters
    ----------
    targets : GeoDataFrame
        As `cocooning_targets` returns them.
    messages : GeoDataFrame
        As `cocooning_messages` returns them.
    links : DataFrame
        A row per door and reference that reaches it: ``visit_id``, ``crime_ref``, ``link`` (what
        the door is to the burgled home), ``distance_m``, ``found``, ``recorded``.
    """

    targets: gpd.GeoDataFrame
    messages: gpd.GeoDataFrame
    links: pd.DataFrame


def cocooning_targets(
    incidents: gpd.GeoDataFrame,
    addresses: gpd.GeoDataFrame,
    as_of: AsOf,
    areas: gpd.GeoDataFrame | None = None,
    max_visits: int | None = None,
    ledger: Ledger | None = None,
    **settings: Unpack[ListOptions],
) -> gpd.GeoDataFrame:
    """List the doors to knock on: the burgled homes and those next to, opposite and behind them.

    Parameters
    ----------
    incidents : GeoDataFrame
        As `read_incidents` returns them. A burglary is live where its window ended by the cut-off,
        at most `visit_days` whole days before, and it was recorded by then. Where ``offence_kind``
        tells kinds apart and none was chosen by name, those of homes count; a warning tells the
        rest.
    addresses : GeoDataFrame
        As `read_addresses` returns them, in the CRS of the incidents. Homes only are listed: by
        ``classification`` (AddressBase codes or plain words); an address without one is taken
        for a home. The parent of flats is a building, not a door.
    as_of : date or time
        The cut-off; a day counts to its end.
    areas : GeoDataFrame, optional
        As `read_areas` returns them: a door belongs to the area that it lies in, on a border to
        the first by name. Without them ``area`` is what the addresses or the incidents say.
    max_visits : int, optional
        Most visits per area: burgled homes first, then the most ``expected`` burglaries. The
        rest gets a message.
    ledger : VisitLedger, optional
        What was asked and done before: it is read and never written to. A list is issued by a
        step of its own, when it stands: ``ledger.issue(targets)``, or with the messages and
        what joins doors to burglaries ``ledger.issue(*cocooning_lists(...))``.
    **settings
        Everything else, by name:

        - ``preset`` ("standard", "trafford", "swordfish", "us-rct"): a named way of cocooning,
          which sets what the next three do not, and how many neighbours are visited. See Notes;
        - ``visit_days`` (int): whole days from ``occurred_to`` for which a burglary makes visits;
        - ``distance_m``, ``window_days`` (float, int): the rule. A home is of ring 3 within this
          distance of a burglary of the last so many days. No door farther than `distance_m` is a
          neighbour either;
        - ``revisit_days`` (int): for how many days after a visit a home is not visited again for
          a neighbour's burglary. Default: `window_days`, as long as the rule says that what was
          told there holds;
        - ``refusal_days`` (int): for how many days after "refused" a home gets neither visit nor
          message for a neighbour's burglary. Default: six weeks, whatever the preset. A refusal
          is an answer to one call: the burglaries that the round was about bring nobody back, and
          by the rule their risk is over after six weeks. Who is then near a new burglary has not
          been asked about it, and loses a warning if one "no" counted for ever. For ever is the
          mark "do not contact", which has its own box; 0 asks at the next new burglary;
        - ``model`` (Forecast): a fitted model, to rank doors by what it expects; else a rule does
          (see Notes);
        - ``tiers`` (iterable of mapping): packs by rule, the first that fits wins: ``name`` and
          any of ``rings``, ``min_burglaries_12m``, ``min_live`` (burglaries that reach the door),
          ``max_days`` (since the newest of these), ``max_distance_m`` and ``max_steps`` (houses
          along the street). Default: those of the preset;
        - ``waking_hours`` (two str): when people are called at, and in which hours the times to
          act by are counted. Default: ``["08:00", "21:00"]``;
        - ``exclude`` (iterable of str): the stop list, crime references and UPRNs; case, spaces
          and zeros in front do not matter. A burglary on it, or at an address on it, makes no row
          and is in no reason; an address on it (or in a building on it) is never a door. Only a
          total is kept. An entry that matches nothing and has the form of no reference and no UPRN
          is a ConfigError, and so is a list of which nothing matches;
        - ``exclude_may_match_nothing`` (bool): that such a list is right.

    Returns
    -------
    GeoDataFrame
        A row per building, or per home that is known to be burgled, the lower ring first, then
        the more expected:

        - ``visit_id``: from force, UPRN and the reference that opened the visit: the first known
          of those live, for a burgled home the newest there. What joins later does not change it;
        - ``number``: from 1 in its area in the order in which doors are walked, the same on
          everything that is printed;
        - ``uprn``, ``uprns``, ``address``, ``house_number``, ``street``: flats of one building are
          one row with the UPRN of the first flat, all of them in ``uprns`` (joined by "; ") and
          named in ``address``; ``uprn`` is missing where no address matched the victim, who is
          listed all the same;
        - ``ring``: 0 burgled; 1 next door; 2 opposite or behind;
        - ``reason``: for the supervisor, every burglary that reaches the door;
        - ``at_the_door``: what may be said there, and all that a team's products say: of a
          neighbour's burglary no distance, day, house or side, and the street only where at least
          eight other houses of it may be meant; after it what the officer must know first, such as
          an earlier call without reply; a burgled home's own says what its neighbours' say;
        - ``task``, ``attempt``: "visit" (1), after no reply, or where language or access kept
          people from being told, "second visit" (2), then "leaflet" (3), then no more;
        - ``tier``: the pack, missing where none fits;
        - ``act_by``: the team's clock, 24 waking hours (ring 0) or 48 (rings 1 and 2) from when
          the list went out that first asked for this attempt: the next waking morning where
          `as_of` is a day, else that time. A later list leaves it as it was, and it is never in
          the night;
        - ``overdue``: "overdue" where `act_by` has passed and the attempt is not made, else "";
        - ``recorded``: the force's clock, which starts when the burglary that opened the visit was
          recorded, where that is missing at its ``occurred_to``; where no time is told, at the
          end of that day;
        - ``force_late``: whether 24 or 48 hours of that clock had passed when this list went out,
          before a first attempt;
        - ``expires``: the end of the last of the `visit_days` of the burglary that opened the
          visit; after an attempt that told nobody as many days from then, so that the second
          visit and the leaflet are asked for though the burglary grows old. Until then what is
          overdue stays listed;
        - ``area``: missing outside all areas;
        - ``crime_refs``: every reference that reaches the door, the leading one first, joined
          by "; ";
        - ``burglaries_12m``: how many burglaries the homes had in the 12 months to the cut-off,
          those older than `visit_days` only where UPRN or text told the address;
        - ``distance_m``: from the nearest burglary that reaches the door; ``newest``: when the
          leading one was found;
        - ``expected``: burglaries to expect at these homes in the next 14 days, for ranking only:
          nothing for a door sheet;
        - ``geometry``: the address, or the recorded point.

        `attrs` holds ``as_of``, ``parameters``, ``counts`` (``live`` burglaries,
        ``live_within_window``, ``excluded``, ``unmatched``, ``non_residential``, ``by_distance``,
        ``ring3`` homes, ``not_scheduled`` doors, homes ``left_out`` for what the ledger knows,
        ``overdue`` and ``force_late`` doors, those ``expired`` in the past 7 days to which
        nobody went), ``issued`` (when the list goes out), ``expired`` (those doors one by one, for
        the supervisor), ``classified``, ``exclude_unmatched`` (entries
        of the stop list that match nothing) and ``notes``, what a reader must know in sentences.

    Raises
    ------
    DataError
        If a frame is not in canonical shape or in another CRS, or dates are months only; every
        problem is told.
    ConfigError
        If a setting is out of range or unknown.

    Notes
    -----
    The victim's address (ring 0) is that of the UPRN; else the one address within 100 m that reads
    the same, or has the number and the street that the incident's address names; else the
    nearest home within 25 m, on the street that is named if one is there; else there is a row
    without UPRN. Where the building is known and the flat is not, the row is all its flats. A
    match by place is a guess, and the row says so: points are rarely that exact. A burglary at an
    address that is known and not a home, such as a shop, makes no visit, there or next door, and
    is counted: the research behind the visits is about homes. It still counts for ring 3.

    Ring 1 is the next four buildings each way along the same side of the street, in the order of
    house numbers, as long as each is within 100 m of the last; gaps in the numbers do not matter.
    Sides are odd and even, unless the houses nearby run 1, 2, 3 along one side, as in a close:
    then the next number is about half as far as the next but one (under two thirds), and the
    order is that of all numbers. Flats of one building are one step; a burgled flat has a row of
    its own, and the others of its building are one row of ring 1. Ring 2 is the five nearest
    across the road within 60 m (in a close, those nearer than the farthest of ring 1), and the
    four nearest within 50 m that back on: the street runs as the houses next door do, and the
    rear is away from those opposite, up to 60 degrees to either side. Of homes of other streets
    round the corner the nearest is among them where it is nearer than these, and the others take
    what room is left; where nobody is opposite it is not known which way a house faces, and they
    are "behind or beside". A home of the street that has a name and
    no number counts as beside or opposite by where it lies. Where the burgled home has no street
    or number, or no number is next to its own, ring 1 is the eight nearest buildings and ring 2
    the nine after them within 50 m, and the reason says so.

    With a ledger a home is left out that was visited in the last `revisit_days`, refused in the
    last `refusal_days` or is marked as not to be contacted; nobody is told which. A visit covers
    only burglaries known by then, and a new one at the home itself lists it always: with "check
    with the officer in the case first" where somebody was there, or was refused, before. Any
    result is a visit but "no reply" and "language or access", which told nobody: these ask for
    another attempt. A visit by an id that no list holds has a door as long as its burglary is
    within `window_days`.

    A door that several burglaries reach has one row, led by its lowest ring, then the newest.
    Different references at one UPRN with overlapping windows are one burglary.

    Doors are ranked by expected burglaries: the usual number per home, times one and what every
    burglary that reaches it adds (12 times the usual risk just after, at the home itself), less
    with every 25 m and every week [1]_ [2]_, and half of that on the same side of the street, a
    quarter elsewhere, for the order that was found [3]_. With `model` it is what the model
    expects there, shared by the homes within 100 m.

    Presets: ``standard`` is `hotspot.rule.RULE` and visits for 14 days. ``trafford`` takes three
    weeks and colours by date from [4]_, ``swordfish`` the victim and four each side from [5]_,
    called on within the day, with packs for the victim (gold), the two houses each side (silver)
    and the others (bronze), ``us-rct`` all homes within 244 m (800 feet) in 24 hours from [6]_, for
    two weeks.
    What is not said here they have from ``standard``.

    Visits follow recorded burglaries. They are not proven to prevent one: of the two randomised
    trials one found no significant difference [5]_, one limited evidence [6]_. A listed home is
    more likely than others to be burgled, not likely to be.

    References
    ----------
    Ross, N. and Pease, K. (2007), "Predicting where lightning will strike", on 400 m and six
    weeks. Stokes, N. and Clare, J. (2019). Preventing near-repeat residential burglary through
    cocooning. Security Journal 32, 45-62.

    .. [1] Polvi, N., Looman, T., Humphries, C. and Pease, K. (1991). The time course of repeat
       burglary victimization. British Journal of Criminology 31(4), 411-414.
    .. [2] Bowers, K. J., Johnson, S. D. and Pease, K. (2004). Prospective hot-spotting: the
       future of crime mapping? British Journal of Criminology 44(5), 641-658.
    .. [3] Bowers, K. J. and Johnson, S. D. (2005). Domestic burglary repeats and space-time
       clusters: the dimensions of risk. European Journal of Criminology 2(1), 67-92.
    .. [4] Fielding, M. and Jones, V. (2012). 'Disrupting the optimal forager': predictive risk
       mapping and domestic burglary reduction in Trafford, Greater Manchester. International
       Journal of Police Science and Management 14(1), 30-41.
    .. [5] Johnson, S. D. et al. (2017). Evaluation of operation swordfish: a near-repeat
       target-hardening strategy. Journal of Experimental Criminology 13(4), 505-525.
    .. [6] Groff, E. R. and Taniguchi, T. A. (2019). Using citizen notification to interrupt
       near-repeat residential burglary patterns. Journal of Experimental Criminology 15, 115-149.

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
    >>> targets[["number", "uprn", "ring", "at_the_door"]]
       number uprn  ring                         at_the_door
    0       1   01     0  A burglary in your area this week
    1       2   02     1  A burglary in your area this week
    2       3   03     1  A burglary in your area this week
    """
    plan, chosen = _plan(incidents, addresses, as_of, areas, max_visits, ledger, settings)
    return target_frame(plan, chosen)


def cocooning_messages(
    incidents: gpd.GeoDataFrame,
    addresses: gpd.GeoDataFrame,
    as_of: AsOf,
    areas: gpd.GeoDataFrame | None = None,
    max_visits: int | None = None,
    ledger: Ledger | None = None,
    **settings: Unpack[ListOptions],
) -> gpd.GeoDataFrame:
    """List the homes that get a message, never a visit: ring 3, and what was not scheduled.

    Parameters
    ----------
    incidents, addresses, as_of, areas, max_visits, ledger, **settings
        As of `cocooning_targets`; give both the same.

    Returns
    -------
    GeoDataFrame
        A row per home within the rule of a live burglary that `cocooning_targets` does not list:
        ``uprn``, ``address``, ``street``, ``ring`` (3; 0 to 2 for a door beyond `max_visits`),
        ``reason`` (no address, no reference), ``expires`` (the end of the newest burglary's
        window), ``area``, ``geometry``; by area, in the order of streets and house numbers.
        `attrs` as of `cocooning_targets`, and ``leaflets_besides``: how many homes of each area and
        street are on no list and get a leaflet as their neighbours do. Homes that refused, are
        marked in the ledger or were visited since get none.

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
    >>> messages = cocooning_messages(
    ...     burglary, doors, "2026-03-02", distance_m=400, window_days=42)
    >>> messages["reason"].iloc[1]
    'Within 400 m of 1 burglary of the past 42 days, the newest found Monday 26 January.'
    """
    plan, chosen = _plan(incidents, addresses, as_of, areas, max_visits, ledger, settings)
    return message_frame(plan, areas, chosen)


def cocooning_lists(
    incidents: gpd.GeoDataFrame,
    addresses: gpd.GeoDataFrame,
    as_of: AsOf,
    areas: gpd.GeoDataFrame | None = None,
    max_visits: int | None = None,
    ledger: Ledger | None = None,
    **settings: Unpack[ListOptions],
) -> CocooningLists:
    """Return both lists of one plan, and what joins doors to burglaries.

    Parameters
    ----------
    incidents, addresses, as_of, areas, max_visits, ledger, **settings
        As of `cocooning_targets`.

    Returns
    -------
    CocooningLists
        ``targets``, ``messages`` and ``links``. When the products that hold them are safe, issue
        them: ``ledger.issue(*lists)``.

    Raises
    ------
    DataError, ConfigError
        As `cocooning_targets` does.

    Examples
    --------
    >>> door = gpd.GeoDataFrame(
    ...     {"uprn": ["01"], "address": ["1 Mill Lane"]},
    ...     geometry=gpd.points_from_xy([0], [0]), crs="EPSG:27700")
    >>> found = pd.to_datetime(["2026-02-26 18:00"])
    >>> burglary = gpd.GeoDataFrame(
    ...     {"crime_ref": ["B1"], "occurred_from": found, "occurred_to": found, "uprn": ["01"]},
    ...     geometry=gpd.points_from_xy([0], [0]), crs="EPSG:27700")
    >>> lists = cocooning_lists(burglary, door, "2026-03-02")
    >>> len(lists.targets), len(lists.messages), lists.links["link"].tolist()
    (1, 0, ['Burgled'])
    """
    plan, chosen = _plan(incidents, addresses, as_of, areas, max_visits, ledger, settings)
    return _lists(plan, areas, chosen)


def lists_among(
    doors: Doors | None,
    incidents: gpd.GeoDataFrame,
    addresses: gpd.GeoDataFrame,
    as_of: AsOf,
    areas: gpd.GeoDataFrame | None,
    max_visits: int | None,
    ledger: Ledger | None,
    options: ListOptions,
) -> CocooningLists:
    """Return `cocooning_lists` where the addresses are made ready already.

    Parameters
    ----------
    doors : Doors or None
        All of the addresses, as `prepare_doors` returns them.
    incidents, addresses, as_of, areas, max_visits, ledger, options
        As of `cocooning_lists`.

    Returns
    -------
    CocooningLists

    Raises
    ------
    DataError, ConfigError
        As `cocooning_lists` does.
    """
    plan, chosen = _plan(incidents, addresses, as_of, areas, max_visits, ledger, options, doors)
    return _lists(plan, areas, chosen)


def _lists(plan: Plan, areas: gpd.GeoDataFrame | None, settings: ListSettings) -> CocooningLists:
    return CocooningLists(
        target_frame(plan, settings), message_frame(plan, areas, settings), link_frame(plan)
    )


def _plan(
    incidents: gpd.GeoDataFrame,
    addresses: gpd.GeoDataFrame,
    as_of: AsOf,
    areas: gpd.GeoDataFrame | None,
    max_visits: int | None,
    ledger: Ledger | None,
    options: ListOptions,
    doors: Doors | None = None,
) -> tuple[Plan, ListSettings]:
    """Check what a list is to be made of, and plan it."""
    settings, problems = read_settings(as_of, max_visits, options)
    # Those of a million addresses are read once.
    points = None
    if doors is None and not frame_problems(addresses, "addresses"):
        points = coordinates(addresses)
    raise_problems(data_problems(incidents, addresses, areas, "A target list", points), problems)
    warn_if_empty(incidents, stacklevel=4)
    plan = make_plan(incidents, addresses, areas, settings, ledger, doors, points)
    _warn(plan)
    return plan, settings


def _warn(plan: Plan) -> None:
    """Warn of what the user may have meant otherwise."""
    warned = []
    if plan.unmatched_stops:
        warned.append(
            f"{count(plan.unmatched_stops, 'entry', 'entries')} of the stop list match no crime "
            "reference and no UPRN: check for lost leading zeros and spelling."
        )
    if plan.doors.repeated:
        warned.append(
            f"{count(plan.doors.repeated, 'row')} of the addresses repeat a UPRN: each UPRN is "
            "one door, with the address that sorts first."
        )
    if plan.repeated:
        warned.append(
            f"{count(plan.repeated, 'row')} of the incidents without UPRN repeat a reference at "
            "one place: it is one burglary there."
        )
    if plan.counts["burgled_not_scheduled"]:
        homes = count(plan.counts["burgled_not_scheduled"], "burgled home")
        warned.append(f"max_visits leaves out {homes}: raise it.")
    for message in warned:
        warnings.warn(message, DataWarning, stacklevel=4)
