"""The column that tells the series of a crime: that of the set-up, or one that is headed so."""

from typing import Any

from hotspot._checks import raise_problems
from hotspot._errors import quoted
from hotspot.briefing.config import Config, IncidentSettings
from hotspot.reading.cells import normalise_name
from hotspot.reading.columns import known_columns, known_names
from hotspot.reading.sources import open_source

#: What a force heads the column of its numbers of series, the surest first.
HEADINGS = (
    "linkedseries", "seriesid", "seriesno", "seriesnumber", "seriesref", "seriesreference",
    "crimeseries", "linkedseriesno", "linkedseriesid", "linkedseriesnumber", "crimeseriesno",
    "crimeseriesnumber", "seriesname", "series",
)  # fmt: skip
KEPT_AS = "series_id"


def with_series(config: Config, column: str | None = None) -> tuple[Config, str, list[str]]:
    """Return a set-up that keeps the column of series, its name among incidents, and notes.

    Parameters
    ----------
    config : Config
    column : str, optional
        The column as it is headed, or the name of one that is kept already. Default: that of
        ``[series]``, else one whose heading says so.

    Returns
    -------
    config : Config
    name : str
    notes : list of str

    Raises
    ------
    DataError
        If no column is headed so and none was named.
    """
    incidents = config.incidents
    kept = incidents.keep
    named = dict(kept) if isinstance(kept, dict) else {name: name for name in kept}
    asked = column or (None if config.series is None else config.series.column)
    if asked in named:
        return config, str(asked), []
    if asked is None and KEPT_AS in named:
        return config, KEPT_AS, []
    notes = []
    if asked is None:
        asked = guessed_column(incidents)
        notes = [f"Column {quoted(asked)} was taken as the number of the series."]
    settings: dict[str, Any] = {"keep": {**named, KEPT_AS: asked}}
    return config.changed(tables={"incidents": settings}), KEPT_AS, notes


def guessed_column(incidents: IncidentSettings) -> str:
    """Return the column that is headed as one of series is.

    Raises
    ------
    DataError
        If there is none.
    """
    known = known_names(known_columns("incidents", "places", "dates"), incidents.columns)
    opened = open_source(incidents.source, sheet=incidents.sheet, known=known)
    by_name = {normalise_name(heading): heading for heading in reversed(opened.columns)}
    found = next((by_name[name] for name in HEADINGS if name in by_name), None)
    if found is None:
        listed = ", ".join(map(quoted, opened.columns))
        raise_problems([
            f"No column of {opened.name} is headed as the number of a series: name it with "
            f'--series-column, or [series] column = "...". It has {listed}.'
        ])  # fmt: skip
    return str(found)
