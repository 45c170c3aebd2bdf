"""Everything that a briefing is made from, read, checked and joined once."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from hotspot._errors import ConfigError, DataError, DataWarning, HotspotError
from hotspot.addresses import read_addresses, read_streets
from hotspot.areas import read_areas, read_outline
from hotspot.backtesting.setting import late_strays
from hotspot.briefing.config import Config, IncidentSettings
from hotspot.briefing.place_names import street_names
from hotspot.briefing.stop_list import WITHHELD, StopList, read_stop_list, redacted
from hotspot.briefing.whereabouts import check_whereabouts
from hotspot.cocooning.doors import prepare_doors
from hotspot.cocooning.matching import BY_TEXT, BY_UPRN, events_of
from hotspot.dates import cutoff, known_by
from hotspot.english import count, name_rows
from hotspot.geo import area_names
from hotspot.incidents import IncidentCheck, check_incidents
from hotspot.incidents.layout import open_incidents
from hotspot.maps.backdrop import read_backdrop
from hotspot.reading.cells import to_text

STALE_AFTER_DAYS = 2
# The tables of a set-up that name files.
_READ_FROM = ("incidents", "addresses", "areas", "basemap", "cocooning")
_T = TypeVar("_T")


@dataclass(frozen=True)
class Inputs:
    """What was read, as known at the cut-off.

    Attributes
    ----------
    config : Config
    check : IncidentCheck
        What was found in the file of burglaries.
    as_of : Timestamp
        The cut-off asked for, or the last day that the file tells of.
    incidents : GeoDataFrame
        The burglaries known by then, hidden ones too, with ``area``, ``street`` and ``home``
        (the UPRN of its address) where they are known.
    after_cutoff : int
        Burglaries of the file that were not known by then.
    hidden : ndarray of bool
        Which of `incidents` are on the stop list.
    addresses, areas, streets, buildings, water : GeoDataFrame or None
        In the CRS of the incidents.
    stop : StopList
    stopped : frozenset of str
        References and UPRNs that the stop list means, as `incidents` and `addresses` write them,
        and those of the burglaries that it hides.
    withheld : frozenset of str
        Every text that no product may hold: besides those, what is on the stop list as it writes
        it, and later burglaries.
    within : Geometry or None
        The study area that was given.
    alarms : tuple of str
        What a reader must know before all else.
    """

    config: Config
    check: IncidentCheck
    as_of: pd.Timestamp
    incidents: gpd.GeoDataFrame
    after_cutoff: int
    hidden: npt.NDArray[np.bool_]
    addresses: gpd.GeoDataFrame | None
    areas: gpd.GeoDataFrame | None
    streets: gpd.GeoDataFrame | None
    buildings: gpd.GeoDataFrame | None
    water: gpd.GeoDataFrame | None
    stop: StopList
    stopped: frozenset[str]
    withheld: frozenset[str]
    within: shapely.Geometry | None
    alarms: tuple[str, ...]

    @property
    def shown(self) -> gpd.GeoDataFrame:
        """Burglaries that a list, a point or a popup may show."""
        return self.incidents[~self.hidden]

    @property
    def has_areas(self) -> bool:
        """Whether any burglary's beat is known."""
        return "area" in self.incidents.columns and bool(self.incidents["area"].notna().any())

    @property
    def month_only(self) -> bool:
        """Whether the dates are known to the month only."""
        return self.check.resolution == "month"

    @cached_property
    def newest(self) -> pd.Timestamp:
        """When the newest burglary was found: in data of months, the end of its month."""
        newest = pd.Timestamp(self.incidents["occurred_to"].max())
        return month_end(newest) if self.month_only else newest

    @property
    def age_days(self) -> int:
        """Whole days from the newest burglary to the cut-off."""
        return max((cutoff(self.as_of).normalize() - self.newest.normalize()).days, 0)

    @property
    def stale(self) -> str | None:
        """The banner that every product carries where the data are old."""
        if self.age_days <= STALE_AFTER_DAYS:
            return None
        return f"DATA IS {self.age_days} DAYS OLD"

    def to_tell(self, warned: Sequence[str]) -> list[str]:
        """Put together what the check and the other readers warned of, without the withheld."""
        every = dict.fromkeys([*self.check.warnings, *warned, *_unmatched_told(self)])
        return [redacted(text, self.withheld) for text in every]


def read_inputs(config: Config) -> Inputs:
    """Read and check every file of a set-up.

    Parameters
    ----------
    config : Config

    Returns
    -------
    Inputs

    Raises
    ------
    DataError, ConfigError
        If files cannot be used, naming every fault of all of them; or if no burglary was known by
        the cut-off.
    """
    (stop, check, layers), faults = _read_files(
        {name: getattr(config, name) for name in _READ_FROM}
    )
    if check is None or faults:
        kind = ConfigError if all(isinstance(f, ConfigError) for f in faults) else DataError
        raise kind(_told_once(faults))
    accepted = check.accepted
    as_of = _last_day(check) if config.as_of is None else config.as_of
    known = known_by(accepted, as_of)
    if not known.any():
        first = accepted["occurred_to"].min()
        raise ConfigError(
            f"as_of {as_of:%Y-%m-%d} is before every burglary: the first ended on {first:%Y-%m-%d}."
        )
    alarms = check_whereabouts(accepted[known], layers.addresses, layers.areas)
    alarms += _late_strays_told(accepted) if config.as_of is None else ()
    matched = _matched(accepted[known], layers.addresses)
    incidents = _placed(accepted[known], layers, matched)
    hidden = stop.hides(incidents) | stop.matches(matched["uprn"]) | stop.matches(matched["parent"])
    stopped = (
        stop.meant(incidents)
        | stop.meant(layers.addresses)
        | _ids(incidents[hidden])
        # However the burglary names its home: what is done for one must not tell where it was.
        | frozenset(matched.loc[hidden, "uprn"].dropna())
    )
    return Inputs(
        config=config,
        check=check,
        as_of=as_of,
        incidents=incidents,
        after_cutoff=int((~known).sum()),
        hidden=hidden,
        addresses=layers.addresses,
        areas=layers.areas,
        streets=layers.streets,
        buildings=layers.buildings,
        water=layers.water,
        within=layers.within,
        alarms=alarms,
        stop=stop,
        stopped=stopped,
        withheld=stopped | stop.meant(accepted) | frozenset(stop.entries),
    )


def data_problems(tables: Mapping[str, Any]) -> list[str]:
    """Say what is wrong with the files of a set-up that itself cannot be used.

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
        return _told_once(_read_files(tables)[1])


class _Layers(NamedTuple):
    addresses: gpd.GeoDataFrame | None
    areas: gpd.GeoDataFrame | None
    streets: gpd.GeoDataFrame | None
    buildings: gpd.GeoDataFrame | None
    water: gpd.GeoDataFrame | None
    within: shapely.Geometry | None


class _Files(NamedTuple):
    stop: StopList
    check: IncidentCheck | None
    layers: _Layers


def _told_once(faults: Sequence[HotspotError]) -> list[str]:
    """Give every problem, that of a file which is read twice once."""
    return list(dict.fromkeys(problem for fault in faults for problem in fault.problems))


def _read_files(tables: Mapping[str, Any]) -> tuple[_Files, list[HotspotError]]:
    """Read every file that is named, whatever is wrong with the others."""
    faults: list[HotspotError] = []

    def attempt(read: Callable[[], _T]) -> _T | None:
        try:
            return read()
        except HotspotError as error:
            faults.append(error)
            return None

    given = {name: tables.get(name) for name in _READ_FROM}
    visits, incidents = given["cocooning"], given["incidents"]
    stop = attempt(lambda: read_stop_list(visits and visits.exclude)) or StopList()
    check = None if incidents is None else attempt(lambda: _checked(incidents, stop))
    layers = _layers(given, None if check is None else check.accepted.geometry, attempt)
    return _Files(stop, check, layers), faults


def _checked(settings: IncidentSettings, stop: StopList) -> IncidentCheck:
    check = check_incidents(settings.path, **_reading(settings))
    if check.accepted.empty:
        told = redacted(check.summary(), stop.entries)
        raise DataError(f"No burglary in {settings.path.name} can be used. {told}")
    return check


def _reading(settings: IncidentSettings) -> dict[str, Any]:
    """Give the settings of the file of burglaries as the reader takes them."""
    return {
        "columns": settings.columns,
        "crs": settings.crs,
        "dayfirst": settings.dayfirst,
        "timezone": settings.timezone,
        "offences": settings.offences,
        "offence_table": settings.offence_table,
        "sheet": settings.sheet,
        "within": None if settings.within is None else read_outline(settings.within),
    }


def _last_day(check: IncidentCheck) -> pd.Timestamp:
    """Give the last day that the file tells of, so that nothing in it is later.

    What is found on a Saturday night is recorded on the Sunday.
    """
    newest = pd.Timestamp(check.accepted["occurred_to"].max()).normalize()
    if check.resolution == "month":
        newest = month_end(newest)
    if "recorded_at" not in check.accepted.columns:
        return newest
    recorded = check.accepted["recorded_at"].max()
    return newest if pd.isna(recorded) else max(newest, pd.Timestamp(recorded).normalize())


def _late_strays_told(accepted: gpd.GeoDataFrame) -> tuple[str, ...]:
    """Warn where the cut-off rests on a few burglaries that are far later than all others."""
    late = late_strays(accepted)
    if not late.any():
        return ()
    others = accepted.loc[~late, "occurred_to"].max()
    told = (
        f"The newest {'burglary is' if late.sum() == 1 else 'burglaries are'} over half a year "
        f"later than all others ({name_rows(accepted.index[late])}), and the cut-off is taken from "
        f"there: a mistyped year? If so, give as_of = {others:%Y-%m-%d}."
    )
    warnings.warn(told, DataWarning, stacklevel=2)
    return (told,)


def month_end(day: pd.Timestamp) -> pd.Timestamp:
    """Give the last day of a month."""
    return pd.Timestamp(day.to_period("M").end_time.normalize())


def _layers(
    given: Mapping[str, Any],
    points: gpd.GeoSeries | None,
    attempt: Callable[[Callable[[], Any]], Any],
) -> _Layers:
    """Read what lies around the burglaries, all of it in their CRS where that is known."""
    incidents, addresses, areas, basemap = (given[name] for name in _READ_FROM[:4])
    crs = None if points is None else points.crs
    within = backdrop = streets = None
    if incidents is not None and incidents.within is not None:
        outline = attempt(lambda: read_outline(incidents.within, to_crs=crs))
        within = None if outline is None else outline.union_all()
    if basemap is not None and basemap.streets is not None:
        streets = attempt(lambda: read_streets(basemap.streets, to_crs=crs))
    if basemap is not None and basemap.backdrop is not None and points is not None:
        backdrop = attempt(lambda: read_backdrop(basemap.backdrop, points))
    return _Layers(
        addresses=addresses
        and attempt(
            lambda: read_addresses(
                addresses.path, columns=addresses.columns, crs=addresses.crs, to_crs=crs
            )
        ),
        areas=areas and attempt(lambda: read_areas(areas.path, areas.name, to_crs=crs)),
        streets=backdrop.streets if streets is None and backdrop is not None else streets,
        buildings=None if backdrop is None else backdrop.buildings,
        water=None if backdrop is None else backdrop.water,
        within=within,
    )


def _placed(known: gpd.GeoDataFrame, layers: _Layers, matched: pd.DataFrame) -> gpd.GeoDataFrame:
    """Add beat, street, home and address where a layer tells them."""
    home = matched["uprn"].where(matched["how"].isin([BY_UPRN, BY_TEXT]), None)
    placed = {
        "street": street_names(known, matched["uprn"], layers.addresses, layers.streets),
        "home": home,
    }
    if layers.areas is not None:
        placed["area"] = area_names(known, layers.areas)
    if layers.addresses is not None:
        by_uprn = layers.addresses.drop_duplicates("uprn").set_index("uprn")["address"]
        told = home.map(by_uprn).astype(object)
        own = known["address"] if "address" in known.columns else None
        placed["address"] = told if own is None else own.where(own.notna(), told)
    return known.assign(**placed)


def _matched(incidents: gpd.GeoDataFrame, addresses: gpd.GeoDataFrame | None) -> pd.DataFrame:
    """Give the address that each burglary belongs to, matched as the lists match it.

    So a home on the stop list is hidden however the burglary names it, and a repeat is counted
    where only one of the two has a UPRN.
    """
    matched = pd.DataFrame(index=incidents.index, columns=["uprn", "parent", "how"], dtype=object)
    if addresses is None:
        return matched
    doors = prepare_doors(addresses)
    events = events_of(incidents, doors).explode("refs").drop_duplicates("refs").set_index("refs")
    own = events.reindex(incidents["crime_ref"])
    door = own["door"].fillna(-1).astype(int).to_numpy()
    matched["uprn"], matched["parent"] = doors.uprn[door], doors.parent[door]
    matched["how"] = own["how"].to_numpy(dtype=object)
    matched[door < 0] = None
    return matched


def _ids(incidents: gpd.GeoDataFrame) -> frozenset[str]:
    """Collect the references and UPRNs of burglaries."""
    names = [name for name in ("crime_ref", "uprn") if name in incidents.columns]
    return frozenset(text for name in names for text in incidents[name].dropna())


def _unmatched_told(inputs: Inputs) -> list[str]:
    """Tell by row only which entries of the stop list match nothing that is used."""
    unused = inputs.stop.unmatched_rows(inputs.check.accepted, inputs.addresses)
    if not unused:
        return []
    names = _names_in_file(inputs)
    unknown = set(inputs.stop.unmatched_rows(inputs.addresses, names))
    kinds = (
        ([row for row in unused if row in unknown], "nothing in these data: a slip of the pen, or "
         "an offence of another time."),
        ([row for row in unused if row not in unknown], "only rows of the file that are not used."),
    )  # fmt: skip
    return [
        f"{count(len(rows), 'entry', 'entries')} of the stop list ({name_rows(rows)} of it) "
        f"{'matches' if len(rows) == 1 else 'match'} {what}"
        for rows, what in kinds
        if rows
    ]


def rejected_for_file(inputs: Inputs) -> pd.DataFrame:
    """Give the rows that could not be used, with nothing in them of what is on the stop list.

    A row that is itself of an offence on the list keeps its number and its reason.
    """
    rejected = inputs.check.rejected.copy()
    if not inputs.stop.entries:
        return rejected
    own = rejected["row"].isin(_stopped_rows(inputs))
    for column in ("value", "reason"):
        rejected[column] = [redacted(str(text), inputs.withheld) for text in rejected[column]]
    rejected.loc[own, "value"] = WITHHELD
    return rejected


def _stopped_rows(inputs: Inputs) -> list[Any]:
    """Name the rows of the file that bear a reference or a UPRN of the stop list."""
    names = _names_in_file(inputs)
    stopped = np.zeros(len(names), dtype=bool)
    for column in names.columns:
        stopped |= inputs.stop.matches(names[column])
    return names.index[stopped].tolist()


def _names_in_file(inputs: Inputs) -> pd.DataFrame:
    """Read the reference and the UPRN of every row of the file, used or not."""
    settings = inputs.config.incidents
    opened, mapped = open_incidents(settings.path, settings.columns, settings.sheet)
    columns = {field: mapped[field][0] for field in ("crime_ref", "uprn") if field in mapped}
    rows = opened.read(list(columns.values())).frame
    return pd.DataFrame(
        {field: to_text(rows[name]) for field, name in columns.items()}, index=rows.index
    )
