"""Every file that a set-up names, read whatever is wrong with the others, and all faults."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

import geopandas as gpd
import shapely

from hotspot._errors import DataError, DataWarning, HotspotError
from hotspot.addresses import read_addresses, read_streets
from hotspot.areas import read_areas, read_outline
from hotspot.briefing.config import AddressSettings, Config, IncidentSettings
from hotspot.briefing.stop_list import StopList, read_stop_list, redacted
from hotspot.incidents import IncidentCheck, check_incidents
from hotspot.incidents.offences import BY_DEFAULT
from hotspot.maps.backdrop import read_backdrop

# The tables of a set-up that name files.
FILE_TABLES = ("incidents", "addresses", "areas", "basemap", "cocooning")
_T = TypeVar("_T")
# What returns the addresses where they are needed; None where there are none, or they are faulty.
Placing: TypeAlias = Callable[[], gpd.GeoDataFrame | None] | None


@dataclass(frozen=True)
class Layers:
    """What lies around the burglaries, in their CRS where that is known; None where not given.

    Attributes
    ----------
    addresses, areas, streets, buildings, water : GeoDataFrame or None
    within : Geometry or None
        The study area.
    """

    addresses: gpd.GeoDataFrame | None
    areas: gpd.GeoDataFrame | None
    streets: gpd.GeoDataFrame | None
    buildings: gpd.GeoDataFrame | None
    water: gpd.GeoDataFrame | None
    within: shapely.Geometry | None


@dataclass(frozen=True)
class InputFiles:
    """What the files of a set-up hold, and what is wrong with them.

    Attributes
    ----------
    stop : StopList
    check : IncidentCheck or None
        None where the burglaries cannot be used.
    layers : Layers
    faults : sequence of HotspotError
    """

    stop: StopList
    check: IncidentCheck | None
    layers: Layers
    faults: Sequence[HotspotError]

    @property
    def problems(self) -> list[str]:
        """Every problem, that of a file which is read twice once."""
        return list(dict.fromkeys(text for fault in self.faults for text in fault.problems))


def data_problems(tables: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with the files of a set-up that itself cannot be used.

    Parameters
    ----------
    tables : mapping
        Those of its tables that have no fault, by name.

    Returns
    -------
    list of str
    """
    with warnings.catch_warnings():
        # What is only a warning can wait until the set-up is right.
        warnings.simplefilter("ignore", DataWarning)
        return read_files(tables).problems


def read_files(tables: Mapping[str, Any]) -> InputFiles:
    """Read every file that is named, whatever is wrong with the others.

    Parameters
    ----------
    tables : mapping
        The tables of a set-up, by name.

    Returns
    -------
    InputFiles
    """
    faults: list[HotspotError] = []

    def attempt(read: Callable[[], _T]) -> _T | None:
        try:
            return read()
        except HotspotError as error:
            faults.append(error)
            return None

    given = {name: tables.get(name) for name in FILE_TABLES}
    visits, incidents = given["cocooning"], given["incidents"]
    stop = attempt(lambda: read_stop_list(visits and visits.exclude)) or StopList()
    addresses = AddressFile(given["addresses"]) if given["addresses"] else None
    # What is wrong with the addresses keeps no burglary from being read.
    placing = None if addresses is None else lambda: attempt(addresses.own)
    check = incidents and attempt(lambda: usable_burglaries(incidents, stop, placing))
    points = None if check is None else check.accepted.geometry
    layers = _layers(given, points, attempt, addresses)
    return InputFiles(stop, check, layers, faults)


class AddressFile:
    """The file of addresses of a set-up, read once where it can be."""

    def __init__(self, settings: AddressSettings) -> None:
        self._settings = settings
        self._own: gpd.GeoDataFrame | None = None

    def own(self) -> gpd.GeoDataFrame:
        """Return the addresses in the CRS that they choose by themselves."""
        if self._own is None:
            self._own = self._read(None)
        return self._own

    def in_crs(self, crs: Any) -> gpd.GeoDataFrame:
        """Return the addresses in a CRS."""
        # Read only for its CRS, a large file would be read twice.
        if self._own is not None and crs in (None, self._own.crs):
            return self._own
        return self._read(crs)

    def _read(self, to_crs: Any) -> gpd.GeoDataFrame:
        of = self._settings
        return read_addresses(of.source, columns=of.columns, crs=of.crs, to_crs=to_crs)


def check_burglaries(settings: IncidentSettings, addresses: Placing = None) -> IncidentCheck:
    """Check the file of burglaries as a set-up says how to read it.

    Parameters
    ----------
    settings : IncidentSettings
    addresses : callable, optional
        Returns the addresses by which burglaries without coordinates are placed.

    Returns
    -------
    IncidentCheck

    Raises
    ------
    DataError, ConfigError
        As `check_incidents` does.
    """
    return check_incidents(
        settings.source,
        columns=settings.columns,
        crs=settings.crs,
        dayfirst=settings.dayfirst,
        timezone=settings.timezone,
        offences=settings.offences or BY_DEFAULT,
        offence_table=settings.offence_table,
        sheet=settings.sheet,
        within=None if settings.within is None else read_outline(settings.within),
        keep=settings.keep,
        addresses=addresses,
    )


def usable_burglaries(
    settings: IncidentSettings, stop: StopList, addresses: Placing = None
) -> IncidentCheck:
    """Check the file of burglaries, and refuse one of which no row can be used.

    Raises
    ------
    DataError, ConfigError
    """
    check = check_burglaries(settings, addresses)
    if check.accepted.empty:
        # The summary quotes values of the file, and so may hold what is on the stop list.
        summary = redacted(check.summary(), stop.entries)
        raise DataError(f"No burglary in {settings.name} can be used. {summary}")
    return check


def read_layers(config: Config, points: gpd.GeoSeries) -> Layers:
    """Read what a set-up says lies around the burglaries, in their CRS.

    Raises
    ------
    DataError, ConfigError
        For the first file that cannot be used.
    """
    tables = {name: getattr(config, name) for name in FILE_TABLES}
    addresses = AddressFile(config.addresses) if config.addresses else None
    return _layers(tables, points, lambda read: read(), addresses)


def _layers(
    given: Mapping[str, Any],
    points: gpd.GeoSeries | None,
    attempt: Callable[[Callable[[], Any]], Any],
    addresses: AddressFile | None,
) -> Layers:
    """Read what lies around the burglaries, all of it in their CRS where that is known."""
    incidents, _, areas, basemap = (given[name] for name in FILE_TABLES[:4])
    crs = None if points is None else points.crs
    within = backdrop = streets = None
    if incidents is not None and incidents.within is not None:
        outline = attempt(lambda: read_outline(incidents.within, to_crs=crs))
        within = None if outline is None else outline.union_all()
    if basemap is not None and basemap.streets is not None:
        streets = attempt(
            lambda: read_streets(basemap.streets, basemap.name, crs=basemap.crs, to_crs=crs)
        )
    if basemap is not None and basemap.backdrop is not None and points is not None:
        backdrop = attempt(lambda: read_backdrop(basemap.backdrop, points, crs=basemap.crs))
    return Layers(
        addresses=addresses and attempt(lambda: addresses.in_crs(crs)),
        areas=areas
        and attempt(lambda: read_areas(areas.path, areas.name, crs=areas.crs, to_crs=crs)),
        streets=backdrop.streets if streets is None and backdrop is not None else streets,
        buildings=None if backdrop is None else backdrop.buildings,
        water=None if backdrop is None else backdrop.water,
        within=within,
    )
