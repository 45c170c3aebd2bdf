"""``hotspot density``: where burglary stays, as page, map, GeoTIFF and GeoPackage."""

import argparse
import sys
from typing import Any

import hotspot
from hotspot.cli.options import DONE, add_json, add_reading, outline_of, print_json, reading


def add(commands: Any) -> None:
    """Add the command."""
    density = commands.add_parser(
        "density",
        help="map where burglaries stay: page, map, GeoTIFF and GeoPackage",
        description="Map where burglaries stay, and outline the highest places.",
    )
    add_reading(density)
    density.add_argument(
        "--bandwidth",
        type=_bandwidth,
        default=None,
        metavar="M",
        help="radius of the kernel in metres, or 'select' to have it chosen (400)",
    )
    density.add_argument("--cell", type=float, metavar="M", help="side of a cell (bandwidth / 8)")
    density.add_argument("--kernel", default="quartic", help="quartic, gaussian, ... (quartic)")
    density.add_argument(
        "--area-share", type=float, default=0.01, metavar="SHARE", help="top share of area (0.01)"
    )
    density.add_argument("--marking", help="protective marking that the products carry")
    density.add_argument("--folder", default="density", help="where to write (density)")
    add_json(density)
    density.set_defaults(run=_density)


def _bandwidth(text: str) -> float | str:
    return text if text == "select" else float(text)


def _density(options: argparse.Namespace) -> int:
    from hotspot.density.density_result import map_density
    from hotspot.output.files import inputs_of
    from hotspot.output.gis_files import write_hotspots, write_surface

    outline = outline_of(options.within)
    incidents = hotspot.read_incidents(options.file, **reading(options, outline))
    bandwidth = options.bandwidth
    if bandwidth == "select":
        bandwidth = hotspot.density.select_bandwidth(incidents, kernel=options.kernel)
        print(bandwidth.summary(), file=sys.stderr)
    result = map_density(
        incidents,
        bandwidth_m=bandwidth,
        cell_size_m=options.cell,
        kernel=options.kernel,
        area_share=options.area_share,
        within=None if outline is None else outline.to_crs(incidents.crs),
    )
    marking, inputs = options.marking, inputs_of([options.file])
    files = result.write(
        options.folder,
        marking=marking,
        inputs=inputs,
        files={
            "density.tif": lambda path: write_surface(result.surface, path, marking),
            "hotspots.gpkg": lambda path: write_hotspots(result.hotspots, path, marking=marking),
            "map.html": lambda path: _write_map(result, incidents, marking, path),
        },
    )
    if options.json:
        print_json({**result.record(marking, inputs), "files": [str(path) for path in files]})
    else:
        print(result.summary(), *files, sep="\n")
    return DONE


def _write_map(result: Any, incidents: Any, marking: str | None, path: Any) -> None:
    """Draw the surface and its hotspots on a map of their own."""
    from hotspot.maps import MapLayers, briefing_map, save_map

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
    save_map(drawn, path)
