"""Whether hotspots got better or worse between two periods, and how sure that is."""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
from scipy import stats

from hotspot._checks import (
    check_incidents_frame,
    frame_problems,
    share_problems,
)
from hotspot._errors import ConfigError
from hotspot._kernels.arrays import Ints
from hotspot.dates import AsOf, event_times, resolution
from hotspot.density.surface import period_of
from hotspot.geo import area_positions


def hotspot_change(
    incidents: gpd.GeoDataFrame,
    hotspots: gpd.GeoDataFrame,
    before: tuple[AsOf, AsOf],
    after: tuple[AsOf, AsOf],
    confidence: float = 0.95,
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

    Returns
    -------
    GeoDataFrame
        `hotspots` with ``crimes_before``, ``crimes_after``, ``per_year_before``,
        ``per_year_after``, ``ratio`` (of the two rates), ``ratio_low``, ``ratio_high``,
        ``p_value`` (that the rate did not change) and ``q_value`` (adjusted for the number of
        hotspots). ``attrs["elsewhere"]`` has the counts, ratio and interval of all other incidents
        in the same periods: the change to hold the hotspots against.

    Raises
    ------
    DataError
        If the incidents or hotspots are not in canonical shape, or in two CRS.
    ConfigError
        If the periods overlap or `confidence` is no share.

    Notes
    -----
    Given the crimes of both periods together, those of the second are binomial if each period's
    count is Poisson, so interval and p-value are exact (Clopper and Pearson). Crime that comes in
    runs varies more than Poisson counts do, and the interval is then too narrow. Ground chosen
    because it was high in the first period falls towards the mean in the second with nothing done
    about it: choose hotspots from a period before both.

    References
    ----------
    Przyborowski, J. and Wilenski, H. (1940). Homogeneity of results in testing samples from
    Poisson series. Biometrika 31, 313-323.
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
    counts = [
        np.bincount(spot[period.holds(times)], minlength=len(hotspots) + 1) for period in (one, two)
    ]
    compared = compare_rates(counts[0], counts[1], one.years, two.years, confidence)
    change = hotspots.assign(**{column: values[:-1] for column, values in compared.items()})
    # Of many hotspots some change by chance: the false discovery rate allows for their number
    # (Benjamini and Hochberg 1995).
    change["q_value"] = (
        stats.false_discovery_control(change["p_value"].to_numpy()) if len(change) else []
    )
    change.attrs["elsewhere"] = {column: values[-1].item() for column, values in compared.items()}
    return change


def compare_rates(
    before: Ints, after: Ints, years_before: float, years_after: float, confidence: float
) -> dict[str, npt.NDArray[np.generic]]:
    """Compare Poisson counts over two times: ratio of the rates, exact interval and p-value."""
    total = before + after
    tail = (1 - confidence) / 2
    # Share of the later count, then the odds that it stands for; an end that is not there
    # (no crime in one of the periods) is 0 or infinite.
    low = np.where(after > 0, stats.beta.ppf(tail, after, before + 1), 0.0)
    high = np.where(before > 0, stats.beta.ppf(1 - tail, after + 1, before), 1.0)
    longer = years_before / years_after
    even = years_after / (years_before + years_after)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = [longer * share / (1 - share) for share in (low, high)]
        # Of rates and not of counts: the two periods may be of unequal length.
        ratio = np.asarray(longer * (after / before))
    # Given the total, the later count is binomial with the share of time that is later: twice the
    # smaller tail (Przyborowski and Wilenski 1940).
    lower, upper = stats.binom.cdf(after, total, even), stats.binom.sf(after - 1, total, even)
    return {
        "crimes_before": before,
        "crimes_after": after,
        "per_year_before": before / years_before,
        "per_year_after": after / years_after,
        "ratio": ratio,
        "ratio_low": ratios[0],
        "ratio_high": ratios[1],
        "p_value": np.minimum(1.0, 2 * np.minimum(lower, upper)),
    }
