"""Everything that a briefing is made from: read, cut once at the cut-off, and joined once."""

import warnings
from dataclasses import dataclass, replace
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspot._errors import ConfigError, DataError, DataWarning
from hotspot.addresses.address_matching import BY_TEXT, BY_UPRN
from hotspot.briefing.config import Config
from hotspot.briefing.exchanged_coordinates import check_coordinates
from hotspot.briefing.figures.known import KnownBurglaries
from hotspot.briefing.input_files import FILE_TABLES, Layers, read_files
from hotspot.briefing.series_column import with_series
from hotspot.briefing.street_names import street_names
from hotspot.briefing.withheld_rows import OpenCheck
from hotspot.cameras import CameraCheck
from hotspot.cocooning.doors import Doors
from hotspot.cocooning.matching import match_addresses
from hotspot.english import name_rows
from hotspot.geo import area_names
from hotspot.incidents import IncidentCheck

#: A weekend is no reason for a banner.
STALE_AFTER_DAYS = 2


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
    known : KnownBurglaries
        Those known by then, with ``area``, ``street`` and ``home`` (the UPRN of its address) where
        they are known; `known.last` is the last moment that counts. What is on the stop list is
        not among them, nor in anything else here.
    after_cutoff : int
        Burglaries of the file that were not known by then.
    layers : Layers
    burglaries : OpenCheck
        The check, how many rows are on the stop list, and every name that no product may hold.
    alarms : tuple of str
        What a reader must know before all else.
    cameras : CameraCheck or None
        The register of cameras; None where none is named.
    series_column : str or None
        The column of the burglaries with the number of their series; None without ``[series]``.
    """

    config: Config
    check: IncidentCheck
    as_of: pd.Timestamp
    known: KnownBurglaries
    after_cutoff: int
    layers: Layers
    burglaries: OpenCheck
    alarms: tuple[str, ...]
    cameras: CameraCheck | None = None
    series_column: str | None = None

    @property
    def last(self) -> pd.Timestamp:
        """The last moment that counts."""
        return self.known.last

    @property
    def stopped(self) -> frozenset[str]:
        """Every reference and UPRN that no product may name."""
        return self.burglaries.stopped

    @cached_property
    def has_areas(self) -> bool:
        """Whether any burglary's beat is known."""
        incidents = self.known.incidents
        return "area" in incidents.columns and bool(incidents["area"].notna().any())

    @property
    def month_only(self) -> bool:
        """Whether the dates are known to the month only."""
        return self.check.resolution == "month"

    @cached_property
    def newest(self) -> pd.Timestamp:
        """When the newest burglary was found: in data of months, the end of its month."""
        newest = pd.Timestamp(self.known.incidents["occurred_to"].max())
        return _month_end(newest) if self.month_only else newest

    @property
    def age_days(self) -> int:
        """Whole days from the newest burglary to the cut-off."""
        return max((self.last.normalize() - self.newest.normalize()).days, 0)

    @property
    def stale(self) -> str | None:
        """The banner that every product carries where the data are old."""
        if self.age_days <= STALE_AFTER_DAYS:
            return None
        return f"DATA IS {self.age_days} DAYS OLD"


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
    column = None
    if config.series is not None:
        config, column, _ = with_series(config)
    files = read_files({name: getattr(config, name) for name in FILE_TABLES})
    burglaries, layers = files.burglaries, files.layers
    if burglaries is None or files.faults:
        of_settings = all(isinstance(fault, ConfigError) for fault in files.faults)
        raise (ConfigError if of_settings else DataError)(files.problems)
    check, accepted = burglaries.check, burglaries.check.accepted
    as_of = last_day(check) if config.as_of is None else config.as_of
    known = known_at(accepted, as_of)
    alarms = check_coordinates(known.incidents, layers.addresses, layers.areas, check.columns)
    alarms += _late_strays_alarm(accepted) if config.as_of is None else ()
    matched = _matched(known.incidents, layers.doors)
    known = replace(known, incidents=_placed(known.incidents, layers, matched))
    return Inputs(
        config=config,
        check=check,
        as_of=as_of,
        known=known,
        after_cutoff=len(accepted) - len(known.incidents),
        layers=layers,
        burglaries=burglaries,
        alarms=alarms,
        cameras=files.cameras,
        series_column=column,
    )


def known_at(accepted: gpd.GeoDataFrame, as_of: pd.Timestamp) -> KnownBurglaries:
    """Choose the burglaries that were known at a cut-off.

    Raises
    ------
    ConfigError
        If there was none.
    """
    known = KnownBurglaries.at(accepted, as_of)
    if known.incidents.empty:
        first = accepted["occurred_to"].min()
        raise ConfigError(
            f"as_of {as_of:%Y-%m-%d} is before every burglary: the first ended on {first:%Y-%m-%d}."
        )
    return known


def last_day(check: IncidentCheck) -> pd.Timestamp:
    """Return the last day that the file tells of, so that nothing in it is later.

    What is found on a Saturday night is recorded on the Sunday.
    """
    newest = pd.Timestamp(check.accepted["occurred_to"].max()).normalize()
    if check.resolution == "month":
        newest = _month_end(newest)
    if "recorded_at" not in check.accepted.columns:
        return newest
    recorded = check.accepted["recorded_at"].max()
    return newest if pd.isna(recorded) else max(newest, pd.Timestamp(recorded).normalize())


def _late_strays_alarm(accepted: gpd.GeoDataFrame) -> tuple[str, ...]:
    """Warn where the cut-off rests on a few burglaries that are far later than all others."""
    from hotspot.backtesting.setting import late_strays

    late = late_strays(accepted)
    if not late.any():
        return ()
    others = accepted.loc[~late, "occurred_to"].max()
    alarm = (
        f"The newest {'burglary is' if late.sum() == 1 else 'burglaries are'} over half a year "
        f"later than all others ({name_rows(accepted.index[late])}), and the cut-off is taken from "
        f"there: a mistyped year? If so, give as_of = {others:%Y-%m-%d}."
    )
    warnings.warn(alarm, DataWarning, stacklevel=2)
    return (alarm,)


def _month_end(day: pd.Timestamp) -> pd.Timestamp:
    """Return the last day of a month."""
    return pd.Timestamp(day.to_period("M").end_time.normalize())


def _matched(incidents: gpd.GeoDataFrame, doors: Doors | None) -> pd.DataFrame:
    """Find the address that each burglary belongs to, matched as the lists match it.

    So a repeat is counted where only one of the two has a UPRN.
    """
    if doors is None:
        columns = ["uprn", "parent", "how"]
        return pd.DataFrame(index=incidents.index, columns=columns, dtype=object)
    own = match_addresses(incidents, doors)
    door = own["door"].to_numpy()
    # One more entry, for what no door matches.
    none = np.array([None])
    uprn, parent = np.append(doors.uprn, none)[door], np.append(doors.parent, none)[door]
    return own.assign(uprn=uprn, parent=parent)


def _placed(known: gpd.GeoDataFrame, layers: Layers, matched: pd.DataFrame) -> gpd.GeoDataFrame:
    """Add beat, street, home and address where a layer tells them."""
    # A match by distance alone is too weak to count a home as burgled again.
    home = matched["uprn"].where(matched["how"].isin([BY_UPRN, BY_TEXT]), None)
    placed = {
        "street": street_names(known, matched["uprn"], layers.addresses, layers.streets),
        "home": home,
    }
    if layers.areas is not None:
        placed["area"] = area_names(known, layers.areas)
    if layers.addresses is not None:
        by_uprn = layers.addresses.drop_duplicates("uprn").set_index("uprn")["address"]
        address = home.map(by_uprn).astype(object)
        own = known["address"] if "address" in known.columns else None
        placed["address"] = address if own is None else own.where(own.notna(), address)
    return known.assign(**placed)
