"""Chains of near repeats as arrows: from each burglary to the one that followed it."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspot.english import count
from hotspot.maps.colours import AGAIN, ARROW
from hotspot.maps.elements import Drawing, LegendEntry
from hotspot.maps.features import Field, as_text, drawable, drawing_of
from hotspot.maps.scene import Scene

# By which columns the three frames are told apart.
_LABEL_COLUMNS = ("label", "follows", "distance_m", "days")
_PAIR_COLUMNS = ("first", "second", "distance_m", "days")
_CHAIN_COLUMNS = ("chain", "crimes")
_CHAIN_FIELDS: tuple[Field, ...] = (
    ("crimes", "Burglaries", as_text),
    ("first_day", "First", as_text),
    ("last_day", "Last", as_text),
    ("span_days", "Days from first to last", as_text),
    ("extent_m", "Metres across", as_text),
    ("originators", "Began with", as_text),
    ("repeats", "At the same address", as_text),
    ("near_repeats", "Nearby", as_text),
)
_LINK_FIELDS: tuple[Field, ...] = (
    ("earlier", "Followed", as_text),
    ("days", "Days after it", as_text),
    ("distance_m", "Metres from it", as_text),
)


def chain_problems(name: str, chains: object) -> list[str]:
    """Return what keeps a frame from being drawn as chains."""
    kinds = (_LABEL_COLUMNS, _PAIR_COLUMNS, _CHAIN_COLUMNS)
    if isinstance(chains, pd.DataFrame) and any(set(kind) <= set(chains.columns) for kind in kinds):
        return []
    return [
        f"The {name} must be a frame of near_repeat_chains, near_repeat_pairs or label_repeats."
    ]


def draw_chains(chains: pd.DataFrame, scene: Scene) -> Drawing:
    """Draw an arrow from each burglary to the next; a ring where they share a point.

    Parameters
    ----------
    chains : DataFrame
        Of `near_repeat_chains`, `near_repeat_pairs` or `label_repeats`. Chains are drawn whole; of
        pairs and labels the links that lead to a burglary which still counts.
    scene : Scene
        A link with a burglary that is not in it is left out.

    Returns
    -------
    Drawing
    """
    if set(_CHAIN_COLUMNS) <= set(chains.columns) and isinstance(chains, gpd.GeoDataFrame):
        links = drawable(chains)
        # A chain all at one point has a line of no length there, which a map would not show.
        shapes = links.geometry.to_numpy()
        shown = np.where(links.length == 0, shapely.centroid(shapes), shapes)
        links = links.set_geometry(gpd.GeoSeries(shown, links.index, crs=links.crs))
        headings = [f"Chain {as_text(name)}" for name in links["chain"]]
        fields = _CHAIN_FIELDS
    else:
        links = _links(chains, scene)
        headings = [as_text(reference) or "No reference" for reference in links["later"]]
        fields = _LINK_FIELDS
    at_a_point = (links.geom_type == "Point").to_numpy()
    arrows = int(shapely.get_num_geometries(links.geometry.to_numpy()[~at_a_point]).sum())
    legend: list[LegendEntry] = []
    if arrows:
        legend.append((ARROW, f"to the burglary that followed: {arrows:,}"))
    if at_a_point.any():
        legend.append((AGAIN, f"again at the same point: {count(at_a_point.sum(), 'place')}"))
    return drawing_of(
        links, (ARROW, AGAIN), at_a_point.astype(int), headings, fields, legend=legend
    )


def _links(chains: pd.DataFrame, scene: Scene) -> gpd.GeoDataFrame:
    """Return each link with the line between its two burglaries."""
    incidents = scene.incidents
    if set(_PAIR_COLUMNS) <= set(chains.columns):
        ends = chains.rename(columns={"first": "from", "second": "to"})
    else:
        ends = chains.rename(columns={"follows": "from"}).assign(to=chains.index)
        ends = ends[ends["from"].notna() & ends.get("counted", True)]
    start = incidents.index.get_indexer(pd.Index(ends["from"]))
    end = incidents.index.get_indexer(pd.Index(ends["to"]))
    # Position -1, of a burglary that is not shown, reads the False at the end.
    here = (start >= 0) & np.append(scene.live, False)[end]
    # In the order of the burglaries, which is that of what they say.
    here = np.flatnonzero(here)
    here = here[np.lexsort((start[here], end[here]))]
    ends, start, end = ends.iloc[here], start[here], end[here]
    places = shapely.get_coordinates(incidents.geometry.to_numpy())
    shapes = np.asarray(incidents.geometry.to_numpy()[end], dtype=object)
    # A line of no length has no direction: a repeat at one point is a ring.
    moved = (places[start] != places[end]).any(axis=1)
    shapes[moved] = shapely.linestrings(np.stack([places[start], places[end]], axis=1)[moved])
    references = incidents["crime_ref"].to_numpy()
    return gpd.GeoDataFrame(
        {
            "later": references[end],
            "earlier": references[start],
            "days": ends["days"].to_numpy(),
            # Whole metres: recorded points are no better.
            "distance_m": ends["distance_m"].to_numpy(dtype=float).round(),
        },
        geometry=shapes,
        crs=incidents.crs,
    )
