"""``hotspot score``: burglaries scored by the force's own rule, on the screen alone."""

import argparse
from typing import TYPE_CHECKING, Any

from hotspot.cli.option_values import moment
from hotspot.cli.options import (
    DONE,
    JSON,
    Value,
    absolute,
    add_command,
    add_reading,
    add_values,
    burglaries_of,
    print_answer,
    set_up_of,
)

if TYPE_CHECKING:
    import pandas as pd

    from hotspot.worth import ScoringRule

# Nothing is written: scores are printed, and gone with the screen.
_MOST_ROWS = 40


def add(commands: Any) -> None:
    """Add the command."""
    command = add_command(
        commands,
        "score",
        _score,
        "score burglaries by the force's own rule: printed, never stored",
        "Score burglaries by the force's own rule (TOML): points by offence, method, series, "
        "repeat address and one whole number that is made elsewhere. What is missing is told and "
        "never counted as nought. Scores are printed and written nowhere. The stop list is left "
        "out.",
        {},
    )
    add_reading(command)
    since = Value("DAY", "score what was found on this day or later (all)", kind=moment)
    values = {"--rule": Value("FILE", "the rule"), "--since": since, "--json": JSON}
    add_values(command, values)


def _score(options: argparse.Namespace) -> int:
    from hotspot.output.results import json_rows
    from hotspot.worth import ScoringRule, score_crimes

    place = absolute(options.rule)
    if place is None:
        options.parser.error("--rule is needed")
    rule = ScoringRule.read(place or "")
    kept = _kept(options, rule)
    burglaries = burglaries_of(options, {"incidents": {"keep": kept}} if kept else None)
    scores = score_crimes(burglaries.known, rule, since=options.since)
    table = scores.table.sort_values(["score", "crime_ref"], ascending=[False, True])
    content = {
        "threshold": rule.threshold,
        "rule": rule.name,
        "crimes": json_rows(table.reset_index(drop=True)),
        "by_area": json_rows(scores.by_area),
        "thresholds": json_rows(scores.thresholds),
        "summary": scores.summary().splitlines(),
    }
    print_answer(options, content, scores.summary(), *_rows(table))
    return DONE


def _kept(options: argparse.Namespace, rule: "ScoringRule") -> tuple[str, ...]:
    """Return the columns that the rule names and the file has, with those of the set-up."""
    from hotspot.reading.cells import normalise_name
    from hotspot.reading.sources import open_source

    wanted = [one.column for one in (rule.series, rule.extra) if one is not None]
    if not wanted:
        return ()
    settings = set_up_of(options).config.incidents
    has = {normalise_name(name) for name in open_source(settings.source).columns}
    own = settings.keep if isinstance(settings.keep, tuple) else ()
    return tuple(dict.fromkeys([*own, *(one for one in wanted if normalise_name(one) in has)]))


def _rows(table: "pd.DataFrame") -> list[str]:
    """Return a line for each crime that is allocated or may be, the highest score first."""
    told = table[table["allocated"].fillna(True).astype(bool)]
    lines = []
    for row in told.head(_MOST_ROWS).to_dict("records"):
        least = "at least " if row["missing"] else ""
        missing = f"; missing: {row['missing']}" if row["missing"] else ""
        lines.append(f"{row['crime_ref']}: {least}{row['score']:,}{missing}")
    rest = len(told) - _MOST_ROWS
    return [*lines, f"... and {rest:,} more (--json has all)"] if rest > 0 else lines
