"""The list of cameras to ask: its table, its words, and how it is written."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspot.cameras.camera_consent import Listed
from hotspot.cameras.camera_view import NO
from hotspot.cameras.kept_footage import GONE
from hotspot.output.page_parts import ResultPage
from hotspot.output.results import Result, json_rows

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_TIMES = ("wanted_from", "wanted_to", "gone_from", "asked")


@dataclass(frozen=True, repr=False, eq=False)
class CameraList(Result):
    """Result of `cameras_near`.

    Parameters
    ----------
    table : DataFrame
        A row for each crime and camera, see `cameras_near`.
    points : GeoSeries
        Where the camera of each row stands.
    crimes : int
        How many crimes were looked at.
    listed : Listed
        Which cameras of the register may be listed, and how many of the others may not.
    as_of : Timestamp
        The cut-off.
    distance_m : float
    assumed_days : float or None
        The retention that was assumed where the register tells none.

    Notes
    -----
    Unlike other results it names crimes and cameras in all that it writes: it is the list of who
    asks for footage. Owners are in none of it.
    """

    table: pd.DataFrame
    points: gpd.GeoSeries
    crimes: int
    listed: Listed
    as_of: pd.Timestamp
    distance_m: float
    assumed_days: float | None = None
    product: ClassVar[str] = "cameras"

    def __repr__(self) -> str:
        return f"<CameraList: {self.summary().splitlines()[0]}>"

    @property
    def settings(self) -> dict[str, Any]:
        """What it was made with."""
        return {
            "as_of": str(self.as_of),
            "distance_m": self.distance_m,
            "assumed_retention_days": self.assumed_days,
        }

    @property
    def frame(self) -> gpd.GeoDataFrame:
        """The rows with where their cameras stand, as a map draws them."""
        return gpd.GeoDataFrame(self.table, geometry=self.points)

    @property
    def to_ask(self) -> pd.DataFrame:
        """The rows to act on: not asked yet, footage not gone, and not known to look elsewhere."""
        table = self.table
        mask = (table["in_view"] != NO) & (table["left"] != GONE) & table["asked"].isna()
        return table[mask]

    def for_crime(self, crime_ref: str) -> "CameraList":
        """Return the part of it that is of one crime, to be written by itself.

        Parameters
        ----------
        crime_ref : str

        Returns
        -------
        CameraList
            Without a row where no camera is known near it.
        """
        rows = (self.table["crime_ref"] == crime_ref).to_numpy(dtype=bool)
        return self._part(rows, crimes=1)

    def for_area(self, area: str) -> "CameraList":
        """Return the part of it that is of one area, to be written by itself.

        Parameters
        ----------
        area : str

        Returns
        -------
        CameraList
            Without a row where no crime of it has a camera, or the crimes name no area.
        """
        named = self.table.get("area", pd.Series(None, index=self.table.index, dtype=object))
        rows = (named == area).to_numpy(dtype=bool)
        return self._part(rows, crimes=int(self.table.loc[rows, "crime_ref"].nunique()))

    def _part(self, rows: Any, crimes: int) -> "CameraList":
        table = self.table[rows].reset_index(drop=True)
        points = self.points[rows].reset_index(drop=True)
        return replace(self, table=table, points=points, crimes=crimes)

    def summary(self) -> str:
        """Return what there is to ask, the most urgent first, and what is not known.

        Returns
        -------
        str
            One sentence a line. It names no crime and no camera.
        """
        from hotspot.cameras.list_page import sentences

        return "\n".join(sentences(self))

    def plot(self) -> "Figure":
        """Draw how many days are left for each camera, the first to go on top.

        Returns
        -------
        matplotlib.figure.Figure
        """
        from hotspot.cameras.list_page import draw

        return draw(self)

    def page(self) -> ResultPage:
        """Return what the page says: a table for each crime.

        Returns
        -------
        ResultPage
        """
        from hotspot.cameras.list_page import list_page

        return list_page(self)

    def content(self) -> dict[str, Any]:
        """Return settings, words and rows as JSON can hold them.

        Returns
        -------
        dict
        """
        return {
            "settings": self.settings,
            "summary": self.summary().splitlines(),
            "cameras_not_listed": {
                "withdrawn": self.listed.withdrawn,
                "lapsed": self.listed.lapsed,
                "not_begun": self.listed.not_begun,
                "without_consent": self.listed.refused,
            },
            "rows": json_rows(self.in_text()),
        }

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the table for a workbook, with the times of day that its cells would drop.

        Returns
        -------
        dict of str to DataFrame
        """
        table = self.in_text()
        # Some programs show a yes as 1, beside a number that is days.
        table["retention_assumed"] = table["retention_assumed"].map({True: "yes", False: "no"})
        return {self.product: table}

    def in_text(self) -> pd.DataFrame:
        """Return the table with its times as text, to the minute.

        Returns
        -------
        DataFrame
        """
        table = self.table.copy()
        for name in _TIMES:
            table[name] = [None if pd.isna(one) else f"{one:%Y-%m-%d %H:%M}" for one in table[name]]
        table["days_left"] = [None if pd.isna(one) else int(one) for one in table["days_left"]]
        table["days_left"] = (
            table["days_left"].astype(object).where(table["days_left"].notna(), np.nan)
        )
        return table
