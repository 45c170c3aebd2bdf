"""How much of the crime happens in how few of the places."""

import math
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy import stats

from hotspot._checks import check_incidents_frame, frame_problems
from hotspot._errors import ConfigError, DataError
from hotspot._kernels.arrays import Ints
from hotspot.english import count as counted
from hotspot.english import name_rows
from hotspot.geo import area_positions, nearest_positions
from hotspot.grid import Grid
from hotspot.output.results import Shown

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Concentration(Shown):
    """How crime is shared out over places.

    Parameters
    ----------
    places, crimes : int
        How many there are.
    gini : float
        0 where every place has as many, towards 1 where one has all.
    generalised_gini : float
        The same, held against the most even sharing that is possible: with fewer crimes than
        places most places must stay empty, and the plain Gini is high even where no place has
        two. Equal to `gini` where there are as many crimes as places or more.
    table : DataFrame
        For each share of crime: ``crime_share``, ``places`` (the fewest that hold it),
        ``place_share``, ``place_share_even`` (if crime were shared out as evenly as can be) and
        ``place_share_chance`` (if each crime fell on a place by chance).
    curve : DataFrame
        ``place_share`` and ``crime_share``, the places with most crime first, from 0 to 1.
    empty_cells : int
        Cells of a grid without a crime, any of which may be a field.
    """

    places: int
    crimes: int
    gini: float
    generalised_gini: float
    table: pd.DataFrame
    curve: pd.DataFrame
    empty_cells: int = 0

    def summary(self) -> str:
        """Return in sentences how concentrated crime is.

        Returns
        -------
        str
        """
        lines = [
            f"{row.crime_share:.0%} of {self.crimes:,} crimes happened at {row.place_share:.2%} "
            f"of {self.places:,} places ({row.places:,}); by chance alone it would be "
            f"{row.place_share_chance:.2%}."
            for row in self.table.itertuples()
        ]
        if self.empty_cells:
            lines.append(
                f"{self.empty_cells:,} of the cells never had a crime: where they are fields, the "
                "shares of places are too small. Give built_up= (homes or streets) to leave those "
                "out."
            )
        lines.append(
            f"Generalised Gini {self.generalised_gini:.2f} (plain Gini {self.gini:.2f}): 0 is as "
            "even as can be, 1 is all crime at one place."
        )
        return "\n".join(lines)

    def plot(self) -> "Figure":
        """Draw the share of crime against the share of places, those with most crime first.

        Returns
        -------
        matplotlib.figure.Figure
        """
        # Loaded here: most results are read, not drawn.
        from matplotlib.patheffects import withStroke

        from hotspot.output.pictures import Picture

        figure = Picture(figsize=(6.0, 4.6), layout="constrained")
        axes = figure.subplots()
        # Shares are drawn in per cent, as they are spoken of.
        percents = 100 * self.table
        axes.plot(100 * self.curve["place_share"], 100 * self.curve["crime_share"],
                  color="#c8102e", linewidth=2, label="these places")  # fmt: skip
        even = min(1.0, self.crimes / self.places)
        axes.plot([0, 100 * even, 100], [0, 100, 100], color="#5c6773", linestyle="--",
                  linewidth=1, label="as even as can be")  # fmt: skip
        axes.plot(percents["place_share"], percents["crime_share"], "o", color="#1d2733")
        axes.plot(percents["place_share_chance"], percents["crime_share"], "D", color="#1d2733",
                  markerfacecolor="white", label="by chance alone")  # fmt: skip
        for share, held in zip(percents["place_share"], percents["crime_share"], strict=True):
            axes.annotate(f"{held:.0f} % at {share:.3g} % of places", (share, held), (8, -4),
                          textcoords="offset points", va="top", fontsize=9,
                          path_effects=[withStroke(linewidth=3, foreground="white")])  # fmt: skip
        axes.set(xlim=(0, 100), ylim=(0, 101), ylabel="Share of crime, %",
                 xlabel="Share of places, those with most crime first, %")  # fmt: skip
        axes.set_title(
            f"Concentration of {counted(self.crimes, 'crime')} over "
            f"{counted(self.places, 'place')}\n(generalised Gini {self.generalised_gini:.2f})",
            fontsize=10,
        )
        axes.legend(loc="lower right", frameon=False)
        axes.grid(alpha=0.3)
        return figure


def concentration(
    incidents: gpd.GeoDataFrame | pd.Series | npt.ArrayLike,
    places: Grid | gpd.GeoDataFrame | None = None,
    *,
    shares: tuple[float, ...] = (0.25, 0.5),
    distance_m: float = 50.0,
    built_up: gpd.GeoDataFrame | gpd.GeoSeries | None = None,
) -> Concentration:
    """Compute in how few places how much of the crime happens.

    Parameters
    ----------
    incidents : GeoDataFrame, Series or array
        Incidents as `read_incidents` returns them, or counts by place, those of 0 included.
    places : Grid or GeoDataFrame
        For incidents: cells, areas (polygons), or streets and addresses (lines, points), of which
        each incident belongs to the nearest within `distance_m`. On a border, and of several as
        near, it counts once, at the first by ``area``, else by row. Incidents at none of the
        places are left out.
    shares : tuple of float
        Shares of crime to find the fewest places for.
    distance_m : float
        How far from its line or point an incident may be, in metres.
    built_up : GeoDataFrame or GeoSeries, optional
        For a Grid: homes or streets. A cell with none of them and no crime is a field, no place.
        Without it all cells count, and the words say how many never had a crime.

    Returns
    -------
    Concentration

    Raises
    ------
    DataError
        If there are no crimes, counts are negative or not whole, or incidents or places are not
        in canonical shape or in another CRS.
    ConfigError
        If a share is out of range or `places` are missing.

    Notes
    -----
    Concentration depends on what a place is: fewer, larger places are less concentrated. Compare
    only what was measured on the same kind of place, and against chance.

    References
    ----------
    Bernasco, W. and Steenbeek, W. (2017). More places than crimes: implications for evaluating
    the law of crime concentration at place. Journal of Quantitative Criminology 33, 451-467.
    Weisburd, D. (2015). The law of crime concentration and the criminology of place. Criminology
    53(2), 133-157.

    Examples
    --------
    >>> found = concentration([5, 2, 1, 0, 0, 0, 0, 0, 0, 0])
    >>> round(found.gini, 3), round(found.generalised_gini, 3)
    (0.8, 0.75)
    """
    wrong = [share for share in shares if not 0 < share <= 1]
    if wrong or not shares:
        raise ConfigError(f"shares must be above 0 and at most 1, not {shares!r}.")
    if isinstance(incidents, gpd.GeoDataFrame):
        counts = _by_place(incidents, places, distance_m)
        if built_up is not None:
            counts = _without_fields(counts, incidents, places, built_up)
    else:
        counts = _checked_counts(incidents)
    crimes = int(counts.sum())
    if not crimes:
        raise DataError("There are no crimes at these places.")
    highest = np.sort(counts)[::-1]
    held = np.concatenate([[0], np.cumsum(highest)])
    gini, generalised = _ginis(highest[::-1])
    return Concentration(
        places=len(counts),
        crimes=crimes,
        gini=gini,
        generalised_gini=generalised,
        table=_table(held, shares),
        curve=pd.DataFrame(
            {"place_share": np.arange(len(held)) / len(counts), "crime_share": held / crimes}
        ),
        empty_cells=int((counts == 0).sum())
        if isinstance(places, Grid) and built_up is None
        else 0,
    )


def _checked_counts(values: pd.Series | npt.ArrayLike) -> Ints:
    numbers = np.asarray(values, dtype=np.float64)
    labels = values.index if isinstance(values, pd.Series) else pd.RangeIndex(numbers.size)
    if numbers.ndim != 1:
        raise DataError("Counts by place must be one number for each place.")
    wrong = labels[~(np.isfinite(numbers) & (numbers >= 0) & (numbers == np.floor(numbers)))]
    if len(wrong):
        raise DataError(
            f"{counted(len(wrong), 'count')} missing, negative or not whole ({name_rows(wrong)})."
        )
    return numbers.astype(np.int64)


def _by_place(
    incidents: gpd.GeoDataFrame, places: Grid | gpd.GeoDataFrame | None, distance_m: float
) -> Ints:
    if places is None:
        raise ConfigError("Say what a place is: give places=, a Grid, areas, streets, addresses.")
    faults = [] if isinstance(places, Grid) else frame_problems(places, "places")
    check_incidents_frame(incidents, *faults, places=places)
    if isinstance(places, Grid):
        cell = places.cells_of(incidents).to_numpy()
        return np.bincount(cell[cell >= 0], minlength=places.nrows * places.ncols)
    points, shapes = incidents.geometry.to_numpy(), places.geometry.to_numpy()
    if (shapely.get_dimensions(shapes) == 2).any():
        place = area_positions(points, places, "area" if "area" in places.columns else None)
    else:
        place = nearest_positions(points, shapes, distance_m)
    return np.bincount(place[place >= 0], minlength=len(places))


def _without_fields(
    counts: Ints,
    incidents: gpd.GeoDataFrame,
    places: Grid | gpd.GeoDataFrame | None,
    built_up: gpd.GeoDataFrame | gpd.GeoSeries,
) -> Ints:
    """Keep the cells that hold a crime, a home or a street."""
    if not isinstance(places, Grid):
        raise ConfigError("built_up= is for places that are the cells of a Grid.")
    check_incidents_frame(incidents, built_up=built_up)
    return counts[(counts > 0) | places.cells_with(built_up).ravel()]


def _ginis(rising: Ints) -> tuple[float, float]:
    """Compute the plain and the generalised coefficient of counts in rising order."""
    places, crimes = len(rising), int(rising.sum())
    # A whole number, so that an even sharing gives exactly 0.
    slope = 2 * int(np.arange(1, places + 1) @ rising) - (places + 1) * crimes
    gini = slope / (places * crimes)
    if crimes >= places:
        return gini, gini
    # Bernasco and Steenbeek (2017): against the most even line with fewer crimes than places.
    return gini, slope / crimes**2 - places / crimes + 1


def _table(held: Ints, shares: tuple[float, ...]) -> pd.DataFrame:
    places, crimes = len(held) - 1, int(held[-1])
    # As even as whole crimes can be: some places have one more than others.
    even = np.full(places, crimes // places)
    even[: crimes % places] += 1
    even_held = np.concatenate([[0], np.cumsum(even)])
    rows = []
    for share in shares:
        # In decimals: 0.07 of 100 crimes are 7, which binary fractions would make 8.
        needed = int((Decimal(str(share)) * crimes).to_integral_value(ROUND_CEILING))
        number = int(np.searchsorted(held, needed))
        even_share = int(np.searchsorted(even_held, needed)) / places
        chance = _by_chance(places, crimes, needed)
        rows.append((share, number, number / places, even_share, chance))
    names = ("crime_share", "places", "place_share", "place_share_even", "place_share_chance")
    return pd.DataFrame(rows, columns=list(names))


def _by_chance(places: int, crimes: int, needed: int) -> float:
    """Compute the share of places that hold so many crimes where each falls on one by chance.

    From the expected number of places with each count, those with most first.
    """
    spread = math.sqrt(crimes / places) + 1
    # Beyond a dozen spreads the binomial tail is nothing, and the sum stays short.
    most = min(crimes, math.ceil(crimes / places + 12 * spread + 20))
    counts = np.arange(most, 0, -1)
    expected = places * stats.binom.pmf(counts, crimes, 1 / places)
    held = np.cumsum(expected * counts)
    # Of the places with the count at which the share is reached only so many as are still needed.
    last = min(int(np.searchsorted(held, needed)), len(counts) - 1)
    before = held[last - 1] if last else 0.0
    whole = float(expected[:last].sum())
    return float((whole + max(needed - before, 0.0) / counts[last]) / places)
