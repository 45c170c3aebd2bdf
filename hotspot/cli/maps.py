"""``hotspot map``: print a saved map, or make one that can be published."""

import argparse
from pathlib import Path
from typing import Any

import hotspot
from hotspot.cli.options import DONE, add_reading, reading

# The sheet as browsers measure it; a picture has twice as many pixels.
_SHEETS = {"A4": (1123, 794), "A3": (1587, 1123)}
_SHARPER = 2.0


def add(commands: Any) -> None:
    """Add the command."""
    maps = commands.add_parser(
        "map",
        help="print a saved map, or make a map for the public",
        description="Print a saved map, or make a map for the public.",
    )
    kinds = maps.add_subparsers(title="what to do", metavar="WHAT", required=True)
    _add_print(kinds)
    _add_public(kinds)


def _add_print(kinds: Any) -> None:
    printed = kinds.add_parser(
        "print",
        help="print a saved map to PDF or PNG, landscape",
        description=(
            "Print a saved map to PDF or PNG, landscape, with the Edge, Chrome or Chromium of this "
            "machine and no network."
        ),
    )
    printed.add_argument("file", help="a saved map: one HTML file")
    printed.add_argument("--paper", default="A4", choices=["A4", "A3"], help="size (A4)")
    printed.add_argument(
        "--out", metavar="FILE", help="ends in .pdf or .png (beside the map, as PDF)"
    )
    printed.set_defaults(run=_print)


def _add_public(kinds: Any) -> None:
    public = kinds.add_parser(
        "public",
        help="make a map that can be published: it names no home, or is not made",
        description=(
            "Make a map that can be published: counts in places with enough addresses, late, and "
            "no small number that could be worked out. Where that cannot be proven, none is made."
        ),
    )
    add_reading(public)
    public.add_argument("--addresses", metavar="FILE", help="all addresses there are")
    public.add_argument("--areas", metavar="FILE", help="count by these areas, not by squares")
    public.add_argument("--area-name", metavar="COLUMN", help="which column names an area")
    public.add_argument("--streets", metavar="FILE", help="the backdrop")
    public.add_argument(
        "--minimum", type=int, default=8, metavar="N", help="addresses in each place (8)"
    )
    public.add_argument(
        "--smallest", type=int, default=3, metavar="N", help="counts below it are hidden (3)"
    )
    public.add_argument(
        "--lag-days", type=int, default=28, metavar="DAYS", help="show nothing newer (28)"
    )
    public.add_argument(
        "--months",
        type=int,
        default=12,
        metavar="N",
        help="length of a period: 12 for calendar years, 3 for quarters (12)",
    )
    public.add_argument("--as-of", metavar="DATE", help="the day of the map (the newest incident)")
    public.add_argument(
        "--cell", type=float, default=500.0, metavar="M", help="side of a cell (500)"
    )
    public.add_argument("--title", help="what stands above the map")
    public.add_argument("--out", default="public.html", metavar="FILE", help="(public.html)")
    public.set_defaults(run=_public)


def _print(options: argparse.Namespace) -> int:
    from hotspot.output.printing import print_page

    out = Path(options.file).with_suffix(".pdf") if options.out is None else Path(options.out)
    width, height = _SHEETS[options.paper]
    print(
        print_page(
            options.file,
            out,
            paper=options.paper,
            landscape=True,
            width=width,
            height=height,
            scale=_SHARPER,
        )
    )
    return DONE


def _public(options: argparse.Namespace) -> int:
    incidents = hotspot.read_incidents(options.file, **reading(options))
    given: dict[str, Any] = {"to_crs": incidents.crs}
    addresses, areas, streets = options.addresses, options.areas, options.streets
    m = hotspot.public_map(
        incidents,
        None if addresses is None else hotspot.read_addresses(addresses, **given),
        None if areas is None else hotspot.read_areas(areas, options.area_name, **given),
        minimum=options.minimum,
        smallest=options.smallest,
        lag_days=options.lag_days,
        months=options.months,
        as_of=options.as_of,
        cell_size_m=options.cell,
        streets=None if streets is None else hotspot.addresses.read_streets(streets, **given),
        title=options.title,
    )
    print(hotspot.save_map(m, options.out))
    return DONE
