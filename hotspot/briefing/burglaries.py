"""The burglaries that a set-up chooses, for a command that asks one thing of them."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import geopandas as gpd

from hotspot.areas import read_outline
from hotspot.briefing.config import Config
from hotspot.briefing.input_files import (
    Layers,
    address_file,
    open_burglaries,
    read_layers,
    stop_list_of,
)
from hotspot.briefing.inputs import known_at
from hotspot.briefing.run_record import reading_record
from hotspot.briefing.withheld_rows import OpenCheck, withheld_places
from hotspot.dates import cutoff, known_by
from hotspot.english import count, cut_off
from hotspot.incidents import IncidentCheck
from hotspot.output.files import inputs_of


@dataclass(frozen=True)
class Burglaries:
    """What a set-up says of the file of burglaries, and what is in it.

    Attributes
    ----------
    config : Config
    open : OpenCheck
        The check without what is on the stop list, and how many rows that is.
    """

    config: Config
    open: OpenCheck

    @property
    def check(self) -> IncidentCheck:
        """What was found in the file, but for what is on the stop list."""
        return self.open.check

    @cached_property
    def known(self) -> gpd.GeoDataFrame:
        """Those known by the cut-off, where the set-up has one."""
        accepted = self.check.accepted
        as_of = self.config.as_of
        return accepted if as_of is None else known_at(accepted, as_of).incidents

    @cached_property
    def outline(self) -> gpd.GeoSeries | None:
        """The study area, in its own CRS."""
        within = self.config.incidents.within
        return None if within is None else read_outline(within)

    @cached_property
    def every(self) -> gpd.GeoDataFrame:
        """Those known by the cut-off with what is on the stop list: to be asked about, not told."""
        every, as_of = self.open.every, self.config.as_of
        if every is None or not self.open.left_out:
            return self.known
        return every if as_of is None else known_at(every, as_of).incidents

    @property
    def withheld_places(self) -> gpd.GeoSeries | None:
        """Where the homes and burglaries of the stop list are: to leave out what stands there."""
        file = address_file(self.config) if self.open.stopped else None
        crs = self.check.accepted.crs
        return withheld_places(self.open, None if file is None else file.in_crs(crs))

    @property
    def layers(self) -> Layers:
        """What lies around them, in their CRS."""
        return read_layers(self.config, self.check.accepted.geometry)

    @property
    def notes(self) -> list[str]:
        """How the file was read, and what may be wrong with it."""
        return [*self.check.notes, *self.check.warnings, *self.left_out, *self.later]

    @property
    def left_out(self) -> list[str]:
        """How many rows are on the stop list, and which of its entries match nothing."""
        return [*self.open.sentences, *self.open.warnings]

    @property
    def basis(self) -> dict[str, str]:
        """Which offences were counted, and what was known when, by what people call it."""
        counted = self.check.offences_sentence().removeprefix("Offences counted: ")
        as_of = self.config.as_of
        known = "all that the file holds" if as_of is None else cut_off(cutoff(as_of))
        return {"Offences counted": counted, "Cut-off": known}

    @property
    def later(self) -> list[str]:
        """How many rows came to be known after the cut-off, where any did."""
        as_of = self.config.as_of
        late = 0 if as_of is None else int((~known_by(self.check.accepted, as_of)).sum())
        if not late:
            return []
        day = f"{as_of:%Y-%m-%d %H:%M}".removesuffix(" 00:00")
        return [f"{count(late, 'row')} left out: not known by the cut-off {day}."]

    @property
    def inputs(self) -> dict[str, str]:
        """Of each file that went in its name and SHA-256."""
        named = self.config.input_files()
        went = ["incidents", "offence"]
        if "placed_by" in self.check.accepted.columns:
            went.append("addresses")
        used = [path for name, path in named.items() if name.startswith(tuple(went))]
        stop_list = [named["exclude"]] if "exclude" in named else []
        within = [named["within"]] if "within" in named else []
        return inputs_of([*used, *within], without=stop_list)

    @property
    def record(self) -> dict[str, Any]:
        """How the file was read, as JSON can hold it."""
        record = reading_record(self.check) | {"on_stop_list": self.open.left_out}
        return {**record, "warnings": [*self.check.warnings, *self.open.warnings]}


def read_burglaries(config: Config, *, usable: bool = True) -> Burglaries:
    """Read the burglaries of a set-up.

    Parameters
    ----------
    config : Config
    usable : bool
        Whether a file of which no row can be used is refused.

    Returns
    -------
    Burglaries

    Raises
    ------
    DataError, ConfigError
        If the file cannot be used.
    """
    visits = config.cocooning
    addresses, stop = address_file(config), stop_list_of(visits)
    return Burglaries(
        config, open_burglaries(config.incidents, stop, visits, addresses, usable=usable)
    )
