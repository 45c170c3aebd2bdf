"""Every file that a set-up names, read whatever is wrong with the others, and all faults."""

import warnings
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias, TypeVar

import geopandas as gpd
import shapely

from hotspot._errors import DataError, DataWarning, HotspotError
from hotspot.addresses import read_addresses, read_streets
from hotspot.areas import read_areas, read_outline
from hotspot.briefing.camera_reading import read_register
from hotspot.briefing.config import AddressSettings, CocooningSettings, Config, IncidentSettings
from hotspot.briefing.withheld_rows import (
    OpenCheck,
    check_open,
    names_of_rows,
    withheld_places,
)
from hotspot.cameras import CameraCheck
from hotspot.cocooning.doors import Doors, prepare_doors
from hotspot.incidents import IncidentCheck
from hotspot.incidents.check_steps import CheckOptions, check_rows
from hotspot.incidents.layout import Layout, read_layout
from hotspot.incidents.offences import BY_DEFAULT
from hotspot.incidents.stop_list import StopList, read_stop_list, redacted
from hotspot.maps.backdrop import read_backdrop

# The tables of a set-up that name files.
FILE_TABLES = ("incidents", "addresses", "areas", "basemap", "cocooning", "cameras")
_T = TypeVar("_T")
# What reads a file; None where it is faulty and that is kept to be told with other faults.
Attempt: TypeAlias = Callable[[Callable[[], Any]], Any]


@dataclass(frozen=True)
class Layers:
    """What lies around the burglaries, in their CRS where that is known; None where not given.

    Attributes
    ----------
    addresses, areas, streets, buildings, water : GeoDataFrame or None
    within : Geometry or None
        The study area.
    file : AddressFile or None
        Of which the addresses are.
    """

    addresses: gpd.GeoDataFrame | None
    areas: gpd.GeoDataFrame | None
    streets: gpd.GeoDataFrame | None
    buildings: gpd.GeoDataFrame | None
    water: gpd.GeoDataFrame | None
    within: shapely.Geometry | None
    file: "AddressFile | None" = None

    @property
    def doors(self) -> Doors | None:
        """The addresses made ready for all that asks for doors; None where there are none."""
        if self.addresses is None or self.file is None:
            return None
        return self.file.doors(self.addresses)


@dataclass(frozen=True)
class InputFiles:
    """What the files of a set-up hold, and what is wrong with them.

    Attributes
    ----------
    stop : StopList
    burglaries : OpenCheck or None
        Without what is on the stop list; None where the burglaries cannot be used.
    layers : Layers
    faults : sequence of HotspotError
    cameras : CameraCheck or None
        The register of cameras, without what is on the stop list; None where none is named.
    """

    stop: StopList
    burglaries: OpenCheck | None
    layers: Layers
    faults: Sequence[HotspotError]
    cameras: CameraCheck | None = None

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
    stop = attempt(lambda: stop_list_of(visits))
    addresses = AddressFile(given["addresses"]) if given["addresses"] else None
    found = incidents and attempt(
        # What is wrong with the addresses keeps no burglary from being read.
        lambda: open_burglaries(incidents, stop or StopList(), visits, addresses, attempt)
    )
    points = None if found is None else found.check.accepted.geometry
    layers = _layers(given, points, attempt, addresses)
    cameras, register = None, given["cameras"]
    if register is not None and register.source is not None:
        crs = None if points is None else points.crs
        withheld: Collection[str] = (stop or StopList()).entries
        places = None
        if found is not None:
            withheld, places = found.stopped, withheld_places(found, layers.addresses)
        cameras = attempt(lambda: read_register(register, crs, withheld, places))
    return InputFiles(stop or StopList(), found, layers, faults, cameras)


class AddressFile:
    """The file of addresses of a set-up, read once where it can be, and prepared once."""

    def __init__(self, settings: AddressSettings) -> None:
        self._settings = settings
        self._own: gpd.GeoDataFrame | None = None
        self._other: gpd.GeoDataFrame | None = None
        self._doors: tuple[gpd.GeoDataFrame, Doors] | None = None

    def own(self) -> gpd.GeoDataFrame:
        """Return the addresses in the CRS that they choose by themselves."""
        if self._own is None:
            self._own = self._read(None)
        return self._own

    def in_crs(self, crs: Any) -> gpd.GeoDataFrame:
        """Return the addresses in a CRS."""
        if crs is None:
            return self.own()
        # Read only for its CRS, a large file would be read twice.
        for known in (self._own, self._other):
            if known is not None and crs == known.crs:
                return known
        self._other = self._read(crs)
        return self._other

    def doors(self, addresses: gpd.GeoDataFrame) -> Doors:
        """Return addresses of this file made ready, and what was matched to them so far."""
        if self._doors is None or self._doors[0] is not addresses:
            self._doors = (addresses, prepare_doors(addresses))
        return self._doors[1]

    def _read(self, to_crs: Any) -> gpd.GeoDataFrame:
        of = self._settings
        return read_addresses(of.source, columns=of.columns, crs=of.crs, to_crs=to_crs)


def address_file(config: Config) -> AddressFile | None:
    """Return the file of addresses of a set-up, None where it names none."""
    return None if config.addresses is None else AddressFile(config.addresses)


def stop_list_of(visits: CocooningSettings | None) -> StopList:
    """Read the stop list that a set-up names.

    Raises
    ------
    ConfigError
        If anything in it cannot be read with certainty.
    """
    if visits is None:
        return StopList()
    return read_stop_list(visits.exclude, may_match_nothing=visits.exclude_may_match_nothing)


def open_burglaries(
    settings: IncidentSettings,
    stop: StopList,
    visits: CocooningSettings | None,
    addresses: AddressFile | None,
    attempt: Attempt = lambda read: read(),
    *,
    usable: bool = True,
) -> OpenCheck:
    """Check the file of burglaries as a set-up says how to read it, without its stop list.

    Parameters
    ----------
    settings : IncidentSettings
    stop : StopList
    visits : CocooningSettings or None
    addresses : AddressFile or None
        By which burglaries without coordinates are placed, and the homes of the list are found.
    attempt : callable
        Reads the addresses; returns None where they are faulty and that is told elsewhere.
    usable : bool
        Whether a file of which no row can be used is refused.

    Returns
    -------
    OpenCheck

    Raises
    ------
    DataError, ConfigError
        As `check_incidents` does; if no row is left; or if the stop list cannot be right.
    """

    def homes(crs: Any) -> gpd.GeoDataFrame | None:
        return None if addresses is None else attempt(lambda: addresses.in_crs(crs))

    @cache
    def layout(*, placing: bool, keep: bool) -> Layout:
        # Once, however often its rows are checked.
        return read_layout(
            settings.source, settings.columns, settings.sheet,
            settings.keep if keep else (), addresses=placing,
        )  # fmt: skip

    keeps = bool(settings.keep)

    def read(without: Collection[Any]) -> IncidentCheck:
        placing = None if addresses is None else lambda: attempt(addresses.own)
        its = layout(placing=placing is not None, keep=keeps)
        check = check_rows(settings.source, _check_options(settings, placing, without), its)
        if usable and check.accepted.empty and without:
            raise DataError(
                f"Every burglary in {settings.name} that can be used is on the stop list: there "
                "is nothing that may be told."
            )
        if usable and check.accepted.empty:
            # It quotes values of the file.
            summary = redacted(check.summary(), stop.entries)
            raise DataError(f"No burglary in {settings.name} can be used. {summary}")
        return check

    may_match_nothing = visits is not None and visits.exclude_may_match_nothing
    doors = prepare_doors if addresses is None else addresses.doors
    return check_open(
        lambda: names_of_rows(layout(placing=True, keep=False)), stop, read, homes, doors,
        may_match_nothing=may_match_nothing, kept=tuple(settings.keep),
    )  # fmt: skip


def _check_options(
    settings: IncidentSettings, placing: Any, without: Collection[Any]
) -> CheckOptions:
    """Return how a set-up says to read the file of burglaries."""
    return CheckOptions(
        columns=settings.columns,
        crs=settings.crs,
        dayfirst=settings.dayfirst,
        timezone=settings.timezone,
        offences=settings.offences or BY_DEFAULT,
        offence_table=settings.offence_table,
        sheet=settings.sheet,
        within=None if settings.within is None else read_outline(settings.within),
        keep=settings.keep,
        addresses=placing,
        without=without,
    )


def read_layers(config: Config, points: gpd.GeoSeries) -> Layers:
    """Read what a set-up says lies around the burglaries, in their CRS.

    Raises
    ------
    DataError, ConfigError
        For the first file that cannot be used.
    """
    tables = {name: getattr(config, name) for name in FILE_TABLES}
    return _layers(tables, points, lambda read: read(), address_file(config))


def _layers(
    given: Mapping[str, Any],
    points: gpd.GeoSeries | None,
    attempt: Attempt,
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
        file=addresses,
    )
