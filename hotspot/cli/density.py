"""``hotspot density``: where burglary stays, as page, map, GeoTIFF and GeoPackage."""

import argparse
from typing import Any

import hotspot
from hotspot._errors import ConfigError
from hotspot.cli.option_values import metres, share
from hotspot.cli.options import (
    DATABASE,
    Value,
    add_result_command,
    answer,
    burglaries_of,
    marking_of,
    to_database,
)
from hotspot.cli.terminal import print_notes
from hotspot.rule import RULE


def add(commands: Any) -> None:
    """Add the command."""
    radius = (
        "radius of the kernel in metres, or 'select' to have it chosen "
        f"(that of the near-repeat rule, {RULE.distance_m:g})"
    )
    add_result_command(
        commands,
        "density",
        _density,
        "map where burglaries stay: page, map, GeoTIFF and GeoPackage",
        "Map where burglaries stay, and outline the highest places.",
        {
            "--bandwidth": Value("M", radius, kind=_bandwidth),
            "--cell": Value("M", "side of a cell (bandwidth / 8)", kind=metres),
            "--kernel": Value(None, "quartic, gaussian, ...", "quartic", _kernel),
            "--area-share": Value(
                "SHARE", "top share of area (that of the set-up, else 0.01)", kind=share
            ),
            **DATABASE,
        },
    )


def _bandwidth(text: str) -> float | str:
    return text if text == "select" else metres(text)


def _kernel(text: str) -> str:
    """Read the name of a kernel."""
    # Loaded here, so that --help needs no heavy library.
    from hotspot._checks import choice_problems
    from hotspot._kernels.density import KERNELS

    if problems := choice_problems("it", text, list(KERNELS)):
        raise ConfigError(problems)
    return text


def _density(options: argparse.Namespace) -> int:
    from hotspot.density.density_result import map_density
    from hotspot.maps.density_files import density_files

    burglaries = burglaries_of(options)
    incidents, outline = burglaries.known, burglaries.outline
    # What the set-up says, where nothing else was asked for.
    said = burglaries.config.density.model_dump(exclude_unset=True)
    bandwidth = options.bandwidth or said.get("bandwidth_m")
    if bandwidth == "select":
        bandwidth = hotspot.density.select_bandwidth(incidents, kernel=options.kernel)
        print_notes([bandwidth.summary()])
    result = map_density(
        incidents,
        bandwidth_m=bandwidth,
        cell_size_m=options.cell or said.get("cell_size_m"),
        kernel=options.kernel,
        area_share=options.area_share or burglaries.config.density.area_share,
        within=None if outline is None else outline.to_crs(incidents.crs),
    )
    marking = marking_of(options, burglaries)
    files = density_files(result, incidents, marking)
    frames = {"hotspots": result.hotspots}
    print_notes(to_database(options, frames, marking, burglaries.config.read_files()))
    return answer(result, options, burglaries, files)
