"""What a density is written as besides its page: GeoTIFF, GeoPackage and a map."""

import geopandas as gpd

from hotspot.density.density_result import DensityResult
from hotspot.maps.map_layers import MapLayers
from hotspot.maps.officers_map import briefing_map
from hotspot.maps.saving import save_map
from hotspot.output.gis_files import write_hotspots, write_surface
from hotspot.output.page_parts import Writer


def density_files(
    result: DensityResult, incidents: gpd.GeoDataFrame, marking: str | None = None
) -> dict[str, Writer]:
    """Return what writes the further files of a density, for ``result.write(files=)``.

    Parameters
    ----------
    result : DensityResult
    incidents : GeoDataFrame
        Those that it is of.
    marking : str, optional
        Protective marking.

    Returns
    -------
    dict of callable
        By the name of the file.
    """

    def write_map(path: object) -> object:
        drawn = briefing_map(
            # No points: a surface can be shown to more people than the places behind it.
            incidents.iloc[:0],
            surface=result.surface,
            layers=MapLayers(hotspots=result.hotspots),
            title="Burglary density",
            as_of=result.surface.attrs["period_last"],
            marking=marking,
            notes=result.page().limits,
        )
        return save_map(drawn, str(path))

    return {
        "density.tif": lambda path: write_surface(result.surface, path, marking),
        "hotspots.gpkg": lambda path: write_hotspots(result.hotspots, path, marking=marking),
        "map.html": write_map,
    }
