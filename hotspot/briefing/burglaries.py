"""The burglaries that a set-up chooses, for a command that asks one thing of them."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import geopandas as gpd
import pandas as pd

from hotspot.areas import read_outline
from hotspot.briefing.config import Config
from hotspot.briefing.input_files import (
    AddressFile,
    Layers,
    check_burglaries,
    read_layers,
    usable_burglaries,
)
from hotspot.briefing.inputs import known_at
from hotspot.briefing.run_record import reading_record
from hotspot.briefing.stop_list import StopList, read_stop_list, redacted
from hotspot.briefing.withheld_rows import without_withheld
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
    check : IncidentCheck
    stop : StopList
        What is on it still counts, and is named nowhere.
    """

    config: Config
    check: IncidentCheck
    stop: StopList

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

    @property
    def layers(self) -> Layers:
        """What lies around them, in their CRS."""
        return read_layers(self.config, self.check.accepted.geometry)

    @property
    def notes(self) -> list[str]:
        """How the file was read, and what may be wrong with it."""
        said = [*self.check.notes, *self.check.warnings]
        return [*map(self.without_names, said), *self.later]

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
    def rejected(self) -> pd.DataFrame:
        """The rows that cannot be used, without what is on the stop list."""
        return without_withheld(self.check, self.stop, self._withheld, self.config.incidents)

    @property
    def inputs(self) -> dict[str, str]:
        """Of each file that went in its name and SHA-256."""
        named = self.config.input_files()
        went = ["incidents", "offence"]
        if "placed_by" in self.check.accepted.columns:
            went.append("addresses")
        used = [path for name, path in named.items() if name.startswith(tuple(went))]
        return inputs_of([*used, *([named["within"]] if "within" in named else [])])

    @property
    def record(self) -> dict[str, Any]:
        """How the file was read, as JSON can hold it."""
        warned = [self.without_names(text) for text in self.check.warnings]
        return {**reading_record(self.check, self._withheld), "warnings": warned}

    def without_names(self, text: str) -> str:
        """Return a text without what is on the stop list."""
        return redacted(text, self._withheld)

    @cached_property
    def _withheld(self) -> frozenset[str]:
        return self.stop.meant(self.check.accepted) | frozenset(self.stop.entries)


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
    stop = read_stop_list(config.cocooning.exclude)
    settings = config.incidents
    placing = None if config.addresses is None else AddressFile(config.addresses).own
    check = (
        usable_burglaries(settings, stop, placing)
        if usable
        else check_burglaries(settings, placing)
    )
    return Burglaries(config, check, stop)
