"""``hotspot trends``: whether burglary is up or down, as a table for the board."""

import argparse
from typing import Any

from hotspot.cli.option_values import number, whole
from hotspot.cli.options import Value, add_result_command, answer, layers_of, set_up_of
from hotspot.cli.terminal import print_notes

# As `trends` has them; written here so that --help needs no heavy library.
_RULES, _DATES = ("both", "band", "significance"), ("recorded", "found", "from", "midpoint")


def add(commands: Any) -> None:
    """Add the command."""
    spans, held = "such as 2020-03/2021-07", "what 12 months are held against (the 12 before)"
    add_result_command(
        commands,
        "trends",
        _trends,
        "say whether burglary is up or down: a table for the board, each word with its rule",
        "Compare the last complete month with the same month of earlier years, and 12 months with "
        "a baseline or with the 12 before, by area where areas are known; a change is called so "
        "if it is more than a band and more than such counts differ by themselves. What stands "
        "under [trends] in a set-up is used where nothing is said here. The stop list is left out.",
        {
            "--month": Value(
                "MONTH", "a complete month, such as 2026-02 (the newest)", kind=_month
            ),
            "--baseline": Value("MONTHS", held, kind=_span),
            "--years": Value("N", "earlier years for the month (3)", kind=whole(1)),
            "--rule": Value(None, "what makes a change (both)", choices=_RULES),
            "--band": Value("SHARE", "what is comparable (0.05)", kind=_band),
            "--date": Value(None, "by which day a burglary counts (recorded)", choices=_DATES),
            "--without": Value("MONTHS", f"months to leave out, {spans}", [], _span),
            "--nought": Value("MONTHS", f"months that had no burglary, {spans}", [], _span),
            "--areas": Value("FILE", "beats, wards or other areas"),
            "--area-name": Value("COLUMN", "which column names an area"),
        },
    )


def _month(text: str) -> str:
    """Read a month as all read it alike: 02/2026 is none."""
    from hotspot.trends.periods import read_month

    return str(read_month(text, "it"))


def _span(text: str) -> str:
    """Read months as all read them alike."""
    from hotspot.trends.periods import read_span

    read_span(text, "it")
    return text


_band = number(0.99, "a share above 0, such as 0.05")


def _trends(options: argparse.Namespace) -> int:
    from hotspot.briefing.burglaries import Burglaries
    from hotspot.briefing.inputs import read_inputs
    from hotspot.briefing.trend import monthly_table
    from hotspot.trends.periods import last_complete_month

    names = ("baseline", "years", "rule", "band", "date", "without", "nought")
    asked = {name: getattr(options, name) for name in names}
    told = {name: value for name, value in asked.items() if value not in (None, [])}
    options.addresses = options.streets = None
    tables = {**layers_of(options), **({"trends": told} if told else {})}
    chosen = set_up_of(options).changed(tables=tables)
    print_notes(chosen.notes)
    inputs = read_inputs(chosen.config)
    burglaries = Burglaries(chosen.config, inputs.burglaries)
    print_notes([*burglaries.notes, *inputs.alarms])
    as_of = chosen.config.as_of
    month = options.month or last_complete_month(inputs.known.incidents, as_of)
    result = monthly_table(inputs, chosen.config.trends, month, as_of)
    print_notes(result.notes)
    return answer(result, options, burglaries)
