"""What a briefing finds: where risk is raised, where it stays, and which doors to knock on."""

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
import xarray as xr

from hotspot._errors import DataError
from hotspot.briefing.inputs import Inputs
from hotspot.briefing.track_record import Proof
from hotspot.cocooning import cocooning_lists
from hotspot.dates import cutoff, event_times, known_by
from hotspot.density import hotspots, kernel_density
from hotspot.forecast import Blend
from hotspot.grid import Grid
from hotspot.near_repeat import near_repeat_zones
from hotspot.trends.change import hotspot_change
from hotspot.visits import VisitLedger, VisitReport

# A share of homes or of area above which zones no longer tell anyone where to go.
TOO_WIDE = 0.2
# One burglary, or two, is not where risk stays.
FEWEST_IN_HOTSPOT = 3
# Straight sides to a quarter circle of the study area where none was given.
_QUARTER_SIDES = 8
# Long enough for a beat to hold burglaries, and the same weekdays and season a year before.
_SEASON_DAYS = 91
_YEAR_OF_WEEKS_DAYS = 364
# Burglaries from before both, without which the earlier weeks may lie outside the data: more than
# years are mistyped.
_FEWEST_EARLIER = 4


@dataclass(frozen=True)
class Lists:
    """Doors to visit and homes that get a message, both of one plan, and what joins them.

    Attributes
    ----------
    targets, messages : GeoDataFrame
    links : DataFrame
        The burglaries that reach each door.
    so_far : VisitReport or None
        What had been asked and done before this list; None where no ledger is kept.
    """

    targets: gpd.GeoDataFrame
    messages: gpd.GeoDataFrame
    links: pd.DataFrame
    so_far: VisitReport | None


@dataclass(frozen=True)
class Findings:
    """What was found in the inputs.

    Attributes
    ----------
    study_area : Geometry
    study_area_is : str
        Where the study area comes from, in words.
    surface : DataArray
    hotspots : GeoDataFrame
    in_period : GeoDataFrame
        The burglaries of the period that the surface is of. Hidden ones count here, and are left
        out of the surface and the hotspots: where few lie, a peak is a home.
    zones : GeoDataFrame or None
        Without burglaries of the stop list: the middle of a lone circle is a home. None where
        dates are months only.
    change : GeoDataFrame or None
        The areas with their burglaries of the last 13 weeks and of the same weeks a year before;
        None without areas, where the data do not go back that far, or dates are months only.
    lists : Lists or None
        None where there are no addresses, or dates are months only.
    proof : Proof
        How well the map and the lists did.
    homes_in_zones, area_in_zones : float or None
        Share of the addresses, and of the study area, that the zones cover.
    """

    study_area: shapely.Geometry
    study_area_is: str
    surface: xr.DataArray
    hotspots: gpd.GeoDataFrame
    in_period: gpd.GeoDataFrame
    zones: gpd.GeoDataFrame | None
    change: gpd.GeoDataFrame | None
    lists: Lists | None
    proof: Proof
    homes_in_zones: float | None
    area_in_zones: float | None

    @property
    def too_wide(self) -> bool:
        """Whether the zones cover too much to send anyone anywhere."""
        return max(self.homes_in_zones or 0.0, self.area_in_zones or 0.0) > TOO_WIDE


def find_density(inputs: Inputs) -> dict[str, Any]:
    """Work out where risk stays.

    Returns
    -------
    dict
        The fields of `Findings` that tell of it.
    """
    settings = inputs.config.density
    first, last = density_period(inputs)
    times = event_times(inputs.incidents)
    in_period = ((times >= first) & (times <= cutoff(last))).to_numpy()
    drawn = inputs.incidents[in_period & ~inputs.hidden]
    area, area_is = _study_area(inputs, drawn, settings.bandwidth_m)
    surface = kernel_density(
        drawn,
        grid=Grid.over(area, settings.cell_size_m, crs=inputs.incidents.crs),
        bandwidth_m=settings.bandwidth_m,
        within=area,
        period=(first, last),
    )
    return {
        "study_area": area,
        "study_area_is": area_is,
        "surface": surface,
        "hotspots": _well_founded(hotspots(surface, drawn, settings.area_share)),
        "in_period": inputs.incidents[in_period],
    }


def _well_founded(spots: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Keep the hotspots of enough burglaries to say that risk stays there, and rank them anew."""
    kept = spots[spots["crimes"] >= FEWEST_IN_HOTSPOT].reset_index(drop=True)
    return kept.assign(rank=range(1, len(kept) + 1))


def density_period(inputs: Inputs) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Give the first and last day of the period in which risk "stays": whole days, or months."""
    days = pd.Timedelta(days=inputs.config.density.period_days - 1)
    last = (inputs.newest if inputs.month_only else cutoff(inputs.as_of)).normalize()
    first = last - days
    if inputs.month_only:
        first = first.to_period("M").start_time
    return max(first, event_times(inputs.incidents).min().normalize()), last


def _study_area(
    inputs: Inputs, drawn: gpd.GeoDataFrame, bandwidth_m: float
) -> tuple[shapely.Geometry, str]:
    """Take the area that was given, else the beats, else all that is near a burglary."""
    if inputs.within is not None:
        return inputs.within, "the area given as within"
    if inputs.areas is not None:
        return shapely.union_all(inputs.areas.geometry.to_numpy()), "all beats together"
    if drawn.empty:
        drawn = inputs.shown
    if drawn.empty:
        raise DataError(
            "Every burglary is on the stop list, and no beats and no study area are given: there "
            "is nothing that may be drawn. Give [areas] or within under [incidents]."
        )
    circles = shapely.buffer(drawn.geometry.to_numpy(), bandwidth_m, quad_segs=_QUARTER_SIDES)
    return (
        shapely.union_all(circles),
        f"all within {bandwidth_m:g} m of a burglary, because no beats and no study area are given",
    )


def find_zones(inputs: Inputs, study_area: shapely.Geometry) -> dict[str, Any]:
    """Work out where risk is raised now, and how much of everything that covers.

    Returns
    -------
    dict
        The fields of `Findings` that tell of it.
    """
    if inputs.month_only:
        return {"zones": None, "homes_in_zones": None, "area_in_zones": None}
    rule = inputs.config.rule
    zones = near_repeat_zones(
        inputs.shown, inputs.as_of, rule.distance_m, rule.window_days, streets=inputs.streets
    )
    raised = shapely.union_all(zones.geometry.to_numpy())
    homes = None
    if inputs.addresses is not None and len(inputs.addresses):
        shapely.prepare(raised)
        homes = float(shapely.intersects(raised, inputs.addresses.geometry.to_numpy()).mean())
    covered = shapely.area(shapely.intersection(raised, study_area)) / shapely.area(study_area)
    return {"zones": zones, "homes_in_zones": homes, "area_in_zones": float(covered)}


def find_change(inputs: Inputs) -> gpd.GeoDataFrame | None:
    """Compare the areas' last weeks with the same weeks a year before.

    Of the weeks before only what was known at their end counts, as of the last weeks, so that late
    reports do not make every area fall. A few mistyped years make no history.
    """
    if inputs.areas is None or inputs.month_only or inputs.shown.empty:
        return None
    last = cutoff(inputs.as_of).normalize()
    before, after = (
        (end - pd.Timedelta(days=_SEASON_DAYS - 1), end)
        for end in (last - pd.Timedelta(days=_YEAR_OF_WEEKS_DAYS), last)
    )
    later = (inputs.shown["occurred_to"] > cutoff(before[1])).to_numpy()
    in_time = known_by(inputs.shown, inputs.as_of) & (later | known_by(inputs.shown, before[1]))
    known = inputs.shown[in_time]
    if (known["occurred_to"] < before[0]).sum() < _FEWEST_EARLIER:
        return None
    return hotspot_change(known, inputs.areas, before, after)


def find_lists(inputs: Inputs, ledger: VisitLedger | None) -> Lists | None:
    """Work out which doors to knock on, and which homes get a message; nothing is issued."""
    if inputs.month_only or inputs.addresses is None:
        return None
    rule, visits = inputs.config.rule, inputs.config.cocooning
    # What a preset sets is left to it, unless the set-up or a local rule says otherwise.
    free = () if visits.preset is None else {"distance_m", "window_days"} - rule.model_fields_set
    lists = cocooning_lists(
        inputs.incidents,
        inputs.addresses,
        inputs.as_of,
        inputs.areas,
        visits.max_visits,
        ledger,
        preset=visits.preset,
        visit_days=visits.visit_days,
        revisit_days=visits.revisit_days,
        distance_m=None if "distance_m" in free else rule.distance_m,
        window_days=None if "window_days" in free else rule.window_days,
        model=_ranked_by(inputs),
        tiers=visits.tiers,
        exclude=inputs.stopped,
    )
    return Lists(*lists, None if ledger is None else ledger.report("area", inputs.as_of))


def _ranked_by(inputs: Inputs) -> Blend | None:
    """Fit the forecast that ranks the doors, where the set-up asks for one."""
    if inputs.config.cocooning.rank_by == "rule":
        return None
    return Blend().fit(inputs.shown, inputs.as_of)
