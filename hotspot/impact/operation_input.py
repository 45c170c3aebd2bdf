"""What an evaluation is made of, read and checked: every problem at once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspot._checks import (
    chosen_seed,
    frame_problems,
    incident_problems,
    integer_problems,
    is_number,
    positive_problems,
    raise_problems,
    seed_problems,
    share_problems,
)
from hotspot._errors import ConfigError
from hotspot._kernels.arrays import Floats
from hotspot.dates import event_times, moment_of, resolution
from hotspot.density.surface import Period
from hotspot.english import plain_day, some_of
from hotspot.geo import area_positions
from hotspot.impact.operation_periods import (
    month_problems,
    part_problems,
    read_period,
    without_transition,
)
from hotspot.impact.place_polygons import Places, nearest_m, overlap_problems, read_places
from hotspot.incidents.offence_counts import of_homes
from hotspot.trends.harm import harm_problems, offence_weights

#: What `chosen_on` is where the ground was not chosen by its crimes.
AT_RANDOM = "random"
#: The control of a sceptic's first question: whatever is not treated.
ELSEWHERE = "everywhere else"
GIVEN = "control"


@dataclass(frozen=True)
class Costs:
    """What the operation cost and what a burglary does."""

    operation: float
    unit: float


@dataclass(frozen=True)
class Operation:
    """Everything that goes into an evaluation, checked.

    Attributes
    ----------
    incidents : GeoDataFrame
        Burglaries of homes, where other kinds stand beside them and were not chosen.
    times : Series of Timestamp
        The moment at which each counts.
    treated : Places
    controls : mapping of str to Places
        By name, the main one first; none where none was given.
    widths_m : tuple of float
        Of displacement buffers, the main one first.
    displacement_control : float, Places or None
    before, after : Period
    transition, chosen_on : Period or None
    at_random : bool
        Whether the ground was drawn, so that it does not fall by itself.
    harm : ndarray or None
        The weight of each crime.
    costs : Costs or None
    permutations, seed : int
    confidence : float
    planned_end : Timestamp or None
        The end that a plan fixed before the start.
    nought : bool
        Whether it was said that a count of nought is one.
    """

    incidents: gpd.GeoDataFrame
    times: "pd.Series[pd.Timestamp]"
    treated: Places
    controls: Mapping[str, Places]
    widths_m: tuple[float, ...]
    displacement_control: float | Places | None
    before: Period
    after: Period
    transition: Period | None
    chosen_on: Period | None
    at_random: bool
    harm: Floats | None
    costs: Costs | None
    permutations: int
    seed: int
    confidence: float
    planned_end: pd.Timestamp | None = None
    nought: bool = False


def read_operation(incidents: gpd.GeoDataFrame, treated: Any, **given: Any) -> Operation:
    """Read what `evaluate_operation` was given.

    Raises
    ------
    DataError, ConfigError
        With every problem.
    """
    data, arguments = incident_problems(incidents), []
    crs = incidents.crs if isinstance(incidents, gpd.GeoDataFrame) and not data else None
    places, of_places = _read_ground(treated, given, crs)
    periods, of_periods = _read_periods(given)
    arguments += of_periods + _argument_problems(given)
    widths, of_widths = _widths(given["displacement_m"])
    arguments += of_widths
    data += of_places
    if crs is not None and resolution(incidents) == "month":
        data += month_problems(before=periods["before"], after=periods["after"])
    harm = None
    if crs is not None and given["harm"] is not None:
        harm, of_harm = _harm(incidents, given["harm"])
        data += of_harm
    if not data and widths:
        data += _no_control_left(places, widths[0])
    if crs is not None and (data or arguments):
        # With them, or whoever mends those is told of this only then.
        data += _held_before(incidents, places, periods["before"])
    raise_problems(data, arguments)
    before, after = periods["before"], periods["after"]
    assert before is not None
    assert after is not None
    kept = of_homes(incidents, stacklevel=5)
    if harm is not None:
        harm = harm[incidents.index.isin(kept.index)]
    cost = given["operation_cost"]
    return Operation(
        kept, event_times(kept), places["treated"], places["controls"], widths, places["ring"],
        before, after, periods["transition"], periods["chosen_on"],
        given["chosen_on"] == AT_RANDOM if isinstance(given["chosen_on"], str) else False,
        harm, None if cost is None else Costs(float(cost), float(given["unit_cost"])),
        given["permutations"], chosen_seed(given["seed"]), given["confidence"],
        periods["planned_end"], bool(given.get("nought")),
    )  # fmt: skip


def nothing_before(before: Period, held: Mapping[str, float]) -> list[str]:
    """Find which places had no burglary before.

    Parameters
    ----------
    before : Period
    held : mapping of str to float
        Burglaries by kind of place.

    Returns
    -------
    list of str
    """
    days = f"{plain_day(before.first)} to {plain_day(before.last)}"
    return [
        f"No burglary before in the {kind} places ({days}): there is nothing to compare. "
        "Are the places where the burglaries are, and do the data go back so far?"
        for kind, number in held.items()
        if not number
    ]


def _held_before(
    incidents: gpd.GeoDataFrame, places: dict[str, Any], before: Period | None
) -> list[str]:
    main = next(iter(places["controls"].values()), None)
    if before is None:
        return []
    points = incidents.geometry.to_numpy()[before.holds(event_times(incidents))]
    return nothing_before(before, {
        kind: int((area_positions(points, one.shapes) >= 0).sum())
        for kind, one in (("treated", places["treated"]), ("control", main))
        if one is not None and len(one)
    })  # fmt: skip


def _read_ground(treated: Any, given: dict[str, Any], crs: Any) -> tuple[dict[str, Any], list[str]]:
    """Read treated places, controls and the displacement control, none of which may overlap."""
    read, problems = read_places(treated, "treated places", crs)
    control = given["control"]
    named = control if isinstance(control, Mapping) else {GIVEN: control}
    controls = {}
    for name, frame in named.items() if control is not None else ():
        # What `matched_controls` returns has the places in its table.
        frame = frame if isinstance(frame, gpd.GeoDataFrame) else getattr(frame, "table", frame)
        what = "control places" if len(named) == 1 else f"control places of {name!r}"
        controls[str(name)], of_control = read_places(frame, what, crs)
        problems += of_control
        if len(read) and not of_control:
            problems += overlap_problems(read, "treated places", controls[str(name)], what)
    ring: Any = given["displacement_control"]
    if ring is not None and not is_number(ring):
        what = "displacement control"
        ring, of_ring = read_places(ring, what, crs)
        problems += of_ring
        for others, name in ((read, "treated places"), *((c, n) for n, c in controls.items())):
            if len(others) and len(ring):
                problems += overlap_problems(ring, what, others, name)
    return {"treated": read, "controls": controls, "ring": ring}, problems


def _planned_end(given: Any) -> tuple[pd.Timestamp | None, list[str]]:
    try:
        return (None if given is None else moment_of(given, "planned_end").normalize()), []
    except ConfigError as error:
        return None, error.problems


def _read_periods(given: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    found: dict[str, Any] = dict.fromkeys(("transition", "chosen_on"))
    problems = []
    for name in ("before", "after", "transition", "chosen_on"):
        value = given[name]
        if value is None and name in found:
            continue
        if name == "chosen_on" and isinstance(value, str):
            if value != AT_RANDOM:
                problems.append(
                    f"chosen_on must be (first day, last day) of the crimes by which the ground "
                    f"was chosen, or {AT_RANDOM!r} where it was drawn, not {value!r}."
                )
            continue
        found[name], wrong = read_period(value, name)
        problems += wrong
    found["planned_end"], wrong = _planned_end(given["planned_end"])
    problems += wrong
    before, after, left_out = (found[name] for name in ("before", "after", "transition"))
    if before is not None and after is not None:
        wrong = part_problems(before, after)
        if not wrong and left_out is not None:
            found["before"], found["after"], wrong = without_transition(before, after, left_out)
        problems += wrong
    return found, problems


def _argument_problems(given: dict[str, Any]) -> list[str]:
    problems = share_problems(confidence=given["confidence"]) + seed_problems(given["seed"])
    problems += integer_problems(0, permutations=given["permutations"])
    costs = {name: given[name] for name in ("operation_cost", "unit_cost")}
    problems += positive_problems(**{n: value for n, value in costs.items() if value is not None})
    missing = [name for name, value in costs.items() if value is None]
    if len(missing) == 1:
        problems.append(
            f"{missing[0]} is missing: what the operation cost is held against what a burglary "
            "costs, in one currency."
        )
    ring = given["displacement_control"]
    if ring is not None and given["displacement_m"] is None:
        problems.append("displacement_control needs a displacement_m to be a control of.")
    if is_number(ring):
        problems += positive_problems(displacement_control=ring)
    return problems


def _widths(given: Any) -> tuple[tuple[float, ...], list[str]]:
    """Read one width of a buffer or several."""
    if given is None:
        return (), []
    several = isinstance(given, Iterable) and not isinstance(given, str)
    widths = tuple(given) if several else (given,)
    problems = [problem for width in widths for problem in positive_problems(displacement_m=width)]
    if not widths:
        problems = ["displacement_m has no width: give metres, or None."]
    return (() if problems else tuple(dict.fromkeys(map(float, widths)))), problems


def _no_control_left(places: dict[str, Any], width_m: float) -> list[str]:
    problems = []
    for name, control in places["controls"].items():
        if len(control) and (nearest_m(control.shapes, places["treated"].shapes) < width_m).all():
            several = f"all {len(control)} places of {name!r} lie"
            which = several if len(control) > 1 else f"the one place of {name!r} lies"
            problems.append(
                f"No control is left: {which} within the "
                f"{width_m:,.10g} m around the treated places in which displacement is looked "
                "for. Choose control places further away, or a narrower displacement_m."
            )
    return problems


def _harm(incidents: gpd.GeoDataFrame, given: Any) -> tuple[Floats | None, list[str]]:
    """Return the weight of each crime: a column of the incidents, or weights by offence."""
    if isinstance(given, str):
        problems = frame_problems(incidents, "incidents", (given,))
        if problems:
            return None, problems
        weights = pd.to_numeric(incidents[given], errors="coerce").to_numpy(float)
        wrong = incidents.index[~(np.isfinite(weights) & (weights >= 0))]
        named = some_of([str(label) for label in wrong])
        told = [f"The column {given} holds no weight of 0 or more in rows {named}."]
        return weights, told if len(wrong) else []
    try:
        table = offence_weights(given)
    except (ConfigError, ValueError, TypeError) as error:
        return None, list(getattr(error, "problems", [f"harm must be weights by offence: {error}"]))
    problems = harm_problems(incidents, table, "offence_code", None)
    if problems:
        return None, problems
    return incidents["offence_code"].map(table).to_numpy(float), []
