"""``hotspot series``: the series of a file, and which other crimes may belong to one of them."""

import argparse
from typing import TYPE_CHECKING, Any

import hotspot
from hotspot.cli.option_values import whole
from hotspot.cli.options import (
    DATABASE,
    Value,
    add_result_command,
    answer_each,
    marking_of,
    set_up_of,
    to_database,
)
from hotspot.cli.terminal import print_notes

if TYPE_CHECKING:
    from pathlib import Path

    from hotspot.briefing.burglaries import Burglaries
    from hotspot.output.results import Result
    from hotspot.series import CrimeSeries, SeriesLeads

_MAP = "series-map.html"


def add(commands: Any) -> None:
    """Add the command."""
    add_result_command(
        commands,
        "series",
        _series,
        "the force's own series, and which other crimes may belong to one of them",
        "Write the crimes of each series in time order, with a map of them. With --series or "
        "--refs list the crimes that may belong to it, with the reason: a linkage score is a lead, "
        "never evidence. The stop list is left out.",
        {
            "--series": Value("NAME", "one series by its number, and its leads"),
            "--refs": Value("A,B,C", "references of crimes taken as a series, and its leads"),
            "--series-column": Value("COLUMN", "which column tells the series (by its heading)"),
            "--top": Value("N", "leads at most", 20, whole(1)),
            "--max-days": Value("DAYS", "from a crime of the series, at most", 365, whole(1)),
            "--no-distance": Value(None, "compare without distance: across forces", False),
            **DATABASE,
        },
    )


def _series(options: argparse.Namespace) -> int:
    from hotspot.briefing.burglaries import read_burglaries
    from hotspot.briefing.series_column import with_series

    if options.series and options.refs:
        options.parser.error("give --series or --refs, not both")
    chosen = set_up_of(options)
    config, column, notes = with_series(chosen.config, options.series_column)
    print_notes([*chosen.notes, *notes])
    burglaries = read_burglaries(config)
    print_notes(burglaries.notes)
    found = hotspot.crime_series(burglaries.known, column)
    shown, leads = found, None
    if options.series:
        shown = found.of(options.series)
        refs = hotspot.series.known_members(shown.crimes)
        leads = _leads(options, burglaries, column, refs)
    elif options.refs:
        refs = [ref.strip() for ref in options.refs.split(",") if ref.strip()]
        leads = _leads(options, burglaries, column, refs)
    results: dict[str, Result] = {"series": shown}
    if leads is not None:
        results["leads"] = leads
    frames = {"series": shown.crimes}
    if leads is not None:
        frames["leads"] = leads.frame
    marking = marking_of(options, burglaries)
    print_notes(to_database(options, frames, marking, burglaries.config.read_files()))
    drawn = {"series": {_MAP: lambda path: _write_map(path, options, burglaries, shown, leads)}}
    return answer_each(results, options, burglaries, drawn)


def _leads(
    options: argparse.Namespace, burglaries: "Burglaries", column: str, refs: list[str]
) -> "SeriesLeads":
    """Find the crimes that may belong to a series."""
    from hotspot.series.pair_evidence import FEATURES

    features = tuple(f for f in FEATURES if not (options.no_distance and f == "distance"))
    model = hotspot.LinkageModel(features=features).fit(burglaries.known, column)
    return hotspot.series_candidates(
        burglaries.known, refs, model, top=options.top, max_days=options.max_days
    )


def _write_map(
    path: "Path",
    options: argparse.Namespace,
    burglaries: "Burglaries",
    series: "CrimeSeries",
    leads: "SeriesLeads | None",
) -> None:
    """Write the map of the series, or of the crimes that were taken as one, and its leads."""
    from hotspot.output.handling import NOT_EVIDENCE, PLACES_NOT_PEOPLE

    layers = burglaries.layers
    crimes = leads.members if leads is not None and options.refs else series.crimes
    drawn = hotspot.briefing_map(
        burglaries.known.iloc[:0],
        layers=hotspot.maps.MapLayers(
            areas=layers.areas,
            streets=layers.streets,
            series=crimes,
            leads=None if leads is None else leads.frame,
            weeks=False,
        ),
        title="Series of linked crimes",
        marking=marking_of(options, burglaries),
        as_of=burglaries.config.as_of,
        notes=[NOT_EVIDENCE, PLACES_NOT_PEOPLE],
    )
    hotspot.save_map(drawn, path)
