"""``hotspot map``: print a saved map, or make one that can be published."""

import argparse
from pathlib import Path
from typing import Any

import hotspot
from hotspot.cli.option_values import metres, whole
from hotspot.cli.options import (
    DONE,
    DRY_RUN,
    JSON,
    Value,
    add_command,
    add_layers,
    add_reading,
    add_values,
    burglaries_of,
    layers_of,
    print_answer,
)
from hotspot.cli.terminal import NOTHING_WRITTEN, print_notes

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
    add_command(
        kinds,
        "print",
        _print,
        "print a saved map to PDF or PNG, landscape",
        "Print a saved map to PDF or PNG, landscape, with the Edge, Chrome or Chromium of this "
        "machine and no network.",
        {
            "file": Value(None, "a saved map: one HTML file"),
            "--paper": Value(None, "size", "A4", choices=list(_SHEETS)),
            "--out": Value("FILE", "ends in .pdf or .png (beside the map, as PDF)"),
            "--json": JSON,
        },
    )
    public = add_command(
        kinds,
        "public",
        _public,
        "make a map that can be published: it names no home, or is not made",
        "Make a map that can be published: counts in places with enough addresses, late, and "
        "no small number that could be worked out. Where that cannot be proven, none is made; nor "
        "where a map that was published before would give away what this one hides. "
        "Areas that are given are counted instead of squares.",
        {},
    )
    add_reading(public)
    add_layers(public)
    months = "length of a period: 12 for calendar years, 3 for quarters"
    add_values(
        public,
        {
            "--minimum": Value("N", "addresses in each place", 8, whole(2)),
            "--smallest": Value("N", "counts below it are hidden", 3, whole(2)),
            "--lag-days": Value("DAYS", "show nothing newer", 28, whole(0)),
            "--months": Value("N", months, 12, whole(1, 1200)),
            "--cell": Value("M", "side of a cell", 500.0, metres),
            "--title": Value(None, "what stands above the map"),
            "--out": Value("FILE", "", "public.html"),
            "--record": Value("FILE", "what was published so far (published.json beside the map)"),
            "--dry-run": DRY_RUN,
            "--json": JSON,
        },
    )


def _print(options: argparse.Namespace) -> int:
    from hotspot.output.own_files import own_files, refuse_inputs
    from hotspot.output.printing import print_page

    out = Path(options.file).with_suffix(".pdf") if options.out is None else Path(options.out)
    width, height = _SHEETS[options.paper]
    refuse_inputs([out], [Path(options.file)])
    with own_files([out]):
        made = print_page(
            options.file,
            out,
            paper=options.paper,
            landscape=True,
            width=width,
            height=height,
            scale=_SHARPER,
        )
    print_answer(options, {"files": [str(made)]}, made)
    return DONE


def _public(options: argparse.Namespace) -> int:
    from hotspot.maps.published import RECORD_FILE, WARNING
    from hotspot.output.own_files import own_files, refuse_foreign, refuse_inputs

    out = Path(options.out)
    record = Path(options.record or out.parent / RECORD_FILE)
    refuse_inputs([out], [record])
    burglaries = burglaries_of(options, layers_of(options))
    layers = burglaries.layers
    m = hotspot.public_map(
        burglaries.known,
        layers.addresses,
        layers.areas,
        minimum=options.minimum,
        smallest=options.smallest,
        lag_days=options.lag_days,
        months=options.months,
        as_of=burglaries.config.as_of,
        cell_size_m=options.cell,
        streets=layers.streets,
        title=options.title,
    )
    content: dict[str, Any] = {"reading": burglaries.record, "dry_run": options.dry_run}
    if options.dry_run:
        refuse_foreign([out])
        hotspot.maps.publish_map(m, out, record, dry_run=True)
        print_notes([WARNING, NOTHING_WRITTEN])
        answer = f"The map can be published as {out}: what {record} holds does not forbid it."
        print_answer(options, {**content, "files": []}, answer)
        return DONE
    with own_files([out]):
        made = hotspot.maps.publish_map(m, out, record)
    kept = f"What it tells is kept in {record}: the next map is checked against it."
    print_notes([WARNING, kept])
    print_answer(options, {**content, "files": [str(made), str(record)]}, made)
    return DONE
