"""``hotspot knox``: whether the near-repeat rule holds in a file of burglaries."""

import argparse
from typing import Any

import hotspot
from hotspot.cli.options import DONE, add_json, add_reading, print_json, reading


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
        default=[100, 200, 300, 400],
        metavar="M",
        help="upper edges of the bands of distance in metres (100 200 300 400)",
    )
    knox.add_argument(
        "--days",
        nargs="+",
        type=int,
        default=[7, 14, 21, 28, 35, 42],
        metavar="DAYS",
        help="upper edges of the bands of time in days (7 14 21 28 35 42)",
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
    knox.add_argument("--marking", help="protective marking that the page carries")
    knox.add_argument("--folder", default="knox", help="where to write (knox)")
    add_json(knox)
    knox.set_defaults(run=_knox)


def _knox(options: argparse.Namespace) -> int:
    from hotspot.output.files import inputs_of

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
    inputs = inputs_of([options.file])
    files = test.write(options.folder, marking=options.marking, inputs=inputs)
    if options.json:
        record = test.record(options.marking, inputs)
        print_json({**record, "files": [str(path) for path in files]})
    else:
        print(test.table.round(4).to_string(index=False))
        print(test.summary(), *files, sep="\n")
    return DONE
