"""What an operation did, against places where nothing was done."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspot._checks import raise_problems
from hotspot._errors import DataError
from hotspot._kernels.arrays import Floats
from hotspot.density.surface import Period
from hotspot.impact.displacement_measures import displacement, wdd_between
from hotspot.impact.ground import KINDS, Ground, lay_out
from hotspot.impact.operation_cautions import find_cautions
from hotspot.impact.operation_effect import OperationEffect, verdict_of
from hotspot.impact.operation_input import ELSEWHERE, Operation, nothing_before, read_operation
from hotspot.impact.operation_periods import Days
from hotspot.impact.operations_that_never_were import placebo_operations
from hotspot.impact.place_ratio import (
    RatioByPlace,
    ratio_by_place,
    relabelled_p_value,
    smallest_p_value,
)
from hotspot.impact.single_places import single_places

# Where no relabelling could ever be called a difference, nobody can be relabelled.
_MOST_SMALLEST = 0.05


def evaluate_operation(
    incidents: gpd.GeoDataFrame,
    treated: gpd.GeoDataFrame,
    before: Days,
    after: Days,
    control: Any = None,
    displacement_m: float | Sequence[float] | None = None,
    displacement_control: float | gpd.GeoDataFrame | None = None,
    chosen_on: Days | Literal["random"] | None = None,
    transition: Days | None = None,
    harm: str | Mapping[str, float] | pd.DataFrame | None = None,
    operation_cost: float | None = None,
    unit_cost: float | None = None,
    permutations: int = 999,
    seed: int | None = None,
    confidence: float = 0.95,
    *,
    planned_end: Any = None,
    nought: bool = False,
) -> OperationEffect:
    """Evaluate what an operation did, and say what else could explain it.

    Parameters
    ----------
    incidents : GeoDataFrame
        As `read_incidents` returns them; each counts at the middle of its window.
    treated : GeoDataFrame
        Polygons of the places, none overlapping; by ``place``, ``name``, ``area`` or the index.
        Places in another CRS are brought into that of the incidents.
    before, after : (date, date)
        First and last day of each period, both included; they may differ in length.
    control : GeoDataFrame, MatchedControls or mapping, optional
        Places where nothing was done, or several choices of them by name, the main one first.
        Without one nothing tells what would have happened, and no verdict is given.
    displacement_m : float or sequence of float, optional
        Width of the ground around each treated place in which crime may have gone up (displaced)
        or down (diffusion of benefits); several are compared, the first is the main one. Control
        places nearer than this are left out.
    displacement_control : float or GeoDataFrame, optional
        What the ground around is held against: so many metres around the control, or polygons.
    chosen_on : (date, date) or "random", optional
        The days of the crimes by which the ground was chosen, or that it was drawn at random.
        Unless it was not chosen by `before`, it falls by itself, and is told so.
    transition : (date, date), optional
        Days that count in neither period.
    harm : str, mapping or DataFrame, optional
        Column of the incidents with a weight each, or weights by offence as of `harm_total`.
    operation_cost, unit_cost : float, optional
        What the operation cost, and what one burglary does.
    permutations : int
        How often places are relabelled; 0 for none.
    seed : int, optional
    confidence : float
    planned_end : date, optional
        The end of `after` that a plan fixed before the start.
    nought : bool
        Whether no burglary after is known to be true. Else the export is asked first.

    Returns
    -------
    OperationEffect

    Raises
    ------
    DataError
        If incidents or places are not in shape, places overlap, no control is left outside the
        buffer, a period begins or ends within a month where only months are known, or nothing was
        recorded before: all at once.
    ConfigError
        If periods overlap, or another argument is wrong.

    Notes
    -----
    The rate ratio has its variance by place, see `hotspot.impact.ratio_by_place`; its p-value is
    that of relabelled places, within matched sets where the control has them. The rule of this
    evaluation was tried on operations that never were: `OperationEffect.placebo`.

    References
    ----------
    Wilson, D. B. (2022). The relative incident rate ratio effect size for count-based impact
    evaluations. Journal of Quantitative Criminology 38, 323-341.
    Wheeler, A. P. and Ratcliffe, J. H. (2018). A simple weighted displacement difference test.
    Crime Science 7, 11.

    Examples
    --------
    >>> import shapely
    >>> random = np.random.default_rng(4)
    >>> x, day = random.integers(0, 20, 2000) * 1000 + 50, random.integers(0, 730, 2000)
    >>> days = pd.Timestamp("2024-01-01") + pd.to_timedelta(day, unit="D")
    >>> frame = pd.DataFrame({"crime_ref": [f"B{n}" for n in range(2000)],
    ...                       "occurred_from": days, "occurred_to": days})
    >>> crimes = gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(x, x * 0 + 50), crs=27700)
    >>> cells = gpd.GeoDataFrame(
    ...     geometry=[shapely.box(1000 * n, 0, 1000 * n + 100, 100) for n in range(20)], crs=27700)
    >>> effect = evaluate_operation(
    ...     crimes, cells[:5], ("2024-01-01", "2024-12-31"), ("2025-01-01", "2025-12-30"),
    ...     control=cells[5:], chosen_on="random", seed=1)
    >>> effect.finding
    'cannot be seen'
    """
    operation = read_operation(
        incidents, treated, before=before, after=after, control=control,
        displacement_m=displacement_m, displacement_control=displacement_control,
        chosen_on=chosen_on, transition=transition, harm=harm, operation_cost=operation_cost,
        unit_cost=unit_cost, permutations=permutations, seed=seed, confidence=confidence,
        planned_end=planned_end, nought=nought,
    )  # fmt: skip
    main = next(iter(operation.controls.values()), None)
    ground = lay_out(operation, main, next(iter(operation.widths_m), None))
    early, late = (
        ground.counts(operation.times, period) for period in (operation.before, operation.after)
    )
    held = {KINDS[letter]: float(early[ground.of(letter)].sum()) for letter in "TC"}
    raise_problems([*ground.problems, *nothing_before(operation.before, held)])
    ratio = ratio_of(ground, early, late, operation.confidence)
    p_value, smallest = _relabelled(operation, ground, early, late)
    counts = _counts_by_kind(operation, ground, early, late)
    singles = single_places(operation, ground, early, late)
    placebo = placebo_operations(operation, ground, early, late)
    cautions = find_cautions(operation, ground, early, late, ratio, smallest)
    shown_p = ratio.p_interval if p_value is None else p_value
    return OperationEffect(
        table=_measures(operation, ground, counts, early, late, ratio, shown_p),
        counts=counts,
        places=singles,
        choices=_choices(operation),
        placebo=placebo,
        cautions=[caution.words for caution in cautions],
        **verdict_of(operation, counts, ratio, shown_p, cautions),
        settings=_settings(operation, p_value is not None),
    )


def ratio_of(ground: Ground, early: Floats, late: Floats, confidence: float) -> RatioByPlace:
    """Compute the rate ratio of the treated to the control places of a choice of ground.

    Parameters
    ----------
    ground : Ground
    early, late : ndarray, shape (places,)
    confidence : float

    Returns
    -------
    RatioByPlace
    """
    treated, control = ground.of("T"), ground.of("C")
    return ratio_by_place(
        (early[treated], late[treated]), (early[control], late[control]), confidence
    )


def _relabelled(
    operation: Operation, ground: Ground, early: Floats, late: Floats
) -> tuple[float | None, float]:
    """Return the p-value of relabelled places, and the smallest that there could be."""
    which = ground.by_name("TC")
    treated = ground.of("T")[which]
    # Treated and control places stand first, and each of them has a set or none has.
    sets = None if ground.sets is None else ground.sets[which]
    smallest = smallest_p_value(treated, sets)
    if smallest > _MOST_SMALLEST or not operation.permutations:
        return None, smallest
    return relabelled_p_value(
        early[which], late[which], treated, operation.permutations, operation.seed, sets
    ), smallest  # fmt: skip


def _counts_by_kind(
    operation: Operation, ground: Ground, early: Floats, late: Floats
) -> pd.DataFrame:
    rows = []
    for letter, kind in KINDS.items():
        which = ground.of(letter)
        if not which.any():
            continue
        one, two = early[which].sum(), late[which].sum()
        rows.append({
            "kind": kind, "places": int(which.sum()), "km2": ground.km2.get(letter, np.nan),
            "before": int(one), "after": int(two),
            "per_year_before": one / operation.before.years,
            "per_year_after": two / operation.after.years,
        })  # fmt: skip
    return pd.DataFrame(rows)


def _measures(
    operation: Operation, ground: Ground, counts: pd.DataFrame, early: Floats, late: Floats,
    ratio: RatioByPlace, p_value: float,
) -> pd.DataFrame:  # fmt: skip
    nan = float("nan")
    prevented = ratio.prevented(float(late[ground.of("T")].sum()))
    rows: list[tuple[object, ...]] = [
        ("rate ratio", ratio.value, ratio.low, ratio.high, p_value),
        ("prevented", *prevented, p_value),
        *_differences(operation, ground, early, late),
    ]
    if (counts["kind"] == KINDS["D"]).any():
        pairs = _pairs(ground, early, late)
        plain = displacement(pairs, _years(operation)).set_index("measure")["value"]
        rows += [(name, plain[name], nan, nan, nan) for name in ("WDQ", "total net effect")]
    if operation.costs is not None:
        worth = operation.costs.unit / operation.costs.operation
        rows.append(("break-even", 1 / worth, nan, nan, nan))
        # No p-value: that of the fall would be read as one of paying, which begins at 1.
        rows.append(("benefit-cost ratio", *(one * worth for one in prevented), nan))
    return pd.DataFrame(rows, columns=["measure", "value", "low", "high", "p_value"])


def _pairs(ground: Ground, early: Floats, late: Floats) -> dict[str, tuple[float, float]]:
    return {
        letter: (float(early[which].sum()), float(late[which].sum()))
        for letter in KINDS
        if (which := ground.of(letter)).any()
    }


def _differences(
    operation: Operation, ground: Ground, early: Floats, late: Floats
) -> list[tuple[object, ...]]:
    """Return the WDD plain, by area and by harm, with what it has of places or of Poisson."""
    years = _years(operation)
    found: list[tuple[str, Any, Any, Any]] = []
    by_place = {
        letter: np.column_stack([early[which], late[which]])
        for letter in KINDS
        if (which := ground.of(letter)).any()
    }
    found.append(("WDD", by_place, by_place, None))
    km2 = ground.km2.reindex(list(by_place))
    if km2.notna().all():
        found.append(("WDD by area", by_place, by_place, (km2 / km2["T"]).to_dict()))
    if operation.harm is not None:
        sums = [
            np.column_stack([
                ground.sums(period.holds(operation.times), operation.harm**power)
                for period in (operation.before, operation.after)
            ])
            for power in (1, 2)
        ]  # fmt: skip
        kinds = {letter: ground.of(letter) for letter in by_place}
        values, squares = ({k: one[w] for k, w in kinds.items()} for one in sums)
        found.append(("WDD by harm", values, squares, None))
    return [
        (name, *wdd_between(values, squares, years, weights, operation.confidence))
        for name, values, squares, weights in found
    ]


def _years(operation: Operation) -> tuple[float, float]:
    return operation.before.years, operation.after.years


def _choices(operation: Operation) -> pd.DataFrame:
    """Evaluate every choice of control and buffer, side by side."""
    controls = {**operation.controls, ELSEWHERE: None}
    rows = []
    for name, control in controls.items():
        for width in operation.widths_m or (None,):
            try:
                ground = lay_out(operation, control, width)
            except DataError:
                continue
            if not ground.of("C").any():
                continue
            early, late = (
                ground.counts(operation.times, one) for one in (operation.before, operation.after)
            )
            if not early[ground.of("C")].sum():
                continue
            ratio = ratio_of(ground, early, late, operation.confidence)
            net = np.nan
            if width is not None:
                measures = displacement(_pairs(ground, early, late), _years(operation))
                net = measures.set_index("measure")["value"]["total net effect"]
            prevented = ratio.prevented(float(late[ground.of("T")].sum()))
            rows.append({
                "control": name, "buffer_m": np.nan if width is None else width,
                "control_places": int(ground.of("C").sum()), "rate_ratio": ratio.value,
                "low": ratio.low, "high": ratio.high, "prevented": prevented[0],
                "total_net_effect": net,
            })  # fmt: skip
    return pd.DataFrame(rows)


def _settings(operation: Operation, relabelled: bool) -> dict[str, Any]:
    def days(period: Period | None) -> list[str] | None:
        return None if period is None else [f"{end:%Y-%m-%d}" for end in period[:2]]

    return {
        "before": days(operation.before),
        "after": days(operation.after),
        "transition": days(operation.transition),
        "chosen_on": "random" if operation.at_random else days(operation.chosen_on),
        "controls": {name: len(places) for name, places in operation.controls.items()},
        "displacement_m": list(operation.widths_m),
        "operation_cost": operation.costs and operation.costs.operation,
        "unit_cost": operation.costs and operation.costs.unit,
        "p_value": "relabelled places" if relabelled else "interval",
        "permutations": operation.permutations,
        "seed": operation.seed,
        "confidence": operation.confidence,
    }
