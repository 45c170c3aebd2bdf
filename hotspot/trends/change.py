"""Whether hotspots got better or worse between two periods, and how sure that is."""

import warnings

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from hotspot._checks import (
    check_incidents_frame,
    frame_problems,
    share_problems,
)
from hotspot._errors import ConfigError, DataWarning
from hotspot._kernels.arrays import Floats, Ints
from hotspot.dates import AsOf, cutoff, event_times, moment_of, resolution, years_between
from hotspot.density.dispersion import dispersion_of_pairs, widened
from hotspot.density.surface import Period, period_of
from hotspot.english import count, day_of_year
from hotspot.geo import area_positions

# Pairs of earlier counts, or places, from which their variation is estimated.
_ENOUGH_PLACES = 4


def hotspot_change(
    incidents: gpd.GeoDataFrame,
    hotspots: gpd.GeoDataFrame,
    before: tuple[AsOf, AsOf],
    after: tuple[AsOf, AsOf],
    confidence: float = 0.95,
    *,
    chosen_on: tuple[AsOf, AsOf] | None = None,
    dispersion: float | None = None,
) -> gpd.GeoDataFrame:
    """Compare the crimes of two periods, hotspot by hotspot.

    Parameters
    ----------
    incidents : GeoDataFrame, n rows
        As `read_incidents` returns them.
    hotspots : GeoDataFrame
        Polygons, as `hotspots` returns them, or any others: beats, wards. An incident on a border,
        or where they overlap, counts once: in the first by ``area``, else by ``rank``, else by row.
    before, after : (date, date)
        First and last day of each period, both included.
    confidence : float
        Of the intervals.
    chosen_on : (date, date), optional
        First and last day of the crimes by which the ground was chosen. Default: the period of the
        surface, which `hotspots` keeps in ``attrs["chosen_on"]``; unknown for other polygons.
    dispersion : float, optional
        How many times more the counts vary between two such periods than Poisson counts do, 1 or
        more. Default: taken from the data.

    Returns
    -------
    GeoDataFrame
        `hotspots` with ``crimes_before``, ``crimes_after``, ``per_year_before``,
        ``per_year_after``, ``ratio`` (of the two rates), ``ratio_low``, ``ratio_high``,
        ``p_value`` (that the rate did not change), ``q_value`` (adjusted for the number of
        hotspots) and ``chosen_before``: whether the ground was chosen because of the first period,
        so that it falls by itself (missing where that is not known). ``attrs["elsewhere"]`` has
        the counts, ratio and interval of all other incidents in the same periods: the change to
        hold the hotspots against; ``attrs["dispersion"]`` that of the hotspots.

    Warns
    -----
    DataWarning
        If the ground was chosen on days of the first period.

    Raises
    ------
    DataError
        If the incidents or hotspots are not in canonical shape, or in two CRS.
    ConfigError
        If the periods overlap, `confidence` is no share or `dispersion` is below 1.

    Notes
    -----
    Given the crimes of both periods together, those of the second are binomial if each period's
    count is Poisson, so interval and p-value are exact (Clopper and Pearson). Crime that comes in
    runs varies more. How much more is taken from these places themselves: from pairs of earlier
    periods as long and as far apart, where the data go back that far, else from how differently
    the places changed. Counts are divided by it, which widens the intervals (quasi-likelihood,
    McCullagh and Nelder), a little more where it rests on few pairs.

    Ground chosen because it was high in the first period falls towards the mean in the second with
    nothing done about it. Choose it on a period before both: ``hotspots(kernel_density(incidents,
    period=...))``; or hold it against places that were as bad beforehand, which
    `impact.matched_controls` finds.

    References
    ----------
    Przyborowski, J. and Wilenski, H. (1940). Homogeneity of results in testing samples from
    Poisson series. Biometrika 31, 313-323.
    McCullagh, P. and Nelder, J. A. (1989). Generalized linear models, 2nd ed. Chapman and Hall,
    section 4.5.
    Clopper, C. J. and Pearson, E. S. (1934). The use of confidence or fiducial limits illustrated
    in the case of the binomial. Biometrika 26, 404-413.

    Examples
    --------
    >>> import pandas as pd, shapely
    >>> day = pd.to_datetime(["2024-02-01"] * 8 + ["2025-02-01"] * 2)
    >>> frame = pd.DataFrame({"crime_ref": range(10), "occurred_from": day, "occurred_to": day})
    >>> incidents = gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy([5] * 10, [5] * 10),
    ...                              crs=27700)
    >>> spot = gpd.GeoDataFrame({"rank": [1]}, geometry=[shapely.box(0, 0, 9, 9)], crs=27700)
    >>> years = ("2024-02-01", "2024-12-31"), ("2025-02-01", "2025-12-31")
    >>> hotspot_change(incidents, spot, *years)[["ratio", "ratio_low", "ratio_high"]].round(2)
       ratio  ratio_low  ratio_high
    0   0.25       0.03        1.26
    """
    faults, arguments = frame_problems(hotspots, "hotspots"), share_problems(confidence=confidence)
    if dispersion is not None and not (np.isfinite(dispersion) and dispersion >= 1):
        arguments.append(f"dispersion must be a number, 1 or more, not {dispersion!r}.")
    check_incidents_frame(incidents, *faults, arguments=arguments, hotspots=hotspots)
    times = event_times(incidents)
    dates = resolution(incidents)
    one, two = period_of(times, dates, before), period_of(times, dates, after)
    if one.last >= two.first:
        raise ConfigError("The periods overlap or stand the wrong way round: before, then after.")
    name = next((column for column in ("area", "rank") if column in hotspots.columns), None)
    spot = area_positions(incidents.geometry.to_numpy(), hotspots, name)
    # One more than there are hotspots: the last counts what lies in none of them.
    spot = np.where(spot < 0, len(hotspots), spot)
    counts = np.stack([_counts(spot, times, period, len(hotspots)) for period in (one, two)])
    if dispersion is None:
        varied = _earlier_pairs(spot, times, one, two, len(hotspots))
        varies = np.r_[
            np.full(len(hotspots), _dispersion(varied[:, :-1], counts[:, :-1])),
            _dispersion(varied[:, -1:], counts[:, -1:]),
        ]
    else:
        varies = np.full(len(hotspots) + 1, float(dispersion))
    compared = compare_rates(counts[0], counts[1], one.years, two.years, confidence, varies)
    change = hotspots.assign(**{column: values[:-1] for column, values in compared.items()})
    # Of many hotspots some change by chance: the false discovery rate allows for their number
    # (Benjamini and Hochberg 1995).
    change["q_value"] = (
        stats.false_discovery_control(change["p_value"].to_numpy()) if len(change) else []
    )
    change.attrs["elsewhere"] = {column: values[-1].item() for column, values in compared.items()}
    change.attrs["dispersion"] = float(varies[0]) if len(hotspots) else 1.0
    return _with_its_choice(change, one, chosen_on or hotspots.attrs.get("chosen_on"))


def _counts(spot: Ints, times: pd.Series, period: Period, places: int) -> Ints:
    """Count the crimes of a period by place, those of no place last."""
    return np.bincount(spot[period.holds(times)], minlength=places + 1)


def _with_its_choice(
    change: gpd.GeoDataFrame, before: Period, chosen_on: tuple[AsOf, AsOf] | None
) -> gpd.GeoDataFrame:
    """Add whether the ground was chosen by what it is held against, and warn if it was."""
    if chosen_on is None:
        return change.assign(chosen_before=pd.array([pd.NA] * len(change), dtype="boolean"))
    first = moment_of(chosen_on[0], "chosen_on").normalize()
    last = cutoff(chosen_on[1], "chosen_on")
    chosen_before = bool(first <= before.last and last >= before.first)
    if chosen_before and len(change):
        warnings.warn(
            f"The {count(len(change), 'hotspot')} were chosen because crime was high from "
            f"{day_of_year(first)} to {day_of_year(last)}, days of the first period: such ground "
            "falls towards the mean with nothing done. Choose it on a period that ends before "
            f"{day_of_year(before.first)}, with kernel_density(incidents, period=...), or hold it "
            "against places that were as bad beforehand (`hs.matched_controls`).",
            DataWarning,
            stacklevel=3,
        )
    return change.assign(chosen_before=pd.array([chosen_before] * len(change), dtype="boolean"))


def _earlier_pairs(
    spot: Ints, times: pd.Series, one: Period, two: Period, places: int
) -> npt.NDArray[np.int64]:
    """Count by place in pairs of earlier periods, shape (2 x pairs, places + 1), pair by pair."""
    length = min((period.last - period.first).days + 1 for period in (one, two))
    apart = max((two.first - one.first).days, length)
    rows = []
    start = two.first - pd.Timedelta(days=length)
    # Back to the first crime: before it the counts are 0 because the data begin, not the crimes.
    while not times.empty and start - pd.Timedelta(days=apart) >= times.min().normalize():
        for first in (start - pd.Timedelta(days=apart), start):
            last = first + pd.Timedelta(days=length, nanoseconds=-1)
            period = Period(first, last, years_between(first, last))
            rows.append(_counts(spot, times, period, places))
        start -= pd.Timedelta(days=length)
    return np.array(rows, dtype=np.int64).reshape(-1, places + 1)


def _dispersion(varied: npt.NDArray[np.int64], tested: npt.NDArray[np.int64]) -> float:
    """Estimate how many times more counts vary than Poisson counts, 1 or more."""
    of_pairs = dispersion_of_pairs(varied[::2].ravel(), varied[1::2].ravel())
    return of_pairs or dispersion_within(tested, _ENOUGH_PLACES) or 1.0


def dispersion_within(tested: Ints | Floats, enough: int = 2) -> float | None:
    """Estimate dispersion from how differently parts changed, about the change of all of them.

    Parameters
    ----------
    tested : ndarray, shape (2, parts)
        Counts before and after: of places, or of parts of the year.
    enough : int
        Degrees of freedom from which it can be told.

    Returns
    -------
    float or None
        1 or more, by the test of a table of two rows. What really changed differently counts as
        variation, so it is not too low. None where too few parts hold anything.
    """
    told = tested.sum(axis=0) > 0
    free = int(told.sum()) - 1
    if free < enough or not tested.sum(axis=1).all():
        return None
    # By hand: what SciPy looks at besides takes far longer, and a force has hundreds of beats.
    counts = tested[:, told].astype(float)
    expected = counts.sum(axis=1, keepdims=True) * counts.sum(axis=0) / counts.sum()
    return widened(((counts - expected) ** 2 / expected).sum() / free, free)


def compare_rates(
    before: Ints,
    after: Ints,
    years_before: float,
    years_after: float,
    confidence: float,
    dispersion: Floats | float = 1.0,
) -> dict[str, npt.NDArray[np.generic]]:
    """Compare counts over two times: ratio of the rates, exact interval and p-value.

    `dispersion` is how many times more than Poisson counts each varies; counts divided by it vary
    as much as they count.
    """
    early, late = before / dispersion, after / dispersion
    total = early + late
    tail = (1 - confidence) / 2
    # Share of the later count, then the odds that it stands for; an end that is not there
    # (no crime in one of the periods) is 0 or infinite.
    low = np.where(after > 0, stats.beta.ppf(tail, late, early + 1), 0.0)
    high = np.where(before > 0, stats.beta.ppf(1 - tail, late + 1, early), 1.0)
    longer = years_before / years_after
    even = years_after / (years_before + years_after)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = [longer * share / (1 - share) for share in (low, high)]
        # Of rates and not of counts: the two periods may be of unequal length.
        ratio = np.asarray(longer * (after / before))
    # Given the total, the later count is binomial with the share of time that is later: twice the
    # smaller tail (Przyborowski and Wilenski 1940). Written as beta functions, which are these
    # tails at whole counts and go on smoothly between them.
    lower = np.where(early > 0, stats.beta.sf(even, late + 1, early), 1.0)
    upper = np.where(late > 0, stats.beta.cdf(even, late, early + 1), 1.0)
    return {
        "crimes_before": before,
        "crimes_after": after,
        "per_year_before": before / years_before,
        "per_year_after": after / years_after,
        "ratio": ratio,
        "ratio_low": ratios[0],
        "ratio_high": ratios[1],
        "p_value": np.where(total > 0, np.minimum(1.0, 2 * np.minimum(lower, upper)), 1.0),
    }
