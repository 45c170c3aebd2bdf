"""What a briefing or its lists alone came to: the folder, its files and the results in them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import xarray as xr

from hotspot.briefing.track_record import Proof
from hotspot.english import count
from hotspot.incidents import IncidentCheck
from hotspot.output.results import Shown


@dataclass(frozen=True)
class IssuedLists(Shown):
    """Lists that were issued.

    Parameters
    ----------
    folder : Path
        Where they are.
    files : tuple of Path
        What was made.
    check : IncidentCheck
        What was found in the file of burglaries.
    targets, messages : GeoDataFrame or None
        Doors to visit and homes that get a message; None where there are no addresses, or dates
        are months only.
    warnings : tuple of str
        What the user should know about the data.
    record : dict
        What run.json holds.
    newly_asked : int or None
        How many askings the ledger did not have; None where no ledger is kept.
    """

    folder: Path
    files: tuple[Path, ...]
    check: IncidentCheck
    targets: gpd.GeoDataFrame | None
    messages: gpd.GeoDataFrame | None
    warnings: tuple[str, ...]
    record: dict[str, Any]
    newly_asked: int | None

    def summary(self) -> str:
        """Return in a few lines what was found, and where it is.

        Returns
        -------
        str
        """
        lines = [self.check.headline(), f"Found {', '.join(self._found())}."]
        return "\n".join([*lines, *(str(path) for path in self.files)])

    def _found(self) -> list[str]:
        if self.targets is None:
            return []
        doors = f"{count(len(self.targets), 'door')} to visit"
        if self.newly_asked is None:
            return [doors]
        return [f"{doors} ({self.newly_asked:,} newly asked for in the ledger)"]


@dataclass(frozen=True)
class Briefing(IssuedLists):
    """A briefing that was issued: of `files` the page is first, a set-up that was guessed last.

    Parameters
    ----------
    folder, files, check, targets, messages, warnings, record, newly_asked
        As of `IssuedLists`.
    surface : DataArray
        Density of burglaries per square kilometre and year.
    hotspots : GeoDataFrame
        Where it is highest.
    zones : GeoDataFrame or None
        Where risk is raised now; None where dates are months only.
    proof : Proof
        How well the map and the lists did lately: ``backtest``, ``preventable`` and ``accuracy``,
        each None where the data do not bear it.
    """

    surface: xr.DataArray
    hotspots: gpd.GeoDataFrame
    zones: gpd.GeoDataFrame | None
    proof: Proof

    def _found(self) -> list[str]:
        zones = [] if self.zones is None else [count(len(self.zones), "zone")]
        return [count(len(self.hotspots), "hotspot"), *zones, *super()._found()]
