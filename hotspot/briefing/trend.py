"""The trend that matters: twelve months and the last full month, by beat, beyond noise or not."""

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from hotspot._errors import DataError
from hotspot.briefing.config import TrendsSettings
from hotspot.briefing.inputs import Inputs
from hotspot.trends import PerformanceTable, performance_table
from hotspot.trends.performance_words import by_area, one_month, reference_words, twelve_months
from hotspot.trends.periods import last_complete_month, span_words


@dataclass(frozen=True)
class Trend:
    """What months tell, or why they tell nothing.

    Attributes
    ----------
    table : PerformanceTable or None
        Without burglaries of the stop list.
    why_not : str
        Why there is none.
    """

    table: PerformanceTable | None
    why_not: str = ""

    def sentences(self) -> list[str]:
        """Return what rose or fell, the most important first; nothing where nothing is known."""
        if self.table is None:
            return []
        areas = [by_area(self.table)] if len(self.table.areas) else []
        return [twelve_months(self.table), one_month(self.table), *areas]

    def on_map(self, areas: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame | None:
        """Return the areas with their words: what rises and what falls, as the page says it."""
        if self.table is None or areas is None or not self.table.total["word"]:
            return None
        compared = (
            f"{span_words(self.table.months['twelve months'])} against "
            f"{reference_words(self.table)}"
        )
        told = self.table.areas[["area", "rolling_12", "reference_12", "change", "word", "rule"]]
        joined = areas.merge(told[told["word"] != ""], on="area", how="inner")
        return gpd.GeoDataFrame(joined.assign(compared=compared), crs=areas.crs)


def find_trend(inputs: Inputs) -> Trend:
    """Compare the newest complete month and twelve months with those before them.

    Raises
    ------
    ConfigError
        If what the set-up asks for cannot be.
    """
    shown = inputs.known.incidents
    if shown.empty:
        return Trend(None, "Every burglary is on the stop list: there is nothing to count.")
    month = last_complete_month(inputs.known.incidents, inputs.as_of)
    try:
        return Trend(monthly_table(inputs, inputs.config.trends, month, inputs.as_of))
    except DataError as error:
        return Trend(None, " ".join(["No months to compare.", *error.problems]))


def monthly_table(
    inputs: Inputs, settings: TrendsSettings, month: str | pd.Period, as_of: pd.Timestamp | None
) -> PerformanceTable:
    """Return the table of a month by beat, where beats are known, without the stop list.

    Raises
    ------
    DataError, ConfigError
        As `performance_table` does.
    """
    areas = inputs.layers.areas
    by = areas if areas is not None else "area" if inputs.has_areas else None
    return performance_table(
        inputs.known.incidents, month, by=by, as_of=as_of, **settings.model_dump()
    )
