"""References of crimes: made for rows that have none, withheld where a spreadsheet rounded them."""

from typing import Any

import geopandas as gpd
import pandas as pd

from hotspot.english import count, name_rows

_MADE = "made-"
# How a spreadsheet writes a long number that it could not hold: 1.5E+31.
_ROUNDED = r"\d(?:[.,]\d+)?[eE]\+?\d+"


def without_lost_digits(incidents: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Withhold references and UPRNs that a spreadsheet rounded, lest different ones be one.

    Parameters
    ----------
    incidents : geopandas.GeoDataFrame

    Returns
    -------
    incidents : geopandas.GeoDataFrame
    warnings : list of str
    """
    warnings = []
    for name in ("crime_ref", "uprn"):
        if name not in incidents or not incidents[name].notna().any():
            continue
        rounded = incidents[name].str.fullmatch(_ROUNDED, na=False).astype(bool)
        if rounded.any():
            rows = incidents.index[rounded]
            warnings.append(
                f"{count(len(rows), 'row')} whose {name} a spreadsheet has rounded, such as "
                f"{incidents.loc[rows[0], name]} ({name_rows(rows)}): it is left out. Export the "
                "column as text."
            )
            incidents = incidents.assign(**{name: incidents[name].where(~rounded, None)})
    return incidents, warnings


def with_references(
    incidents: gpd.GeoDataFrame,
) -> tuple[gpd.GeoDataFrame, list[str], list[str]]:
    """Add a reference to the rows that have none, and list those that say the same.

    Parameters
    ----------
    incidents : geopandas.GeoDataFrame

    Returns
    -------
    incidents : geopandas.GeoDataFrame
    notes, warnings : list of str
    """
    missing = incidents["crime_ref"].isna()
    references = incidents["crime_ref"].astype(object)
    notes, warnings = [], []
    if missing.any():
        nameless = incidents[missing]
        contents = _contents(nameless)
        made = made_references(contents)
        references[missing] = made
        notes.append(
            f"{count(len(made), 'row')} without a reference got one made from the row's content "
            f"(such as {made.iloc[0]})."
        )
        again = made.index[contents.duplicated()]
        if len(again):
            warnings.append(
                f"{count(len(again), 'row')} without a reference, the same as an earlier one "
                f"({name_rows(again)}): counted as they stand."
            )
    return incidents.assign(crime_ref=references.astype(str)), notes, warnings


def _contents(incidents: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return what a made reference is made of, in a form that is the same on every machine."""
    # Whole millimetres and seconds: the last digit of a transformed coordinate is not the same
    # everywhere.
    contents: dict[str, Any] = {
        "x": (incidents.geometry.x * 1000).round().astype("int64"),
        "y": (incidents.geometry.y * 1000).round().astype("int64"),
    }
    for name in ("occurred_from", "occurred_to"):
        contents[name] = incidents[name].to_numpy().astype("datetime64[s]").astype("int64")
    for name in ("offence_code", "uprn", "address", "area", "force"):
        if name in incidents:
            contents[name] = incidents[name].astype(object).fillna("")
    return pd.DataFrame(contents)


def made_references(contents: pd.DataFrame) -> pd.Series:
    """Compute references from what rows say, so that their order does not matter.

    Parameters
    ----------
    contents : pandas.DataFrame
        What the reference is made of: numbers and text, nothing missing.

    Returns
    -------
    pandas.Series of str
        Rows that say the same are told apart by a number.

    Examples
    --------
    >>> made_references(pd.DataFrame({"x": [1, 2, 1]}, index=[2, 3, 4])).nunique()
    3
    """
    hashed = pd.util.hash_pandas_object(contents, index=False).to_numpy()
    turn = pd.Series(hashed).groupby(hashed).cumcount().to_numpy()
    texts = [
        f"{_MADE}{number:016x}"[: len(_MADE) + 12] + (f"-{again + 1}" if again else "")
        for number, again in zip(hashed.tolist(), turn.tolist(), strict=True)
    ]
    return pd.Series(texts, index=contents.index, dtype=object)
