"""``hotspot knox``: whether the near-repeat rule holds in a file of burglaries."""

import argparse
from collections.abc import Sequence
from typing import Any

import hotspot
from hotspot.cli.options import add_reading, add_result, answer, reading
from hotspot.rule import RULE


def add(commands: Any) -> None:
    """Add the command."""
    knox = commands.add_parser(
        "knox",
        help="test whether the near-repeat rule holds in a file of burglaries",
        description="Test whether burglaries near in space are near in time: the Knox test.",
    )
    add_reading(knox)
    knox.add_argument(
        "--distances",
        nargs="+",
        type=float,
        default=list(RULE.distance_bands_m),
        metavar="M",
        help=f"upper edges of the bands of distance in metres ({_listed(RULE.distance_bands_m)})",
    )
    knox.add_argument(
        "--days",
        nargs="+",
        type=int,
        default=list(RULE.time_bands_days),
        metavar="DAYS",
        help=f"upper edges of the bands of time in days ({_listed(RULE.time_bands_days)})",
    )
    knox.add_argument(
        "--permutations", type=int, default=999, metavar="N", help="0 answers in closed form (999)"
    )
    knox.add_argument("--seed", type=int, default=0, help="one seed gives one answer (0)")
    knox.add_argument(
        "--date",
        default="midpoint",
        choices=["midpoint", "from", "to", "aoristic"],
        help="which moment of an unknown time counts (midpoint)",
    )
    knox.add_argument("--metric", default="euclidean", choices=["euclidean", "manhattan"])
    knox.add_argument("--closed", default="right", choices=["right", "left"])
    knox.add_argument("--preset", choices=["nrc"], help="count as the Near Repeat Calculator does")
    add_result(knox, "knox")
    knox.set_defaults(run=_knox)


def _listed(edges: Sequence[float]) -> str:
    return " ".join(f"{edge:g}" for edge in edges)


def _knox(options: argparse.Namespace) -> int:
    incidents = hotspot.read_incidents(options.file, **reading(options))
    test = hotspot.knox_test(
        incidents,
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
    return answer(test, options)
