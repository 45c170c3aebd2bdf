"""Hotspots along streets: counts and crimes per kilometre, where lines say more than cells."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy import stats

from hotspot._checks import (
    check_incidents_frame,
    choice_problems,
    frame_problems,
    integer_problems,
    positive_problems,
)
from hotspot.dates import AsOf, event_times, resolution
from hotspot.density.dispersion import dispersion_of_pairs
from hotspot.density.surface import period_of, weights_of
from hotspot.geo import nearest_positions


def street_hotspots(
    incidents: gpd.GeoDataFrame,
    streets: gpd.GeoDataFrame,
    distance_m: float = 50.0,
    *,
    by: str = "segment",
    weights: str | pd.Series | None = None,
    period: tuple[AsOf, AsOf] | None = None,
    minimum: int = 1,
) -> gpd.GeoDataFrame:
    """Count incidents along streets and rank streets by crimes per kilometre and year.

    Parameters
    ----------
    incidents : GeoDataFrame, n rows
        As `read_incidents` returns them.
    streets : GeoDataFrame
        As `read_streets` returns them: ``street`` and lines.
    distance_m : float
        An incident belongs to the nearest line within this distance, included.
    by : {"segment", "street"}
        Rank each line by itself, or all lines of one name together. Lines without a name stay by
        themselves.
    weights : str or Series, optional
        As of `kernel_density`.
    period : (date, date), optional
        As of `kernel_density`.
    minimum : int
        Streets with fewer crimes are left out.

    Returns
    -------
    GeoDataFrame
        The highest density first: ``rank``, ``street``, ``crimes``, ``weight`` (their sum of
        weights), ``length_km``, ``per_km_year``, ``low`` and ``high`` (95 % interval of that, from
        the count; only without weights), ``crime_share``, ``length_share``, ``geometry``.
        ``attrs["unmatched"]`` is how many incidents have no street within the distance.

    Raises
    ------
    DataError
        If the incidents or streets are not in canonical shape or in another CRS.
    ConfigError
        If a parameter is out of range.

    Notes
    -----
    An incident as far from two lines counts on the first of them by name. Burglaries come in
    series, so counts vary more than Poisson counts: how much more is taken from the two halves of
    the period, street by street, where a dozen streets have crimes; with fewer the interval is
    that of a Poisson count. A short line with one crime has
    a high density: look at ``low``, or ask for a `minimum`, before sending anyone.

    References
    ----------
    Weisburd, D. (2015). The law of crime concentration and the criminology of place. Criminology
    53(2), 133-157.
    Garwood, F. (1936). Fiducial limits for the Poisson distribution. Biometrika 28, 437-442.

    Examples
    --------
    >>> day = pd.to_datetime(["2025-06-01"] * 3)
    >>> frame = pd.DataFrame({"crime_ref": list("ABC"), "occurred_from": day, "occurred_to": day})
    >>> points = gpd.points_from_xy([10, 20, 90], [3, 3, 500])
    >>> incidents = gpd.GeoDataFrame(frame, geometry=points, crs=27700)
    >>> line = shapely.LineString([(0, 0), (500, 0)])
    >>> streets = gpd.GeoDataFrame({"street": ["High Street"]}, geometry=[line], crs=27700)
    >>> found = street_hotspots(incidents, streets, period=("2025-01-01", "2025-12-31"))
    >>> found[["rank", "street", "crimes", "per_km_year"]].round(2).to_dict("records")
    [{'rank': 1, 'street': 'High Street', 'crimes': 2, 'per_km_year': 4.0}]
    """
    problems = positive_problems(distance_m=distance_m)
    problems += choice_problems("by", by, ("segment", "street"))
    problems += integer_problems(0, minimum=minimum)
    faults = frame_problems(streets, "streets", ("street",))
    check_incidents_frame(incidents, *faults, arguments=problems, streets=streets)
    # By what they say, so that a point as far from two lines, and lines of equal density, do not
    # turn on the order of the file.
    lines = shapely.to_wkb(streets.geometry.to_numpy())
    said = pd.DataFrame({"street": streets["street"].astype(str).to_numpy(), "line": lines})
    streets = streets.iloc[said.sort_values(["street", "line"], kind="stable").index]
    times = event_times(incidents)
    covered = period_of(times, resolution(incidents), period)
    counted = covered.holds(times)
    weight = weights_of(incidents, weights)[counted]
    points = incidents.geometry.to_numpy()[counted]
    nearest = nearest_positions(points, streets.geometry.to_numpy(), distance_m)
    matched = nearest >= 0
    late = (times[counted] > covered.first + (covered.last - covered.first) / 2).to_numpy()
    # Sums of floats turn on the order in which they are added: not that of the rows.
    by_weight = np.argsort(weight, kind="stable")
    added = by_weight[matched[by_weight]]
    counts = gpd.GeoDataFrame(
        {
            "street": streets["street"].to_numpy(),
            "crimes": np.bincount(nearest[matched], minlength=len(streets)),
            "later": np.bincount(nearest[matched & late], minlength=len(streets)),
            "weight": np.bincount(nearest[added], weight[added], minlength=len(streets)),
            "length_km": shapely.length(streets.geometry.to_numpy()) / 1000,
        },
        geometry=streets.geometry.to_numpy(),
        crs=streets.crs,
    )
    if by == "street":
        counts = _by_name(counts)
    ranked = _ranked(counts, covered.years, minimum, intervals=weights is None)
    ranked.attrs.update(unmatched=int((~matched).sum()), period_years=covered.years)
    return ranked


def _by_name(segments: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Join the lines of one name."""
    # Lines without a name are keyed by their number, so that they stay by themselves.
    named = segments["street"].notna()
    unnamed = pd.Series(np.arange(len(segments)), index=segments.index).astype(object)
    key = segments["street"].astype(object).where(named, unnamed)
    # Counts and lengths are added before rates are made: a mean of rates would favour short lines.
    sums = dict.fromkeys(("crimes", "later", "weight", "length_km"), "sum")
    joined = segments.dissolve(by=key.to_numpy(), aggfunc={"street": "first", **sums}, sort=False)
    return joined.reset_index(drop=True)[[*segments.columns.drop("geometry"), "geometry"]]


def _ranked(
    ranked: gpd.GeoDataFrame, years: float, minimum: int, intervals: bool
) -> gpd.GeoDataFrame:
    """Add rates and shares to the counts, and sort by rate."""
    # A line of no length has no density, and not an infinite one.
    exposure = (ranked["length_km"] * years).where(ranked["length_km"] > 0)
    ranked["per_km_year"] = ranked["weight"] / exposure
    if intervals:
        crimes, later = ranked["crimes"].to_numpy(), ranked["later"].to_numpy()
        # Counts over how many times more they vary than Poisson counts vary as much as these.
        times = dispersion_of_pairs(crimes - later, later) or 1.0
        # Exact limits of a Poisson count (Garwood 1936), as quantiles of the gamma distribution.
        low = np.where(crimes > 0, stats.gamma.ppf(0.025, crimes / times), 0.0)
        ranked["low"] = low * times / exposure
        ranked["high"] = stats.gamma.ppf(0.975, crimes / times + 1) * times / exposure
    ranked = ranked.drop(columns="later")
    ranked["crime_share"] = ranked["crimes"] / max(int(ranked["crimes"].sum()), 1)
    ranked["length_share"] = ranked["length_km"] / ranked["length_km"].sum()
    ranked = ranked[ranked["crimes"] >= minimum].sort_values(
        ["per_km_year", "crimes"], ascending=False, kind="stable"
    )
    ranked = ranked.reset_index(drop=True)
    ranked.insert(0, "rank", np.arange(1, len(ranked) + 1))
    return ranked[[*ranked.columns.drop("geometry"), "geometry"]]
