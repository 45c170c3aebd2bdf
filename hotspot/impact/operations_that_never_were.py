"""What the same evaluation finds where nothing was done: earlier dates, and places relabelled."""

import numpy as np
import pandas as pd

from hotspot._kernels.arrays import Floats
from hotspot.dates import cutoff
from hotspot.density.surface import Period
from hotspot.impact.ground import Ground
from hotspot.impact.operation_input import Operation
from hotspot.impact.operation_periods import years_in
from hotspot.impact.place_ratio import ratio_by_place, relabelled_ratios

_DRAWS = 100
_MOST_DATES = 24
_FEWEST_PLACES = 4
EARLIER, RELABELLED = "earlier dates", "relabelled places"
_COLUMNS = ("kind", "started", "rate_ratio", "low", "high", "alarm")


def placebo_operations(
    operation: Operation, ground: Ground, early: Floats, late: Floats
) -> pd.DataFrame:
    """Evaluate operations that never were in the same way.

    Parameters
    ----------
    operation : Operation
    ground : Ground
    early, late : ndarray, shape (places,)

    Returns
    -------
    DataFrame
        A row each: ``kind`` ("earlier dates": the same places, every date so many months earlier,
        as far as the data go back and all of it over before this operation began; "relabelled
        places": as large a share of the control places as was treated, drawn at random, against
        the rest of them, on the dates of this operation), ``started``, ``rate_ratio``, ``low``,
        ``high`` and ``alarm``: whether the interval leaves out 1.
    """
    rows = [*_earlier(operation, ground), *_relabelled(operation, ground, early, late)]
    return pd.DataFrame(rows, columns=list(_COLUMNS))


def _earlier(operation: Operation, ground: Ground) -> list[tuple[object, ...]]:
    treated, control = ground.of("T"), ground.of("C")
    rows: list[tuple[object, ...]] = []
    if not len(operation.times):
        return rows
    oldest = operation.times.min().normalize()
    began = operation.before.last
    if operation.transition is not None:
        began = min(began, operation.transition.first - pd.Timedelta(microseconds=1))
    months = 1
    while len(rows) < _MOST_DATES:
        one, two = (_moved(one, months) for one in (operation.before, operation.after))
        months += 1
        if one.first < oldest:
            break
        if two.last > began:
            continue
        counts = [ground.counts(operation.times, period) for period in (one, two)]
        if not (counts[0][treated].sum() and counts[0][control].sum()):
            continue
        found = ratio_by_place(
            (counts[0][treated], counts[1][treated]), (counts[0][control], counts[1][control]),
            operation.confidence,
        )  # fmt: skip
        rows.append((EARLIER, two.first, *found[:3], _alarm(found.low, found.high)))
    return rows


def _relabelled(
    operation: Operation, ground: Ground, early: Floats, late: Floats
) -> list[tuple[object, ...]]:
    control = ground.by_name("C")
    treated = int(ground.of("T").sum())
    share = treated / (treated + len(control))
    drawn = max(round(share * len(control)), 1)
    if len(control) < _FEWEST_PLACES or not (early[control] > 0).all():
        return []
    ratios = relabelled_ratios(
        early[control], late[control], drawn, _DRAWS, operation.seed, operation.confidence
    )
    return [
        (RELABELLED, operation.after.first, *map(float, one), _alarm(*one[1:]))
        for one in np.column_stack(ratios)
    ]


def _moved(period: Period, months: int) -> Period:
    """Return a period so many months earlier, ends of months kept as such."""
    back = pd.DateOffset(months=months)
    last = period.last.normalize()
    first = period.first - back
    # The day after the last, moved: so a month that is longer ends where it ends.
    end = (last + pd.Timedelta(days=1)) - back - pd.Timedelta(days=1)
    return Period(first, cutoff(end), years_in(first, end))


def _alarm(low: float, high: float) -> bool:
    return bool(low > 1 or high < 1)
