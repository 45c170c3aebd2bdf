"""What all layers of one briefing map share: its burglaries, their ages, its cut-off."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspot.dates import AsOf, ages_days, cutoff, known_by, resolution
from hotspot.incidents.content_order import in_content_order
from hotspot.rule import RULE


@dataclass(frozen=True)
class Scene:
    """What layers are drawn by, beside their own data.

    Attributes
    ----------
    incidents : GeoDataFrame, n rows
        Those that were known at the cut-off, in an order of what they say.
    ages : ndarray of int, shape (n,)
        In days at `last`.
    last : Timestamp or None
        The last moment that counts; None where there is no incident and no cut-off.
    window_days : int
        How long a burglary counts.
    opens : str
        Which of the layers that can open is on.
    tiles : bool
        Whether there is a background map from the web.
    alone : bool
        Whether the map shows nothing that was worked out from them: no zones, doors or surface.
    """

    incidents: gpd.GeoDataFrame
    ages: npt.NDArray[np.int64]
    last: pd.Timestamp | None
    window_days: int
    opens: str
    tiles: bool
    alone: bool = False

    @classmethod
    def of(
        cls,
        incidents: gpd.GeoDataFrame,
        as_of: AsOf | None,
        zones: gpd.GeoDataFrame | None,
        opens: str,
        tiles: bool,
        alone: bool = False,
    ) -> "Scene":
        """Return the scene at a cut-off: by default that of the newest incident."""
        shown = incidents if as_of is None else incidents[known_by(incidents, as_of)]
        # Of points that overlap the later is drawn over the earlier: not as rows happen to come.
        shown = in_content_order(shown)
        moment = shown["occurred_to"].max() if as_of is None else as_of
        last = None if moment is pd.NaT else cutoff(moment)
        ages = np.zeros(0, dtype=np.int64)
        if last is not None and len(shown):
            ages = ages_days(shown, last)
        # The points count as long as the zones that they raise: a force may have another rule.
        attrs = {} if zones is None else zones.attrs
        window_days = int(attrs.get("window_days", RULE.window_days))
        return cls(shown, ages, last, window_days, opens, tiles, alone)

    @property
    def live(self) -> npt.NDArray[np.bool_]:
        """Which of the incidents still count."""
        return np.asarray(self.ages <= self.window_days)

    @property
    def monthly(self) -> bool:
        """Whether only the month of each is known, so that none has an age."""
        return resolution(self.incidents) == "month"
