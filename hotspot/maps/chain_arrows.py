"""Chains of near repeats as arrows: from each burglary to the one that followed it."""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from hotspot.english import count
from hotspot.maps.elements import LegendEntry, RowLayer, Style
from hotspot.maps.features import Field, bounds_of, drawable, rows_of, texts_of, words

_ARROW = Style(stroke="#1a1a1a", weight=1.8, arrow=True)
_AGAIN = Style(stroke="#1a1a1a", fill="#ffffff", fill_opacity=0.01, radius=9.0, weight=1.8)
_STYLES = (_ARROW, _AGAIN)
_LABEL_COLUMNS = ("label", "follows", "distance_m", "days")
_PAIR_COLUMNS = ("first", "second", "distance_m", "days")
_CHAIN_COLUMNS = ("chain", "crimes")
_CHAIN_FIELDS: tuple[Field, ...] = (
    ("crimes", "Burglaries", words),
    ("first_day", "First", words),
    ("last_day", "Last", words),
    ("span_days", "Days from first to last", words),
    ("extent_m", "Metres across", words),
    ("originators", "Began with", words),
    ("repeats", "At the same address", words),
    ("near_repeats", "Nearby", words),
)
_LINK_FIELDS: tuple[Field, ...] = (
    ("earlier", "Followed", words),
    ("days", "Days after it", words),
    ("distance_m", "Metres from it", words),
)


def chain_problems(chains: pd.DataFrame | None) -> list[str]:
    """Say what keeps a frame from being drawn as chains."""
    if chains is None:
        return []
    is_frame = isinstance(chains, pd.DataFrame)
    kinds = (_LABEL_COLUMNS, _PAIR_COLUMNS, _CHAIN_COLUMNS)
    if is_frame and any(set(kind) <= set(chains.columns) for kind in kinds):
        return []
    return ["The chains must be a frame of near_repeat_chains, near_repeat_pairs or label_repeats."]


def chain_layer(
    chains: pd.DataFrame,
    incidents: gpd.GeoDataFrame,
    live: npt.NDArray[np.bool_],
    show: bool = False,
) -> RowLayer:
    """Draw an arrow from each burglary to the next; a ring where they share a point.

    Parameters
    ----------
    chains : DataFrame
        Of `near_repeat_chains`, `near_repeat_pairs` or `label_repeats`.
    incidents : GeoDataFrame
        Those that may be shown; a link with one that is not here is left out.
    live : ndarray of bool
        Which of the incidents still count: of pairs and labels, links that lead to another are
        left out. Chains are drawn whole, as they are given.
    show : bool
        Whether it is on when the map opens.

    Returns
    -------
    RowLayer
    """
    if set(_CHAIN_COLUMNS) <= set(chains.columns) and isinstance(chains, gpd.GeoDataFrame):
        links = drawable(chains)
        headings = [f"Chain {words(name)}" for name in links["chain"]]
        names, texts = texts_of(links, _CHAIN_FIELDS)
    else:
        links = _links(chains, incidents, live)
        headings = [words(reference) or "No reference" for reference in links["later"]]
        names, texts = texts_of(links, _LINK_FIELDS)
    at_a_point = (links.geom_type == "Point").to_numpy()
    arrows = int(shapely.get_num_geometries(links.geometry.to_numpy()[~at_a_point]).sum())
    legend: list[LegendEntry] = []
    if arrows:
        legend.append((_ARROW, f"to the burglary that followed: {arrows:,}"))
    if at_a_point.any():
        legend.append((_AGAIN, f"again at the same point: {count(at_a_point.sum(), 'place')}"))
    return RowLayer(
        "Near-repeat chains",
        rows_of(links, at_a_point.astype(int), headings, texts),
        _STYLES,
        bounds=bounds_of(links),
        fields=names,
        legend=legend or [(Style(stroke="none"), "none found")],
        show=show,
    )


def _links(
    chains: pd.DataFrame, incidents: gpd.GeoDataFrame, live: npt.NDArray[np.bool_]
) -> gpd.GeoDataFrame:
    """Place each link between its two burglaries."""
    if set(_PAIR_COLUMNS) <= set(chains.columns):
        ends = chains.rename(columns={"first": "from", "second": "to"})
    else:
        ends = chains.rename(columns={"follows": "from"}).assign(to=chains.index)
        ends = ends[ends["from"].notna() & ends.get("counted", True)]
    start = incidents.index.get_indexer(pd.Index(ends["from"]))
    end = incidents.index.get_indexer(pd.Index(ends["to"]))
    here = (start >= 0) & np.append(live, False)[end]
    ends, start, end = ends[here], start[here], end[here]
    places = shapely.get_coordinates(incidents.geometry.to_numpy())
    shapes = np.asarray(incidents.geometry.to_numpy()[end], dtype=object)
    moved = (places[start] != places[end]).any(axis=1)
    shapes[moved] = shapely.linestrings(np.stack([places[start], places[end]], axis=1)[moved])
    references = incidents["crime_ref"].to_numpy()
    return gpd.GeoDataFrame(
        {
            "later": references[end],
            "earlier": references[start],
            "days": ends["days"].to_numpy(),
            "distance_m": ends["distance_m"].to_numpy(dtype=float).round(),
        },
        geometry=shapes,
        crs=incidents.crs,
    )
