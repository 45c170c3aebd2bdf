"""``hotspot knox``: whether the near-repeat rule holds in a file of burglaries."""

import argparse
from typing import Any

import hotspot
from hotspot.cli.option_values import SEED, metres, whole
from hotspot.cli.options import Value, add_result_command, answer, burglaries_of
from hotspot.rule import RULE


def add(commands: Any) -> None:
    """Add the command."""
    distances, days = list(RULE.distance_bands_m), list(RULE.time_bands_days)
    dates = ["midpoint", "from", "to", "aoristic"]
    add_result_command(
        commands,
        "knox",
        _knox,
        "test whether the near-repeat rule holds in a file of burglaries",
        "Test whether burglaries near in space are near in time: the Knox test.",
        {
            "--distances": Value(
                "M", "upper edges of the bands of distance in metres", distances, metres
            ),
            "--days": Value("DAYS", "upper edges of the bands of time in days", days, whole(0)),
            "--permutations": Value("N", "0 answers in closed form", 999, whole(0)),
            "--seed": Value(None, "one seed gives one answer", 0, SEED),
            "--date": Value(None, "which moment of an unknown time counts", dates[0], None, dates),
            "--metric": Value(None, "", "euclidean", None, ["euclidean", "manhattan"]),
            "--closed": Value(None, "", "right", None, ["right", "left"]),
            "--preset": Value(None, "count as the Near Repeat Calculator does", choices=["nrc"]),
        },
    )


def _knox(options: argparse.Namespace) -> int:
    for name in ("distances", "days"):
        edges = getattr(options, name)
        if sorted(set(edges)) != edges:
            options.parser.error(f"argument --{name}: each edge must be above the one before it")
    burglaries = burglaries_of(options)
    test = hotspot.knox_test(
        burglaries.known,
        distance_bands_m=options.distances,
        time_bands_days=options.days,
        permutations=options.permutations,
        seed=options.seed,
        metric=options.metric,
        closed=options.closed,
        date=options.date,
        preset=options.preset,
    )
    if not options.json:
        print(test.table.round(4).to_string(index=False))
    return answer(test, options, burglaries)
