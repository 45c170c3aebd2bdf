"""Where incidents stay: a surface, the hotspots on it, and what is said of both."""

from dataclasses import dataclass, field
from typing import Any, ClassVar

import geopandas as gpd
import pandas as pd
import xarray as xr

from hotspot.density.bandwidth_selection import DEFAULT_BANDWIDTH_M
from hotspot.density.ground_shares import ground_of, too_large
from hotspot.density.hotspot_outlines import hotspots
from hotspot.density.surface import kernel_density
from hotspot.english import count, percent
from hotspot.grid import Grid
from hotspot.output.handling import NO_GROUND
from hotspot.output.page_parts import PageSection, PageTable, ResultPage
from hotspot.output.results import Result

LIMITS = (
    "It shows where recorded incidents were: places, not people.",
    f"It is no forecast, and {NO_GROUND}.",
)
_SETTINGS = {
    "kernel": "Kernel",
    "bandwidth_m": "Bandwidth (m)",
    "bandwidth_from": "Bandwidth chosen by",
    "cell_size_m": "Side of a cell (m)",
    "crs": "Coordinates",
    "units": "Units",
    "period_first": "First day",
    "period_last": "Last day",
    "incidents": "Incidents mapped",
}


@dataclass(frozen=True)
class DensityResult(Result):
    """Result of `map_density`.

    Parameters
    ----------
    surface : DataArray
        As `kernel_density` returns it.
    hotspots : GeoDataFrame
        As `hotspots` returns them, with ``ground_share``: the share of built-up ground.

    Attributes
    ----------
    table : DataFrame
        A row per hotspot, without its outline.
    """

    product: ClassVar[str] = "density"
    surface: xr.DataArray
    hotspots: gpd.GeoDataFrame
    table: pd.DataFrame = field(init=False, repr=False)

    def __post_init__(self) -> None:
        table = pd.DataFrame(self.hotspots.drop(columns=self.hotspots.geometry.name))
        object.__setattr__(self, "table", table)

    def summary(self) -> str:
        """Return what was mapped and how far to trust it.

        Returns
        -------
        str
        """
        attrs, spots = self.surface.attrs, self.hotspots
        lines = [
            f"{count(attrs['incidents'], 'incident')} from {attrs['period_first']} to "
            f"{attrs['period_last']}; {attrs['kernel']} kernel, {attrs['bandwidth_m']:g} m "
            f"({attrs['bandwidth_from']}). Highest: {float(self.surface.max()):,.1f} "
            f"{attrs['units']}."
        ]
        if len(spots):
            lines.append(
                f"{count(len(spots), 'hotspot')}: {percent(spots['crime_share'].sum())} of the "
                f"incidents in {percent(self.table['ground_share'].sum())} of built-up ground "
                "(blocks of 250 m with an incident). The share is of the incidents that were "
                "mapped: it tells what was, and is no forecast."
            )
            lines += too_large(spots)
        return "\n".join(lines)

    def plot(self) -> Any:
        """Draw the surface with its hotspots.

        Returns
        -------
        matplotlib.figure.Figure
        """
        from hotspot.density.plots import plot_surface

        return plot_surface(self.surface, self.hotspots)

    def page(self) -> ResultPage:
        """Return what the page says.

        Returns
        -------
        ResultPage
        """
        attrs = self.surface.attrs
        return ResultPage(
            title="Where burglary stays",
            scope=f"Incidents from {attrs['period_first']} to the end of {attrs['period_last']}.",
            sentences=self.summary().splitlines(),
            picture_text="Map of the density, darker where it is higher, with the hotspots",
            limits=LIMITS,
            sections=[PageSection("Hotspots", tables=[self._spots()])] if len(self.table) else [],
            settings=[(words, attrs[name]) for name, words in _SETTINGS.items() if name in attrs],
            as_of=pd.Timestamp(attrs["period_last"]),
        )

    def content(self) -> dict[str, Any]:
        """Return settings and hotspots as JSON can hold them.

        Returns
        -------
        dict
        """
        return {
            **{name: _plain(value) for name, value in self.surface.attrs.items()},
            "summary": self.summary().splitlines(),
            "hotspots": [
                {name: _plain(value) for name, value in row.items()}
                for row in self.table.to_dict("records")
            ],
        }

    def _spots(self) -> PageTable:
        rows = [
            [f"{row['rank']}", f"{row['peak']:,.1f}", f"{row['crimes']:,.10g}",
             percent(row["crime_share"]), percent(row["ground_share"])]
            for row in self.table.to_dict("records")
        ]  # fmt: skip
        columns = ("Peak", "Incidents", "Share of incidents", "Share of built-up ground")
        return PageTable.of(
            [("Rank", "head"), *((name, "n") for name in columns)], rows, kind="narrow"
        )


def map_density(
    incidents: gpd.GeoDataFrame,
    *,
    bandwidth_m: float | None = None,
    cell_size_m: float | None = None,
    kernel: str = "quartic",
    area_share: float = 0.01,
    within: gpd.GeoDataFrame | gpd.GeoSeries | None = None,
) -> DensityResult:
    """Map where incidents stay, and outline the highest places.

    Parameters
    ----------
    incidents : GeoDataFrame
        As `read_incidents` returns them.
    bandwidth_m, kernel, within
        As of `kernel_density`.
    cell_size_m : float, optional
        Side of a cell in metres. Default: an eighth of the bandwidth.
    area_share : float
        As of `hotspots`.

    Returns
    -------
    DensityResult

    Raises
    ------
    DataError, ConfigError
        As `kernel_density` and `hotspots` do.

    Examples
    --------
    >>> import geopandas as gpd, pandas as pd
    >>> days = pd.to_datetime(["2026-01-01", "2026-01-02"])
    >>> frame = pd.DataFrame({"crime_ref": ["A", "B"], "occurred_from": days, "occurred_to": days})
    >>> points = gpd.points_from_xy([640000, 640090], [370000, 370000])
    >>> incidents = gpd.GeoDataFrame(frame, geometry=points, crs="EPSG:27700")
    >>> map_density(incidents).table["rank"].tolist()
    [1]
    """
    grid = None
    if cell_size_m is not None and within is not None:
        grid = Grid.over(within, cell_size_m)
    elif cell_size_m is not None:
        # No kernel but the Gaussian reaches farther than a bandwidth.
        margin = DEFAULT_BANDWIDTH_M if bandwidth_m is None else bandwidth_m
        grid = Grid.over(incidents, cell_size_m, margin_m=margin)
    surface = kernel_density(incidents, grid, bandwidth_m, kernel, within=within)
    spots = hotspots(surface, incidents, area_share=area_share)
    ground = ground_of(Grid.of(surface), surface.notnull().to_numpy(), None, incidents)
    spots["ground_share"] = ground.shares(spots)
    return DensityResult(surface, spots)


def _plain(value: Any) -> Any:
    """Return a number of numpy as Python's."""
    return value.item() if hasattr(value, "item") else value
