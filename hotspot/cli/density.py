"""``hotspot density``: where burglary stays, as GeoTIFF, GeoPackage and a map."""

import argparse
import sys
from typing import Any

import hotspot
from hotspot.cli.options import DONE, add_json, add_reading, outline_of, print_json, reading


def add(commands: Any) -> None:
    """Add the command."""
    density = commands.add_parser(
        "density",
        help="map where burglaries stay: GeoTIFF, GeoPackage and a map",
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
    from hotspot.sheets.density_files import write_density

    outline = outline_of(options.within)
    incidents = hotspot.read_incidents(options.file, **reading(options, outline))
    bandwidth = options.bandwidth
    if bandwidth == "select":
        bandwidth = hotspot.density.select_bandwidth(incidents, kernel=options.kernel)
        print(bandwidth.summary(), file=sys.stderr)
    made = write_density(
        incidents,
        options.folder,
        bandwidth_m=bandwidth,
        cell_size_m=options.cell,
        kernel=options.kernel,
        area_share=options.area_share,
        within=None if outline is None else outline.to_crs(incidents.crs),
        marking=options.marking,
    )
    if options.json:
        print_json({**made.record, "files": [str(path) for path in made.files]})
    else:
        print(made.summary(), *made.files, sep="\n")
    return DONE
