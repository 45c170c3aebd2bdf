"""The findings of a briefing: where risk is raised, where it stays, which doors to knock on."""

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import shapely
import xarray as xr

from hotspot._errors import DataError
from hotspot.briefing.camera_reading import cameras_for
from hotspot.briefing.inputs import Inputs
from hotspot.briefing.list_options import list_options
from hotspot.briefing.series_findings import SeriesFindings
from hotspot.briefing.track_record import Proof
from hotspot.briefing.trend import Trend
from hotspot.cameras import CameraList
from hotspot.cocooning.lists import lists_among
from hotspot.dates import end_of_day
from hotspot.density import hotspots, kernel_density
from hotspot.density.ground_shares import Ground, ground_of
from hotspot.forecast import Blend
from hotspot.grid import Grid
from hotspot.near_repeat import near_repeat_zones

if TYPE_CHECKING:
    from hotspot.visits import VisitLedger, VisitReport

# A share of homes or of area above which zones no longer tell anyone where to go.
TOO_WIDE = 0.2
# One burglary, or two, is not where risk stays.
FEWEST_IN_HOTSPOT = 3
# Straight sides to a quarter circle of the study area where none was given.
_QUARTER_SIDES = 8


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
    so_far: "VisitReport | None"


@dataclass(frozen=True)
class Density:
    """Where risk stays.

    Attributes
    ----------
    study_area : Geometry
    study_area_is : str
        Where the study area comes from, in words.
    surface : DataArray
    hotspots : GeoDataFrame
    in_period : GeoDataFrame
        The burglaries of the period that the surface is of.
    ground : Ground
        What shares are stated of: homes, else built-up ground.
    """

    study_area: shapely.Geometry
    study_area_is: str
    surface: xr.DataArray
    hotspots: gpd.GeoDataFrame
    in_period: gpd.GeoDataFrame
    ground: Ground


@dataclass(frozen=True)
class RaisedRisk:
    """Where risk is raised now, and how much of the ground that covers.

    Attributes
    ----------
    zones : GeoDataFrame
    share : float
        Of the homes, else of built-up ground.
    """

    zones: gpd.GeoDataFrame
    share: float

    @property
    def too_wide(self) -> bool:
        """Whether the zones cover too much to send anyone anywhere."""
        return self.share > TOO_WIDE


@dataclass(frozen=True)
class Findings:
    """What was found in the inputs.

    Attributes
    ----------
    density : Density
    raised : RaisedRisk or None
        None where dates are months only.
    trend : Trend
        Twelve months and the last full month against those before, by area.
    lists : Lists or None
        None where there are no addresses, or dates are months only.
    proof : Proof
        How well the map and the lists did.
    footage : CameraList or None
        The cameras to ask; None without a register, and where dates are months only.
    series : SeriesFindings or None
        The series of the force; None without ``[series]``, and where dates are months only.
    """

    density: Density
    raised: RaisedRisk | None
    trend: Trend
    lists: Lists | None
    proof: Proof
    footage: CameraList | None = None
    series: SeriesFindings | None = None


def find_density(inputs: Inputs) -> Density:
    """Map where risk stays, and outline the highest places."""
    settings = inputs.config.density
    first, last = _density_period(inputs)
    incidents = inputs.known.incidents
    found = incidents["occurred_to"]
    in_period = ((found >= first) & (found <= end_of_day(last))).to_numpy()
    drawn = _when_found(incidents[in_period])
    area, area_is = _study_area(inputs, drawn, settings.bandwidth_m)
    surface = kernel_density(
        drawn,
        grid=Grid.over(area, settings.cell_size_m, crs=incidents.crs),
        bandwidth_m=settings.bandwidth_m,
        within=area,
        period=(first, last),
    )
    spots = _well_founded(hotspots(surface, drawn, settings.area_share))
    layers = inputs.layers
    ground = ground_of(
        Grid.of(surface), area, layers.addresses, inputs.known.incidents, layers.streets
    )
    spots["ground_share"] = ground.shares(spots)
    return Density(area, area_is, surface, spots, incidents[in_period], ground)


def _well_founded(spots: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Choose the hotspots of enough burglaries to say that risk stays there, ranked anew."""
    enough = spots[spots["crimes"] >= FEWEST_IN_HOTSPOT].reset_index(drop=True)
    return enough.assign(rank=range(1, len(enough) + 1))


def _density_period(inputs: Inputs) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return first and last day of the period in which risk "stays": whole days, or months."""
    days = pd.Timedelta(days=inputs.config.density.period_days - 1)
    last = (inputs.newest if inputs.month_only else inputs.last).normalize()
    first = last - days
    if inputs.month_only:
        first = first.to_period("M").start_time
    # Years before the data begin would thin the rates that the surface is in.
    return max(first, inputs.known.incidents["occurred_to"].min().normalize()), last


def _when_found(incidents: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Date incidents by when they were found, as the page counts them, not by their middle."""
    return incidents.assign(occurred_from=incidents["occurred_to"])


def _study_area(
    inputs: Inputs, drawn: gpd.GeoDataFrame, bandwidth_m: float
) -> tuple[shapely.Geometry, str]:
    """Choose the area that was given, else the beats, else all that is near a burglary."""
    layers = inputs.layers
    if layers.within is not None:
        return layers.within, "the area given as within"
    if layers.areas is not None:
        return shapely.union_all(layers.areas.geometry.to_numpy()), "all beats together"
    if drawn.empty:
        drawn = inputs.known.incidents
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


def find_raised_risk(inputs: Inputs, ground: Ground) -> RaisedRisk | None:
    """Find where risk is raised now, and how much of the ground that covers."""
    if inputs.month_only:
        return None
    rule, layers = inputs.config.rule, inputs.layers
    zones = near_repeat_zones(
        inputs.known.incidents,
        inputs.as_of,
        rule.distance_m,
        rule.window_days,
        streets=layers.streets,
    )
    return RaisedRisk(zones, ground.share(shapely.union_all(zones.geometry.to_numpy())))


def find_lists(inputs: Inputs, ledger: "VisitLedger | None") -> Lists | None:
    """Find which doors to knock on, and which homes get a message; nothing is issued."""
    layers = inputs.layers
    if inputs.month_only or layers.addresses is None:
        return None
    with warnings.catch_warnings():
        # What is on the stop list is out of these data; what matches nothing was told before.
        warnings.filterwarnings("ignore", message=r"[\d,]+ entr\w+ of the stop list match no")
        lists = lists_among(
            layers.doors,
            inputs.known.incidents,
            layers.addresses,
            inputs.as_of,
            layers.areas,
            inputs.config.cocooning.max_visits,
            ledger,
            list_options(inputs, _ranked_by(inputs)),
        )
    if ledger is None:
        return Lists(*lists, None)
    return Lists(*lists, ledger.report("area", inputs.as_of, inputs.stopped))


def find_footage(inputs: Inputs, ledger: "VisitLedger | None") -> CameraList | None:
    """Find the cameras to ask for the burglaries that count: what was asked is in the ledger."""
    settings, known = inputs.config.cameras, inputs.known
    if settings is None or inputs.cameras is None or inputs.month_only:
        return None
    crimes = known.incidents[known.found_within(inputs.config.rule.window_days)]
    return cameras_for(settings, inputs.cameras, crimes, inputs.as_of, ledger)


def _ranked_by(inputs: Inputs) -> Blend | None:
    """Fit the forecast that ranks the doors, where the set-up asks for one."""
    if inputs.config.cocooning.rank_by == "rule":
        return None
    return Blend().fit(inputs.known.incidents, inputs.as_of)
