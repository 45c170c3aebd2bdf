"""Names of streets and beats: the street of a burglary, and what a zone or hotspot holds."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

# A house stands nearer than this to the street that it is in.
_STREET_WITHIN_M = 60.0


def street_names(
    incidents: gpd.GeoDataFrame,
    uprns: pd.Series,
    addresses: gpd.GeoDataFrame | None,
    streets: gpd.GeoDataFrame | None,
) -> pd.Series:
    """Find the street of each burglary: that of its address, else the nearest of a layer.

    Parameters
    ----------
    incidents : GeoDataFrame, n rows
    uprns : Series of object, on the index of `incidents`
        The address of each, where it is known.
    addresses : GeoDataFrame or None
        With ``uprn`` and, optionally, ``street``.
    streets : GeoDataFrame or None
        With ``street`` and lines.

    Returns
    -------
    Series of object, on the index of `incidents`
        None where neither tells.
    """
    names = pd.Series(None, index=incidents.index, name="street", dtype=object)
    if addresses is not None and "street" in addresses.columns:
        known = addresses.dropna(subset=["uprn", "street"]).drop_duplicates("uprn")
        by_uprn = known.set_index("uprn")["street"]
        names = uprns.map(by_uprn).astype(object).rename("street")
    missing = names.isna()
    if streets is None or not missing.any():
        return names.where(~missing, None)
    named = streets[streets["street"].notna()]
    point, street = named.sindex.nearest(
        incidents.geometry[missing], return_all=False, max_distance=_STREET_WITHIN_M
    )
    names.iloc[np.flatnonzero(missing)[point]] = named["street"].to_numpy(dtype=object)[street]
    return names.where(names.notna(), None)


def names_within(
    polygons: gpd.GeoDataFrame, named: gpd.GeoDataFrame | None, column: str
) -> list[list[str]]:
    """Find the names of what each polygon holds of a layer, the longest or largest part first.

    Parameters
    ----------
    polygons : GeoDataFrame, n rows
    named : GeoDataFrame or None
        Lines or polygons with names in `column`.
    column : str

    Returns
    -------
    list of list of str, n
    """
    names: list[list[str]] = [[] for _ in range(len(polygons))]
    if named is None or polygons.empty:
        return names
    named = named[named[column].notna()]
    polygon, other = named.sindex.query(polygons.geometry, predicate="intersects")
    parts = shapely.intersection(
        polygons.geometry.to_numpy()[polygon], named.geometry.to_numpy()[other]
    )
    flat = named.geometry.geom_type.str.endswith("Polygon").all()
    sizes = pd.DataFrame(
        {
            "polygon": polygon,
            "name": named[column].to_numpy(dtype=object)[other],
            "size": shapely.area(parts) if flat else shapely.length(parts),
        }
    )
    sizes = sizes[sizes["size"] > 0]
    sums: pd.DataFrame = sizes.groupby(["polygon", "name"])["size"].sum().reset_index()
    sums = sums.sort_values(["polygon", "size", "name"], ascending=[True, False, True])
    for place, name in zip(sums["polygon"], sums["name"], strict=True):
        names[place].append(str(name))
    return names
