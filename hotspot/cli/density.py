"""``hotspot density``: where burglary stays, as page, map, GeoTIFF and GeoPackage."""

import argparse
import sys
from typing import Any

import hotspot
from hotspot.cli.options import add_reading, add_result, answer, outline_of, reading
from hotspot.rule import RULE


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
        help=(
            "radius of the kernel in metres, or 'select' to have it chosen "
            f"(that of the near-repeat rule, {RULE.distance_m:g})"
        ),
    )
    density.add_argument("--cell", type=float, metavar="M", help="side of a cell (bandwidth / 8)")
    density.add_argument("--kernel", default="quartic", help="quartic, gaussian, ... (quartic)")
    density.add_argument(
        "--area-share", type=float, default=0.01, metavar="SHARE", help="top share of area (0.01)"
    )
    add_result(density, "density")
    density.set_defaults(run=_density)


def _bandwidth(text: str) -> float | str:
    return text if text == "select" else float(text)


def _density(options: argparse.Namespace) -> int:
    from hotspot.density.density_result import map_density
    from hotspot.maps.density_files import density_files

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
    return answer(result, options, density_files(result, incidents, options.marking))
